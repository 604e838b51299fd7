import type { RecordMetadata, StreamRecord } from '../core/record.js'
import type { PartitionerLogic } from './repartition.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** Writes to a topic. Kafka Streams: `KStream.to`; a table is written as its changes. */
export interface SinkStep extends StepBase {
  readonly operator: 'sink'
  readonly input: string
  /** A name in the spec's topics; absent: `logic` routes by record. */
  readonly topic?: string
  /** Routed: the topics (names in the spec) that the logic may choose from, all of the same types. */
  readonly topics?: readonly string[]
  readonly logic?: LogicClass<RouterLogic<unknown, unknown, string>>
  readonly partitioner?: LogicClass<PartitionerLogic<unknown, unknown>>
}

/** Dynamic routing (KIP-303). With `topics: dynamic` `T` is string: any topic that exists. */
export abstract class RouterLogic<K, V, T extends string> extends Logic {
  protected abstract topic(record: StreamRecord<K, V>, metadata: RecordMetadata | undefined): T
}
