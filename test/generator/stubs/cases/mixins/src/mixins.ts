import { ByUser, Dropped, Kept } from '../generated/mixins.js'

// biome-ignore lint/suspicious/noExplicitAny: TypeScript wants it so
type Constructor<T> = abstract new (...args: any[]) => T

function Counting<T extends Constructor<object>>(Base: T) {
  abstract class Counted extends Base {
    count = 0
  }
  return Counted
}

export class CountingKept extends Counting(Kept) {
  protected override test() {
    this.count += 1
    return true
  }
}

const CountingDropped = Counting(Dropped)
export class NotDropped extends CountingDropped {
  protected override test() {
    return false
  }
}

export class PerUser extends Counting(ByUser) {
}
