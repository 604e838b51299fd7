import type { RecordMetadata, StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

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
