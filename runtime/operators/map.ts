import type { KeyValue, StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** A new key and value for each record. Kafka Streams: `KStream.map`. */
export interface MapStep extends StepBase {
  readonly operator: 'map'
  readonly input: string
  readonly logic: LogicClass<MapLogic<unknown, unknown, unknown, unknown>>
}

export abstract class MapLogic<K, V, K2, V2> extends Logic {
  protected abstract map(record: StreamRecord<K, V>): KeyValue<K2, V2>
}
