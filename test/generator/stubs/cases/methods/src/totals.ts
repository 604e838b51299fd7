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
}

export const other = 1
