import type { Change } from '../../core/record.js'
import type { TopologyBuilder } from '../../topology/builder.js'
import type { TableHandle } from '../../topology/handles.js'
import type { AnyRecord } from '../../topology/processor.js'
import type { LogicClass, StepBase } from '../step.js'
import { TableProcessor } from '../tables/table-processor.js'
import { materialize, storedValues } from '../tables/table-settings.js'
import { joinedValues, type TableJoin, TableJoinProcessor } from './table-join.js'

interface TableTableJoinStep extends StepBase {
  readonly operator: 'join' | 'leftJoin' | 'outerJoin'
  readonly left: string
  readonly right: string
  readonly store?: string
  readonly logic: LogicClass
}

/** Keeps the results of a join that has a store. Kafka Streams: `KTableKTableJoinMerger`. */
class JoinedTableProcessor extends TableProcessor {
  process(record: AnyRecord): void {
    const { newValue, oldValue } = record.value as Change<unknown>
    this.send(record, newValue, oldValue, record.timestamp, true)
  }
}

export function buildTableJoin(step: TableTableJoinStep, builder: TopologyBuilder): void {
  const left = builder.table(step.left)
  const right = builder.table(step.right)
  const key = step.key ?? left.key
  const value = step.value ?? left.value
  const topics = [...new Set([...left.topics, ...right.topics])]
  builder.copartition(step.name, topics)
  const leftAlone = step.operator !== 'join'
  const rightAlone = step.operator === 'outerJoin'
  // Old values tell whether there is anything to take back.
  if (leftAlone) left.sendOldValues(true)
  if (rightAlone) right.sendOldValues(true)
  const settings = materialize(builder, step.name, step.store, key, value)
  const join: TableJoin = { name: step.name, logic: step.logic, leftAlone, rightAlone, sendOldValues: false }
  const [lefts, rights] = [left.values(), right.values()]
  const sides = [`${step.name}/left`, `${step.name}/right`]
  builder.processor(sides[0]!, left.nodes, () => new TableJoinProcessor(join, 'left', left.versioned, rights), rights.stores)
  builder.processor(sides[1]!, right.nodes, () => new TableJoinProcessor(join, 'right', right.versioned, lefts), lefts.stores)
  const { store } = settings
  if (store !== undefined) builder.processor(step.name, sides, () => new JoinedTableProcessor(settings), [store])
  const handle: TableHandle = {
    kind: 'table',
    nodes: store === undefined ? sides : [step.name],
    key,
    value,
    topics,
    versioned: settings.versioned,
    windowed: left.windowed,
    sendOldValues() {
      left.sendOldValues(true)
      right.sendOldValues(true)
      join.sendOldValues = true
      settings.sendOldValues = true
      return true
    },
    values: () => (store === undefined ? joinedValues(join, lefts, rights) : storedValues(store, settings.versioned)),
  }
  builder.define(step.name, handle)
}
