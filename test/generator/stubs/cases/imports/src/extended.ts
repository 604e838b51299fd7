import { type Headers, StreamRecord } from 'millrace'
import { Pairs, StampedTimestamp } from '../generated/imports.js'

export const one = (value: string, headers: Headers) => new StreamRecord('key', value, 0, headers)
export class Joined extends Pairs {}
export class Times extends StampedTimestamp { private readonly start = 0; protected override timestamp() { return this.start } }
