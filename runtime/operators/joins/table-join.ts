import { type Change, StreamRecord, type ValueAndTimestamp } from '../../core/record.js'
import type { TableValues, ValueGetter } from '../../topology/handles.js'
import type { AnyRecord, Processor, ProcessorContext } from '../../topology/processor.js'
import type { LogicClass } from '../step.js'
import { changeOf } from '../tables/change-forwarder.js'
import { closeOnce, sharedLogic, type UserCode } from '../user-code.js'

interface JoinCode {
  join(left: unknown, right: unknown, key: unknown): unknown
}

/** A join of two tables, and what later steps ask of it. */
export interface TableJoin {
  readonly name: string
  readonly logic: LogicClass
  /** Is a row of the one side joined with null where the other has none? */
  readonly leftAlone: boolean
  readonly rightAlone: boolean
  sendOldValues: boolean
}

/** Updates of one side, joined with the other's rows. Kafka Streams: `KTableKTableInnerJoin`, `…LeftJoin`, `…RightJoin`, `…OuterJoin`. */
export class TableJoinProcessor implements Processor {
  readonly #join: TableJoin
  readonly #side: 'left' | 'right'
  readonly #fromVersioned: boolean
  readonly #otherValues: TableValues
  /** Is this side's row joined without the other, the other's without this? */
  readonly #alone: boolean
  readonly #otherAlone: boolean
  #context!: ProcessorContext
  #code!: UserCode<JoinCode>
  #other!: ValueGetter

  constructor(join: TableJoin, side: 'left' | 'right', fromVersioned: boolean, otherValues: TableValues) {
    this.#join = join
    this.#side = side
    this.#fromVersioned = fromVersioned
    this.#otherValues = otherValues
    this.#alone = side === 'left' ? join.leftAlone : join.rightAlone
    this.#otherAlone = side === 'left' ? join.rightAlone : join.leftAlone
  }

  init(context: ProcessorContext): void {
    this.#context = context
    this.#code = sharedLogic(this.#join, context)
    this.#other = this.#otherValues.open(context)
  }

  process(record: AnyRecord): void {
    const { key, timestamp, headers } = record
    const { newValue, oldValue, isLatest } = record.value as Change<unknown>
    if (key == null) {
      this.#context.drop('null key')
      return
    }
    if (this.#fromVersioned && !isLatest) {
      this.#context.drop('out of order')
      return
    }
    const row = this.#other.get(key) as ValueAndTimestamp<unknown> | undefined
    if (row === undefined && (!this.#alone || (newValue === null && oldValue === null))) return
    const other = row?.value ?? null
    const joined = changeOf(
      this.#joined(newValue, other, key),
      this.#join.sendOldValues ? this.#joined(oldValue, other, key) : null,
      isLatest,
    )
    this.#context.forward(new StreamRecord(key, joined, row === undefined ? timestamp : Math.max(timestamp, row.timestamp), headers))
  }

  close(): void {
    this.#other?.close?.()
    if (this.#code !== undefined) closeOnce(this.#code)
  }

  #joined(value: unknown, other: unknown, key: unknown): unknown {
    if (value === null && (other === null || !this.#otherAlone)) return null
    return this.#side === 'left' ? this.#code.join(value, other, key) : this.#code.join(other, value, key)
  }
}

/** The rows of the join, computed from those of both sides. */
export function joinedValues(join: TableJoin, leftValues: TableValues, rightValues: TableValues): TableValues {
  return {
    stores: [...new Set([...leftValues.stores, ...rightValues.stores])],
    open(context): ValueGetter {
      const code = sharedLogic<JoinCode>(join, context)
      const [lefts, rights] = [leftValues.open(context), rightValues.open(context)]
      const get = (key: unknown): ValueAndTimestamp<unknown> | undefined => {
        const left = lefts.get(key) as ValueAndTimestamp<unknown> | undefined
        if (left === undefined && !join.rightAlone) return undefined
        const right = rights.get(key) as ValueAndTimestamp<unknown> | undefined
        if (right === undefined && (!join.leftAlone || left === undefined)) return undefined
        const value = code.join(left?.value ?? null, right?.value ?? null, key)
        return value == null ? undefined : { value, timestamp: Math.max(left?.timestamp ?? -1, right?.timestamp ?? -1) }
      }
      return {
        get,
        getAsOf: get,
        close() {
          lefts.close?.()
          rights.close?.()
        },
      }
    },
  }
}
