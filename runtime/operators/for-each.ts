import type { StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type Nothing, type StepBase } from './step.js'

/** Ends a stream in user code. Kafka Streams: `KStream.foreach`. */
export interface ForEachStep extends StepBase {
  readonly operator: 'forEach'
  readonly input: string
  readonly logic: LogicClass<ForEachLogic<unknown, unknown>>
}

export abstract class ForEachLogic<K, V> extends Logic {
  protected abstract forEach(record: StreamRecord<K, V>): Nothing
}
