// Totals of a user.
import type { Event } from '../generated/types/seed/event.js'
import { ByUser, Totals } from '../generated/methods.js'

export class PerUser extends ByUser {
  protected override groupKey({ value }: ByUser.In) {
    return value.user
  }
}

/** Sums. */
export class Sums extends Totals {
  protected override initialize(): Event {
    return { user: '', n: 0 }
  }

  protected override aggregate({ value }: Totals.In, aggregate: Totals.Aggregate): Event {
    return   { user: value.user,   n: aggregate.n + value.n } // as it is
  }
  // the end of Sums

  /** The aggregate of two sessions that have become one. */
  protected override merge(_left: Event, _right: Event, _key: string): Event {
    throw new Error('Sums.merge is not written yet.')
  }

  /** Called with each record that comes too late for its window, and is dropped. */
  protected override onLate(_record: Totals.In, _window: { readonly start: number; readonly end: number }, _streamTime: number): void {
    throw new Error('Sums.onLate is not written yet.')
  }
}

export const other = 1
