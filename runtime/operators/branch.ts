import { StreamError } from '../core/errors.js'
import type { StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { AnyRecord } from '../topology/processor.js'
import { PassThrough } from './pass-through.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { LogicProcessor } from './user-code.js'

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

interface BranchCode {
  branch(record: AnyRecord): string | undefined
}

class BranchProcessor extends LogicProcessor<BranchCode> {
  readonly #step: BranchStep
  readonly #branches: ReadonlySet<string>

  constructor(step: BranchStep) {
    super(step.logic)
    this.#step = step
    this.#branches = new Set(step.into)
  }

  process(record: AnyRecord): void {
    const branch = this.code.branch(record) ?? this.#step.default
    if (branch === undefined) return
    if (!this.#branches.has(branch) && branch !== this.#step.default) throw this.#unknown(branch)
    this.context.forward(record, branch)
  }

  #unknown(branch: string): StreamError {
    const hint = `Return one of ${[...this.#branches].join(', ')}, or undefined.`
    return new StreamError('PROCESSING', `${this.#step.name}: there is no branch ${JSON.stringify(branch)}.`, {
      step: this.#step.name,
      hint,
    })
  }
}

export function buildBranch(step: BranchStep, builder: TopologyBuilder): void {
  const input = builder.stream(step.input)
  builder.processor(step.name, input.nodes, () => new BranchProcessor(step))
  for (const branch of step.default === undefined ? step.into : [...step.into, step.default]) {
    builder.processor(branch, [step.name], () => new PassThrough())
    builder.define(branch, { ...input, nodes: [branch] })
  }
}
