import type { LogicClass, StepBase } from './step.js'
import type { TimestampExtractorLogic } from './stream.js'

/** All partitions of a topic as a table in every instance. Kafka Streams: `StreamsBuilder.globalTable`. */
export interface GlobalTableStep extends StepBase {
  readonly operator: 'globalTable'
  readonly topic: string
  readonly store?: string
  readonly timestampExtractor?: LogicClass<TimestampExtractorLogic<unknown, unknown>>
  readonly onDeserializationError?: 'fail' | 'continue' | 'deadLetter'
}
