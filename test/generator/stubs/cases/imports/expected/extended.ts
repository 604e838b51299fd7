import { type Headers, StreamRecord } from 'millrace'
import { Pairs, StampedTimestamp } from '../generated/imports.js'
import type { Event } from '../generated/types/seed/event.js'

export const one = (value: string, headers: Headers) => new StreamRecord('key', value, 0, headers)
export class Joined extends Pairs {
  /** The joined value. */
  protected override join(_left: Pairs.Left, _right: Pairs.Right, _key: Pairs.Key): Event {
    throw new Error('Joined.join is not written yet.')
  }
}
export class Times extends StampedTimestamp { private readonly start = 0; protected override timestamp() { return this.start } }
