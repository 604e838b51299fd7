import type { StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** The changes of a table as a stream, tombstones as null. Kafka Streams: `KTable.toStream`, with a new key if there is logic. */
export interface ToStreamStep extends StepBase {
  readonly operator: 'toStream'
  readonly input: string
  readonly logic?: LogicClass<ToStreamLogic<unknown, unknown, unknown>>
}

export abstract class ToStreamLogic<K, V, K2> extends Logic {
  protected abstract selectKey(record: StreamRecord<K, V | null>): K2
}
