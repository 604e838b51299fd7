import type { TopologyBuilder } from '../../topology/builder.js'
import type { StreamHandle, TableValues } from '../../topology/handles.js'
import { StepFailure } from '../../topology/problem.js'
import { byKey } from '../null-keys.js'
import type { LogicClass, StepBase } from '../step.js'
import { storedValues } from '../tables/table-settings.js'
import { GraceJoinProcessor, graceBufferStore } from './grace-join.js'
import { StreamTableJoinProcessor } from './stream-table-join.js'

interface StreamJoinStep extends StepBase {
  readonly operator: 'join' | 'leftJoin'
  readonly left: string
  readonly right: string
  readonly graceMs?: number
  readonly logic: LogicClass
}

export function buildStreamTableJoin(step: StreamJoinStep, builder: TopologyBuilder): void {
  const table = builder.table(step.right)
  const stream = byKey(builder, step.name, builder.stream(step.left))
  const topics = [...new Set([...stream.topics, ...table.topics])]
  builder.copartition(step.name, topics)
  const { graceMs } = step
  if (graceMs !== undefined && !table.versioned) {
    throw new StepFailure(
      `a grace needs a versioned table, which ${step.right} is not.`,
      'Give it a store of kind versioned, or leave out grace.',
    )
  }
  const left = step.operator === 'leftJoin'
  const rows = table.values()
  const join = { logic: step.logic, left, table: rows, versioned: table.versioned }
  if (graceMs === undefined) {
    builder.processor(step.name, stream.nodes, () => new StreamTableJoinProcessor(join), rows.stores)
  } else {
    const spec = graceBufferStore(step.name, stream.key, stream.value)
    builder.addInternalStore(step.name, spec)
    const graceJoin = { ...join, graceMs, buffer: spec.name, key: stream.key, value: stream.value }
    builder.processor(step.name, stream.nodes, () => new GraceJoinProcessor(graceJoin), [...rows.stores, spec.name])
  }
  if (left) builder.nullKeyJoins.add(step.name)
  builder.define(step.name, joined(step, stream, topics, false))
}

export function buildStreamGlobalJoin(step: StreamJoinStep, builder: TopologyBuilder): void {
  const stream = builder.stream(step.left)
  const table: TableValues = storedValues(builder.globalTable(step.right).store, false)
  const left = step.operator === 'leftJoin'
  const join = { logic: step.logic, left, table, versioned: false }
  builder.processor(step.name, stream.nodes, () => new StreamTableJoinProcessor(join), table.stores)
  if (left) builder.nullKeyJoins.add(step.name)
  builder.define(step.name, joined(step, stream, stream.topics, stream.keyChanged))
}

function joined(step: StreamJoinStep, { key, value }: StreamHandle, topics: readonly string[], keyChanged: boolean): StreamHandle {
  return { kind: 'stream', nodes: [step.name], key: step.key ?? key, value: step.value ?? value, keyChanged, topics }
}
