import type { TopologyBuilder } from '../topology/builder.js'
import { buildForeignKeyJoin } from './joins/build-foreign-key-join.js'
import { buildStreamJoin } from './joins/build-stream-join.js'
import { buildStreamGlobalJoin, buildStreamTableJoin } from './joins/build-stream-table-join.js'
import { buildTableJoin } from './joins/build-table-join.js'
import { Logic, type LogicClass, type StepBase } from './step.js'

/** Two inputs by key; their kinds choose the join. Kafka Streams: `join`, `leftJoin`, `outerJoin`. */
export type JoinStep = StreamStreamJoinStep | StreamTableJoinStep | StreamGlobalJoinStep | TableTableJoinStep | ForeignKeyJoinStep

interface JoinStepBase extends StepBase {
  readonly operator: 'join' | 'leftJoin' | 'outerJoin'
  readonly left: string
  readonly right: string
  readonly logic: LogicClass<JoinLogic<unknown, unknown, unknown, unknown>>
}

/** Records of both sides with right.timestamp in [left.timestamp - before, left.timestamp + after]; milliseconds. */
export interface StreamStreamJoinStep extends JoinStepBase {
  readonly join: 'streamStream'
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number
  /** Kind of the join's own stores; default `lmdb`. Named `<step>-left`, `<step>-right`, `<step>-unmatched`. */
  readonly persistence?: 'lmdb' | 'memory'
}

export interface StreamTableJoinStep extends JoinStepBase {
  readonly join: 'streamTable'
  readonly operator: 'join' | 'leftJoin'
  /** Holds stream records back so long, for versioned tables (KIP-923). */
  readonly graceMs?: number
}

export interface StreamGlobalJoinStep extends JoinStepBase {
  readonly join: 'streamGlobal'
  readonly operator: 'join' | 'leftJoin'
  readonly logic: LogicClass<GlobalJoinLogic<unknown, unknown, unknown, unknown, unknown>>
}

export interface TableTableJoinStep extends JoinStepBase {
  readonly join: 'tableTable'
  readonly store?: string
}

/** KIP-213. */
export interface ForeignKeyJoinStep extends JoinStepBase {
  readonly join: 'foreignKey'
  readonly operator: 'join' | 'leftJoin'
  readonly store?: string
  readonly logic: LogicClass<ForeignKeyJoinLogic<unknown, unknown, unknown, unknown, unknown>>
}

/** `L` and `R` have null among them where the join may lack that side. */
export abstract class JoinLogic<K, L, R, V> extends Logic {
  protected abstract join(left: L, right: R, key: K): V
}

export abstract class GlobalJoinLogic<K, L, GK, R, V> extends JoinLogic<K, L, R, V> {
  /** The key to look up in the global table; null: no match. */
  protected abstract globalKey(key: K, left: L): GK | null
}

export abstract class ForeignKeyJoinLogic<K, L, FK, R, V> extends JoinLogic<K, L, R, V> {
  /** The right table's key that this left row points at; null: none. */
  protected abstract foreignKey(left: NonNullable<L>, key: K): FK | null
}

export function buildJoin(step: JoinStep, builder: TopologyBuilder): void {
  switch (step.join) {
    case 'streamStream':
      buildStreamJoin(step, builder)
      break
    case 'streamTable':
      buildStreamTableJoin(step, builder)
      break
    case 'streamGlobal':
      buildStreamGlobalJoin(step, builder)
      break
    case 'tableTable':
      buildTableJoin(step, builder)
      break
    case 'foreignKey':
      buildForeignKeyJoin(step, builder)
      break
  }
}
