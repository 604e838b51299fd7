import type { StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** A new key for each record. Kafka Streams: `KStream.selectKey`. */
export interface SelectKeyStep extends StepBase {
  readonly operator: 'selectKey'
  readonly input: string
  readonly logic: LogicClass<SelectKeyLogic<unknown, unknown, unknown>>
}

export abstract class SelectKeyLogic<K, V, K2> extends Logic {
  protected abstract selectKey(record: StreamRecord<K, V>): K2
}
