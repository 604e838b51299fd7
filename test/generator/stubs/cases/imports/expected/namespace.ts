import * as generated from '../generated/imports.js'
import type { Event } from '../generated/types/seed/event.js'
import type { KeyValue } from 'millrace'

export class Mapped extends generated.Mapped {
  /** The new key and value. */
  protected override map(_record: generated.Mapped.In): KeyValue<string, Event> {
    throw new Error('Mapped.map is not written yet.')
  }
}

export const none: Event | undefined = undefined
