import { Gone as Base, ByUser, ByUsers, Totals } from '../generated/removed.js'
import * as generated from '../generated/removed.js'
import { Other } from '../generated/other.js'
import { Elsewhere } from './elsewhere.js'

export class Mine extends Base {
  protected override test() {
    return true
  }
}
export class Renamed extends ByUsers {}
export class Namespaced extends generated.Gone {}
export class OfTopology extends Other {}
export class Unrelated extends Elsewhere {}

export class PerUser extends ByUser {
  protected override groupKey({ value }: ByUser.In) {
    return this.helper(value.user)
  }
  protected override groupValue() {}
  protected helper(user: string) {
    return user
  }
}

export class Sums extends Totals {
  protected override initialize() {
    return 0
  }
  protected override aggregate() {
    return this.subtract(1)
  }
  protected subtract(n: number) {
    return -n
  }
  protected merge() {
    return 0
  }
  protected override onLate() {}
  protected punctuateFlush() {}
}
