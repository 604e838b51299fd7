import type { LogicClass, StepBase } from './step.js'
import type { TimestampExtractorLogic } from './stream.js'

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
