import { Totals } from '../generated/new-classes.js'
import type { Event } from '../generated/types/seed/event.js'

/** Step `totals`: `aggregate` of `by-user`. */
export class TotalsImpl extends Totals {
  /** The aggregate before the first record of a key. */
  protected override initialize(): Event {
    throw new Error('TotalsImpl.initialize is not written yet.')
  }

  /** The aggregate with the record. */
  protected override aggregate(_record: Totals.In, _aggregate: Event): Event {
    throw new Error('TotalsImpl.aggregate is not written yet.')
  }

  /** The aggregate of two sessions that have become one. */
  protected override merge(_left: Event, _right: Event, _key: string): Event {
    throw new Error('TotalsImpl.merge is not written yet.')
  }
}
