import type { TopologyBuilder } from '../topology/builder.js'
import { StepFailure } from '../topology/problem.js'
import type { AnyRecord, Processor, ProcessorContext } from '../topology/processor.js'
import type { LogicClass, StepBase } from './step.js'
import type { TimestampExtractorLogic } from './stream.js'
import { sourceNode } from './stream.js'
import { tableStoreSpec } from './tables/table-settings.js'
import { openTableStore, type TableStore } from './tables/table-store.js'

/** All partitions of a topic as a table in every instance. Kafka Streams: `StreamsBuilder.globalTable`. */
export interface GlobalTableStep extends StepBase {
  readonly operator: 'globalTable'
  readonly topic: string
  readonly store?: string
  readonly timestampExtractor?: LogicClass<TimestampExtractorLogic<unknown, unknown>>
  readonly onDeserializationError?: 'fail' | 'continue' | 'deadLetter'
}

/** Keeps the last value of each key; sends nothing. */
class GlobalTableProcessor implements Processor {
  readonly #store: string
  #context!: ProcessorContext
  #rows!: TableStore<unknown, unknown>

  constructor(store: string) {
    this.#store = store
  }

  init(context: ProcessorContext): void {
    this.#context = context
    this.#rows = openTableStore(context, this.#store, false)
  }

  process(record: AnyRecord): void {
    if (record.key == null) this.#context.drop('null key')
    else this.#rows.put(record.key, record.value, record.timestamp)
  }
}

export function buildGlobalTable(step: GlobalTableStep, builder: TopologyBuilder): void {
  const topic = builder.topic(step.topic)
  const key = step.key ?? topic.key
  const value = step.value ?? topic.value
  const spec = tableStoreSpec(builder, step.name, step.store, key, value)
  if (spec.kind === 'versioned') throw new StepFailure('a global table cannot be versioned.', 'Make the kind of its store keyValue.')
  builder.addStore(step.name, { ...spec, key, value, logging: false }, true)
  const source = { ...sourceNode(`${step.name}/source`, [step.topic], step, builder), nullableValue: true }
  const create = () => new GlobalTableProcessor(spec.name)
  builder.global(source, { kind: 'processor', name: step.name, parents: [source.name], stores: [spec.name], create }, spec.name)
  builder.define(step.name, { kind: 'globalTable', key, value, store: spec.name })
}
