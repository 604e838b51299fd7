import { RowTotals, Seen } from '../generated/methods.js'

export class SeenUsers extends Seen {
  readonly users = new Set<string>()

  protected override process({ value }: Seen.In) {
    this.users.add(value.user)
  }

  protected override punctuateFlush() {
    this.users.clear()
  }

  /** Called once per task, before the first record. */
  protected override init(_context: Seen.Context): void {
    throw new Error('SeenUsers.init is not written yet.')
  }

  /** Stream time has come to `timestamp`, in milliseconds. */
  protected override punctuateExpire(_timestamp: number, _context: Seen.Context): void {
    throw new Error('SeenUsers.punctuateExpire is not written yet.')
  }
}

export class Totals extends RowTotals {
  protected override initialize = () => 0

  protected override aggregate({ value }: RowTotals.In, aggregate: number): number {
    return aggregate + value.n
  }

  /** The aggregate without a row’s old value. */
  protected override subtract(_record: RowTotals.In, _aggregate: number): number {
    throw new Error('Totals.subtract is not written yet.')
  }
}
