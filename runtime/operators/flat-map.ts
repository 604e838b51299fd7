import type { KeyValue, StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** Any number of new records for each. Kafka Streams: `KStream.flatMap`. */
export interface FlatMapStep extends StepBase {
  readonly operator: 'flatMap'
  readonly input: string
  readonly logic: LogicClass<FlatMapLogic<unknown, unknown, unknown, unknown>>
}

export abstract class FlatMapLogic<K, V, K2, V2> extends Logic {
  protected abstract flatMap(record: StreamRecord<K, V>): Iterable<KeyValue<K2, V2>>
}
