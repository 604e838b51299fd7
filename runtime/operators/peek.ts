import type { StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type Nothing, type StepBase } from './step.js'

/** Looks at each record and passes it on. Kafka Streams: `KStream.peek`. */
export interface PeekStep extends StepBase {
  readonly operator: 'peek'
  readonly input: string
  readonly logic: LogicClass<PeekLogic<unknown, unknown>>
}

export abstract class PeekLogic<K, V> extends Logic {
  protected abstract peek(record: StreamRecord<K, V>): Nothing
}
