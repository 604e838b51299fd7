import type { StreamRecord } from '../core/record.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** Groups by the key there is. Kafka Streams: `KStream.groupByKey`; repartitions `<step>-repartition` only after a key change. */
export interface GroupByKeyStep extends StepBase {
  readonly operator: 'groupByKey'
  readonly input: string
}

/**
 * Groups by a new key; always repartitions, by `<step>-repartition`. Kafka Streams: `KStream.groupBy`, `KTable.groupBy`.
 * Of a table, the logic may give a new value too (`groupValue`).
 */
export interface GroupByStep extends StepBase {
  readonly operator: 'groupBy'
  readonly input: string
  readonly logic: LogicClass<GroupByLogic<unknown, unknown, unknown>>
}

export abstract class GroupByLogic<K, V, K2> extends Logic {
  protected abstract groupKey(record: StreamRecord<K, V>): K2
}

/** `groupBy` of a table with `value:` declared. */
export abstract class GroupByTableLogic<K, V, K2, V2> extends GroupByLogic<K, V, K2> {
  protected abstract groupValue(record: StreamRecord<K, V>): V2
}
