import type { RecordMetadata, StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import { StepFailure } from '../topology/problem.js'
import type { MakeTaskCode, SourceNode, TimestampExtractor } from '../topology/topology.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { taskCode } from './user-code.js'

/** Reads a topic, or several of the same types, as a stream of events. Kafka Streams: `StreamsBuilder.stream`. */
export interface StreamStep extends StepBase {
  readonly operator: 'stream'
  /** Names in the spec's topics. */
  readonly topics: readonly string[]
  readonly timestampExtractor?: LogicClass<TimestampExtractorLogic<unknown, unknown>>
  readonly offsetReset?: 'earliest' | 'latest' | 'none'
  readonly onDeserializationError?: 'fail' | 'continue' | 'deadLetter'
}

/** A timestamp extractor of the user's, for `stream`, `table` and `globalTable`. */
export abstract class TimestampExtractorLogic<K, V> extends Logic {
  /** Milliseconds since the epoch; negative drops the record. `partitionTime` is the highest of the partition so far, -1 at first. */
  protected abstract timestamp(record: StreamRecord<K, V>, partitionTime: number, metadata: RecordMetadata): number
}

export function buildStream(step: StreamStep, builder: TopologyBuilder): void {
  const node = builder.source(sourceNode(step.name, step.topics, step, builder))
  const { key, value } = builder.topic(step.topics[0]!)
  const topics = step.topics.map((name) => builder.topic(name).name)
  builder.define(step.name, { kind: 'stream', nodes: [node], key: step.key ?? key, value: step.value ?? value, keyChanged: false, topics })
}

type SourceOptions = Pick<StreamStep, 'timestampExtractor' | 'offsetReset' | 'onDeserializationError'>

/** The source of a stream or table: `topics` are names in the spec's topics. */
export function sourceNode(name: string, topics: readonly string[], options: SourceOptions, builder: TopologyBuilder): SourceNode {
  const specs = topics.map((topic) => builder.topic(topic))
  const [first] = specs
  if (first === undefined) throw new StepFailure('it names no topic.')
  const { timestampExtractor, offsetReset, onDeserializationError } = options
  return {
    kind: 'source',
    name,
    topics: [...new Set(specs.map((spec) => spec.name))],
    key: first.key,
    value: first.value,
    nullableKey: specs.some(({ nullableKey }) => nullableKey === true),
    nullableValue: specs.some(({ nullableValue }) => nullableValue === true),
    ...(timestampExtractor && { timestampExtractor: extractorOf(timestampExtractor) }),
    ...(offsetReset && { offsetReset }),
    ...(onDeserializationError && { onDeserializationError }),
  }
}

interface TimestampCode {
  timestamp: TimestampExtractor
}

function extractorOf(logic: LogicClass): MakeTaskCode<TimestampExtractor> {
  return taskCode<TimestampCode, TimestampExtractor>(
    logic,
    (code) => (record, partitionTimeMs, metadata) => code.timestamp(record, partitionTimeMs, metadata),
  )
}
