import { ByUser } from '../generated/families.js'
import { Zero } from './base.js'

export class Adding extends Zero {
  protected override aggregate() {
    return 1
  }
}

export class AddingTwice extends Adding {
  protected override aggregate() {
    return 2
  }
}

const Grouped = ByUser
export class PerUser extends Grouped {}
