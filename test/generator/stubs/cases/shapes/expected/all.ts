import { type ByUser, Dropped, Keyed, Kept, Seen, Shapes, Upper } from '../generated/shapes.js'
import { ByUser as Grouped } from './barrel.js'
import { Totals } from '@gen/shapes.js'

export default class extends Kept {
  /** Does the record pass? */
  protected override test(_record: Kept.In): boolean {
    throw new Error('Kept.test is not written yet.')
  }
}

const Nots = class extends Dropped {
  // nothing yet
  /** Is the record to be left out? */
  protected override test(_record: Dropped.In): boolean {
    throw new Error('Dropped.test is not written yet.')
  }
}

export class Sums extends Totals { protected override initialize() { return 0 } 

  /** The aggregate with the record. */
  protected override aggregate(_record: Totals.In, _aggregate: number): number {
    throw new Error('Sums.aggregate is not written yet.')
  }
}

export abstract class Named<T> extends Seen {
  abstract readonly name: T
}

export class Both extends Named<string> {
  override readonly name = 'both'

  /** Called with each record. */
  protected override peek(_record: Seen.In): void {
    throw new Error('Both.peek is not written yet.')
  }
}

export class First extends Upper {
  readonly length = 1

  /** The new value. */
  protected override mapValues(_record: Upper.In): string {
    throw new Error('First.mapValues is not written yet.')
  }
}

export class Second extends First {
  override readonly length = 1
}

export class PerUser extends (Grouped) {
  // biome-ignore format: mine
  protected override groupKey = ({ value }: ByUser.In): string => value.user
}

export const app = new Shapes(
  {
    byUser: PerUser,
    totals: Sums,
    kept: class extends Kept {
      protected override test() {
        return true
      }
    },
    dropped: Nots,
    seen: Both,
    upper: Second,
    keyed: class extends Keyed {
      /** The new key. */
      protected override selectKey(_record: Keyed.In): string {
        throw new Error('Keyed.selectKey is not written yet.')
      }
    },
  },
  { brokers: [] },
)
