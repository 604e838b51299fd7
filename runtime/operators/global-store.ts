import { StreamError } from '../core/errors.js'
import type { TopologyBuilder } from '../topology/builder.js'
import { StepFailure } from '../topology/problem.js'
import type { AnyRecord, Processor, ProcessorContext } from '../topology/processor.js'
import type { ProcessLogic } from './process.js'
import { type ConnectedStore, startProcessing, UserContext } from './process-context.js'
import type { LogicClass, StepBase } from './step.js'
import type { TimestampExtractorLogic } from './stream.js'
import { sourceNode } from './stream.js'
import type { UserCode } from './user-code.js'

/** A global store that user code fills from a topic. Kafka Streams: `StreamsBuilder.addGlobalStore`. */
export interface GlobalStoreStep extends StepBase {
  readonly operator: 'globalStore'
  readonly topic: string
  readonly store: string
  readonly logic: LogicClass<ProcessLogic<unknown, unknown, never, never>>
  readonly timestampExtractor?: LogicClass<TimestampExtractorLogic<unknown, unknown>>
}

interface FillCode {
  process(record: AnyRecord, context: UserContext): void
}

class GlobalStoreProcessor implements Processor {
  readonly #step: GlobalStoreStep
  readonly #stores: readonly ConnectedStore[]
  #user!: UserContext
  #code!: UserCode<FillCode>

  constructor(step: GlobalStoreStep, stores: readonly ConnectedStore[]) {
    this.#step = step
    this.#stores = stores
  }

  init(context: ProcessorContext): void {
    const { name, logic } = this.#step
    this.#user = new UserContext(context, name, this.#stores, () => {
      throw new StreamError('PROCESSING', `${name}: nothing can be forwarded from a global store.`, { step: name })
    })
    this.#code = startProcessing<FillCode>(logic, this.#user)
  }

  process(record: AnyRecord): void {
    this.#code.process(record, this.#user)
  }

  close(): void {
    this.#code?.close()
  }
}

export function buildGlobalStore(step: GlobalStoreStep, builder: TopologyBuilder): void {
  const spec = builder.manifestStore(step.store)
  if (spec === undefined) throw new StepFailure(`the store ${step.store} is not declared.`, 'Add it to stores.')
  builder.addStore(step.name, { ...spec, logging: false }, true)
  const source = sourceNode(`${step.name}/source`, [step.topic], step, builder)
  const stores = [{ store: spec.name, property: spec.property }]
  const create = () => new GlobalStoreProcessor(step, stores)
  builder.global(source, { kind: 'processor', name: step.name, parents: [source.name], stores: [spec.name], create }, spec.name)
}
