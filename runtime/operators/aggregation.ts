import type { AnyRecord, ProcessorContext } from '../topology/processor.js'
import type { LogicClass } from './step.js'
import { closeOnce, sharedLogic, type UserCode } from './user-code.js'

/** What an aggregation does with its values, whether it counts, reduces, aggregates or cogroups. Null is "no aggregate". */
export interface Aggregation {
  /** The aggregate of a new key. */
  initialize(): unknown
  add(record: AnyRecord, aggregate: unknown): unknown
  /** Takes a row's old value out; of tables. */
  subtract(record: AnyRecord, aggregate: unknown): unknown
  /** Two sessions as one. */
  merge(left: unknown, right: unknown, key: unknown): unknown
  /** A record that came too late for a window. */
  late(record: AnyRecord, start: number, end: number, streamTime: number): void
  close(): void
}

export type MakeAggregation = (context: ProcessorContext) => Aggregation

interface Late {
  onLate(record: AnyRecord, window: { readonly start: number; readonly end: number }, streamTime: number): void
}

interface StepWithLogic {
  readonly name: string
  readonly logic: LogicClass
}

/** The logic, if there is any, only hears of late records. */
export function counting(name: string, logic: LogicClass | undefined): MakeAggregation {
  const step = logic && { name, logic }
  return (context) => new Count(step && sharedLogic<Late>(step, context))
}

export function reducing(step: StepWithLogic): MakeAggregation {
  return (context) => new Reduce(sharedLogic<ReduceCode>(step, context))
}

export function aggregating(step: StepWithLogic): MakeAggregation {
  return (context) => new Aggregate(sharedLogic<AggregateCode>(step, context))
}

/** What `cogroup` does with the records of one of its inputs. */
export function cogrouping(step: StepWithLogic, method: string): MakeAggregation {
  return (context) => new Cogroup(sharedLogic<CogroupCode>(step, context), method)
}

abstract class WithLogic<C extends Partial<Late>> {
  protected readonly code: UserCode<C> | undefined

  constructor(code: UserCode<C> | undefined) {
    this.code = code
  }

  late(record: AnyRecord, start: number, end: number, streamTime: number): void {
    this.code?.onLate?.(record, { start, end }, streamTime)
  }

  close(): void {
    // The inputs of a cogroup share their class.
    if (this.code !== undefined) closeOnce(this.code)
  }
}

class Count extends WithLogic<Late> implements Aggregation {
  initialize(): number {
    return 0
  }

  add(_record: AnyRecord, count: number): number {
    return count + 1
  }

  subtract(_record: AnyRecord, count: number): number {
    return count - 1
  }

  merge(left: number, right: number): number {
    return left + right
  }
}

interface ReduceCode extends Late {
  reduce(aggregate: unknown, value: unknown, key: unknown): unknown
  subtract(aggregate: unknown, value: unknown, key: unknown): unknown
}

/** The first value is the aggregate as it is. */
class Reduce extends WithLogic<ReduceCode> implements Aggregation {
  initialize(): null {
    return null
  }

  add(record: AnyRecord, aggregate: unknown): unknown {
    return aggregate == null ? record.value : this.code!.reduce(aggregate, record.value, record.key)
  }

  subtract(record: AnyRecord, aggregate: unknown): unknown {
    return this.code!.subtract(aggregate, record.value, record.key)
  }

  merge(left: unknown, right: unknown, key: unknown): unknown {
    return left == null ? right : this.code!.reduce(left, right, key)
  }
}

interface InitializeCode extends Late {
  initialize(): unknown
  merge(left: unknown, right: unknown, key: unknown): unknown
}

interface AggregateCode extends InitializeCode {
  aggregate(record: AnyRecord, aggregate: unknown): unknown
  subtract(record: AnyRecord, aggregate: unknown): unknown
}

class Aggregate extends WithLogic<AggregateCode> implements Aggregation {
  initialize(): unknown {
    return this.code!.initialize()
  }

  add(record: AnyRecord, aggregate: unknown): unknown {
    return this.code!.aggregate(record, aggregate)
  }

  subtract(record: AnyRecord, aggregate: unknown): unknown {
    return this.code!.subtract(record, aggregate)
  }

  merge(left: unknown, right: unknown, key: unknown): unknown {
    return this.code!.merge(left, right, key)
  }
}

type CogroupCode = InitializeCode & Readonly<Record<string, (record: AnyRecord, aggregate: unknown) => unknown>>

class Cogroup extends WithLogic<CogroupCode> implements Aggregation {
  readonly #method: string

  constructor(code: UserCode<CogroupCode>, method: string) {
    super(code)
    this.#method = method
  }

  initialize(): unknown {
    return this.code!.initialize()
  }

  add(record: AnyRecord, aggregate: unknown): unknown {
    return this.code![this.#method]!(record, aggregate)
  }

  /** Only tables are subtracted from, and only streams are cogrouped. */
  subtract(_record: AnyRecord, aggregate: unknown): unknown {
    return aggregate
  }

  merge(left: unknown, right: unknown, key: unknown): unknown {
    return this.code!.merge(left, right, key)
  }
}
