import type { StoreSpec } from '../stores/store-spec.js'
import type { TopologyBuilder } from '../topology/builder.js'
import { needsRegistry, type TopicSerdes } from '../topology/connect-registry.js'
import type { LogicClass, StepBase } from './step.js'
import type { TimestampExtractorLogic } from './stream.js'
import { sourceNode } from './stream.js'
import { addSourceTable } from './tables/source-table.js'
import { namedStore, tableStoreSpec } from './tables/table-settings.js'

/** Reads a topic as a table: the last value of each key. Kafka Streams: `StreamsBuilder.table`. The topic is its changelog. */
export interface TableStep extends StepBase {
  readonly operator: 'table'
  readonly topic: string
  /** A store of the spec; absent: materialized only where a later step needs it. */
  readonly store?: string
  readonly timestampExtractor?: LogicClass<TimestampExtractorLogic<unknown, unknown>>
  readonly offsetReset?: 'earliest' | 'latest' | 'none'
  readonly onDeserializationError?: 'fail' | 'continue' | 'deadLetter'
}

export function buildTable(step: TableStep, builder: TopologyBuilder): void {
  const topic = builder.topic(step.topic)
  const source = builder.source({ ...sourceNode(`${step.name}/source`, [step.topic], step, builder), nullableValue: true }, true)
  const input = { nodes: [source], key: step.key ?? topic.key, value: step.value ?? topic.value, topics: [topic.name] }
  const spec = tableStoreSpec(builder, step.name, step.store, input.key, input.value)
  const handle = addSourceTable(builder, {
    step: step.name,
    input,
    spec: withSourceAsChangelog(step, input, spec, builder),
    materialized: namedStore(builder, step.name, step.store) !== undefined,
  })
  builder.define(step.name, handle)
}

/**
 * The topic has all that the table is made of, so it needs no changelog beside it: rows are then written as the topic has them. Not so
 * where the step changes records on their way (timestamps, those that do not decode), or where rows have other bytes: the step's serdes are not the
 * topic's, or the topic's need a schema registry.
 */
function withSourceAsChangelog(step: TableStep, rows: TopicSerdes, spec: StoreSpec, builder: TopologyBuilder): StoreSpec {
  const { name, key, value } = builder.topic(step.topic)
  const unchanged = step.timestampExtractor === undefined && (step.onDeserializationError ?? 'fail') === 'fail'
  const asItIs = unchanged && rows.key === key && rows.value === value && !needsRegistry(rows)
  return asItIs && spec.logging !== false ? { ...spec, key, value, changelogTopic: name } : spec
}
