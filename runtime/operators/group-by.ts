import type { StreamRecord } from '../core/record.js'
import type { NullKeyPolicy, TopologyBuilder } from '../topology/builder.js'
import type { GroupedHandle, StreamHandle } from '../topology/handles.js'
import type { AnyRecord } from '../topology/processor.js'
import { byKey } from './null-keys.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { changeSerde } from './tables/change-serde.js'
import { GroupTableProcessor } from './tables/group-table.js'
import { LogicProcessor } from './user-code.js'

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

interface GroupCode {
  groupKey(record: AnyRecord): unknown
}

/** A new key for each record, on its way to the repartition topic. */
class GroupByProcessor extends LogicProcessor<GroupCode> {
  readonly #dropNullKeys: boolean

  constructor(step: GroupByStep, nullKeys: NullKeyPolicy) {
    super(step.logic)
    this.#dropNullKeys = nullKeys.drop
  }

  process(record: AnyRecord): void {
    const key = this.code.groupKey(record)
    if (key != null || !this.#dropNullKeys) this.context.forward(record.withKey(key))
  }
}

export function buildGroupByKey(step: GroupByKeyStep, builder: TopologyBuilder): void {
  const input = builder.stream(step.input)
  const key = step.key ?? input.key
  const value = step.value ?? input.value
  const records = once(() => {
    const stream = byKey(builder, step.name, { ...input, key, value })
    builder.copartition(step.name, stream.topics)
    return stream
  })
  builder.define(step.name, { kind: 'grouped', of: 'stream', key, value, records })
}

export function buildGroupBy(step: GroupByStep, builder: TopologyBuilder): void {
  const input = builder.streamOrTable(step.input)
  const key = step.key ?? input.key
  const value = step.value ?? input.value
  const topic = { step: step.name, topic: `${step.name}-repartition`, part: 'repartition', from: [step.name], key }
  let records: GroupedHandle['records']
  if (input.kind === 'stream') {
    const nullKeys = { drop: true }
    builder.processor(step.name, input.nodes, () => new GroupByProcessor(step, nullKeys))
    records = once(() => builder.repartition({ ...topic, value, nullKeys }))
  } else {
    builder.processor(step.name, input.nodes, () => new GroupTableProcessor(step.logic, key, input.versioned))
    input.sendOldValues(true)
    records = once(() => builder.repartition({ ...topic, value: changeSerde(value) }))
  }
  builder.define(step.name, { kind: 'grouped', of: input.kind, key, value, records })
}

/** A grouped step that several aggregations read has one repartition topic, made for the first. */
function once(make: () => StreamHandle): () => StreamHandle {
  let made: StreamHandle | undefined
  return () => {
    made ??= make()
    return made
  }
}
