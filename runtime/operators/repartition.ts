import type { StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** Writes the stream to a repartition topic and reads it back. Kafka Streams: `KStream.repartition` (KIP-221). */
export interface RepartitionStep extends StepBase {
  readonly operator: 'repartition'
  readonly input: string
  readonly partitions?: number
  readonly logic?: LogicClass<PartitionerLogic<unknown, unknown>>
}

/** A partitioner of the user's, for `repartition` and `sink`. */
export abstract class PartitionerLogic<K, V> extends Logic {
  /** From 0 to `partitions` - 1. */
  protected abstract partition(record: StreamRecord<K, V>, partitions: number): number
}
