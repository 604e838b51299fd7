/** Goal: a branch is one of the manifest's, a routed topic too, and joins see null where a side may be missing. */
import { Written } from '../generator/cases/branch/expected/branch.js'
import { ForeignLeft, Outer } from '../generator/cases/join-tables/expected/join-tables.js'
import { Asked, AskedPartitioner } from '../generator/cases/sink/expected/sink.js'

export class Known extends Written {
  protected override branch({ value }: Written.In) {
    return value === '' ? 'odd' : undefined
  }
}
export class Unknown extends Written {
  // @ts-expect-error there is no such branch
  protected override branch(_record: Written.In) {
    return 'none' as const
  }
}

export class Routed extends Asked {
  protected override topic({ value }: Asked.In) {
    return value === '' ? 'a' : 'b'
  }
}
export class RoutedElsewhere extends Asked {
  // @ts-expect-error the manifest names no such topic
  protected override topic(_record: Asked.In) {
    return 'c' as const
  }
}
export class Spread extends AskedPartitioner {
  // @ts-expect-error a partition is a number
  protected override partition(_record: AskedPartitioner.In, partitions: number) {
    return String(partitions)
  }
}

export class Both extends Outer {
  protected override join(left: Outer.Left, right: Outer.Right) {
    // @ts-expect-error the left may be missing
    left.length
    return `${left}${right}`
  }
}
export class ByOwner extends ForeignLeft {
  protected override foreignKey(left: string) {
    return left === '' ? null : left
  }
  // @ts-expect-error the joined value is a string
  protected override join(_left: ForeignLeft.Left, right: ForeignLeft.Right) {
    return right
  }
}
