import type { StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** Splits a stream: each record goes to the one branch that user code names. Kafka Streams: `KStream.split`. */
export interface BranchStep extends StepBase {
  readonly operator: 'branch'
  readonly input: string
  /** Step names that later steps take as input. */
  readonly into: readonly string[]
  /** Takes what user code names no branch for; absent: dropped, as `noDefaultBranch` does. It is a step name too. */
  readonly default?: string
  readonly logic: LogicClass<BranchLogic<unknown, unknown, string>>
}

export abstract class BranchLogic<K, V, B extends string> extends Logic {
  /** The branch to go to; undefined is the default branch. */
  protected abstract branch(record: StreamRecord<K, V>): B | undefined
}
