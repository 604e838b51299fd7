import { RowTotals, Seen } from '../generated/methods.js'

export class SeenUsers extends Seen {
  readonly users = new Set<string>()

  protected override process({ value }: Seen.In) {
    this.users.add(value.user)
  }

  protected override punctuateFlush() {
    this.users.clear()
  }

}

export class Totals extends RowTotals {
  protected override initialize = () => 0

  protected override aggregate({ value }: RowTotals.In, aggregate: number): number {
    return aggregate + value.n
  }
}
