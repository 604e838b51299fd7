import { type ByUser, Dropped, Keyed, Kept, Seen, Shapes, Upper } from '../generated/shapes.js'
import { ByUser as Grouped } from './barrel.js'
import { Totals } from '@gen/shapes.js'

export default class extends Kept {}

const Nots = class extends Dropped {
  // nothing yet
}

export class Sums extends Totals { protected override initialize() { return 0 } }

export abstract class Named<T> extends Seen {
  abstract readonly name: T
}

export class Both extends Named<string> {
  override readonly name = 'both'
}

export class First extends Upper {
  readonly length = 1
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
    keyed: class extends Keyed {},
  },
  { brokers: [] },
)
