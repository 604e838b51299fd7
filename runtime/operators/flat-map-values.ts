import type { StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** Any number of new values for each record, under its key. Kafka Streams: `KStream.flatMapValues`. */
export interface FlatMapValuesStep extends StepBase {
  readonly operator: 'flatMapValues'
  readonly input: string
  readonly logic: LogicClass<FlatMapValuesLogic<unknown, unknown, unknown>>
}

export abstract class FlatMapValuesLogic<K, V, V2> extends Logic {
  protected abstract flatMapValues(record: StreamRecord<K, V>): Iterable<V2>
}
