import { Totals } from '../generated/families.js'

/** Has a part of it, and leaves the rest. */
export abstract class Zero extends Totals {
  protected override initialize() {
    return 0
  }

  protected abstract override merge(left: number, right: number, key: string): number
}
