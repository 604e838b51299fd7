import type { StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** A new value for each record (of a table: each row). Kafka Streams: `mapValues`. */
export interface MapValuesStep extends StepBase {
  readonly operator: 'mapValues'
  readonly input: string
  readonly logic: LogicClass<MapValuesLogic<unknown, unknown, unknown>>
  /** Tables only. */
  readonly store?: string
}

export abstract class MapValuesLogic<K, V, V2> extends Logic {
  protected abstract mapValues(record: StreamRecord<K, V>): V2
}
