import type { StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** Keeps the records (of a table: the rows) that pass, or those that do not. Kafka Streams: `filter`, `filterNot`. */
export interface FilterStep extends StepBase {
  readonly operator: 'filter' | 'filterNot'
  readonly input: string
  readonly logic: LogicClass<FilterLogic<unknown, unknown>>
  /** Tables only. */
  readonly store?: string
}

export abstract class FilterLogic<K, V> extends Logic {
  protected abstract test(record: StreamRecord<K, V>): boolean
}
