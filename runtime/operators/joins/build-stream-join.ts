import type { StoreSpec } from '../../stores/store-spec.js'
import type { TopologyBuilder } from '../../topology/builder.js'
import { StepFailure } from '../../topology/problem.js'
import { byKey } from '../null-keys.js'
import type { LogicClass, StepBase } from '../step.js'
import { type StreamJoin, StreamJoinProcessor } from './stream-join.js'
import { unmatchedKeySerde, unmatchedValuesSerde } from './unmatched.js'

interface StreamStreamJoinStep extends StepBase {
  readonly operator: 'join' | 'leftJoin' | 'outerJoin'
  readonly left: string
  readonly right: string
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number
  readonly persistence?: 'lmdb' | 'memory'
  readonly logic: LogicClass
}

export function buildStreamJoin(step: StreamStreamJoinStep, builder: TopologyBuilder): void {
  const { name, operator, beforeMs, afterMs, graceMs, logic } = step
  checkTimes(step)
  const left = byKey(builder, name, builder.stream(step.left), 'left')
  const right = byKey(builder, name, builder.stream(step.right), 'right')
  const topics = [...new Set([...left.topics, ...right.topics])]
  builder.copartition(name, topics)
  const leftAlone = operator !== 'join'
  const rightAlone = operator === 'outerJoin'
  const unmatched = leftAlone ? `${name}-unmatched` : undefined
  const join: StreamJoin = {
    ...{ name, logic, beforeMs, afterMs, graceMs, leftAlone, rightAlone },
    stores: { left: `${name}-left`, right: `${name}-right`, unmatched },
  }
  const persistence = step.persistence && { persistence: step.persistence }
  const windowSizeMs = beforeMs + afterMs
  const windows = { kind: 'window', windowSizeMs, retentionMs: windowSizeMs + graceMs, retainDuplicates: true, ...persistence } as const
  builder.addInternalStore(name, { ...windows, name: join.stores.left, key: left.key, value: left.value })
  builder.addInternalStore(name, { ...windows, name: join.stores.right, key: right.key, value: right.value })
  if (unmatched !== undefined) {
    const serdes = { key: unmatchedKeySerde(left.key), value: unmatchedValuesSerde(left.value, right.value) }
    builder.addInternalStore(name, { kind: 'keyValue', name: unmatched, ...serdes, ...persistence } satisfies StoreSpec)
  }
  const stores = [join.stores.left, join.stores.right, ...(unmatched === undefined ? [] : [unmatched])]
  const sides = [`${name}/left`, `${name}/right`]
  builder.processor(sides[0]!, left.nodes, () => new StreamJoinProcessor(join, 'left'), stores)
  builder.processor(sides[1]!, right.nodes, () => new StreamJoinProcessor(join, 'right'), stores)
  if (leftAlone) for (const side of sides) builder.nullKeyJoins.add(side)
  builder.define(name, {
    kind: 'stream',
    nodes: sides,
    key: step.key ?? left.key,
    value: step.value ?? left.value,
    keyChanged: false,
    topics,
  })
}

function checkTimes({ beforeMs, afterMs, graceMs }: StreamStreamJoinStep): void {
  if (!(beforeMs + afterMs >= 0)) {
    throw new StepFailure(
      `its window ends ${afterMs} ms after a record and starts ${beforeMs} ms before it.`,
      'It must not end before it starts.',
    )
  }
  if (!(graceMs >= 0)) throw new StepFailure(`its grace is ${graceMs} ms.`, 'It cannot be negative.')
}
