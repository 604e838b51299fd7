import { ByUser } from '../generated/families.js'
import { Zero } from './base.js'

export class Adding extends Zero {
  protected override aggregate() {
    return 1
  }

  /** The aggregate of two sessions that have become one. */
  protected override merge(_left: number, _right: number, _key: string): number {
    throw new Error('Adding.merge is not written yet.')
  }
}

export class AddingTwice extends Adding {
  protected override aggregate() {
    return 2
  }
}

const Grouped = ByUser
export class PerUser extends Grouped {
  /** The key to group by. */
  protected override groupKey(_record: ByUser.In): string {
    throw new Error('PerUser.groupKey is not written yet.')
  }
}
