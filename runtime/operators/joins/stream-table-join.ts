import type { TableValues, ValueGetter } from '../../topology/handles.js'
import type { AnyRecord, Processor, ProcessorContext } from '../../topology/processor.js'
import type { LogicClass } from '../step.js'
import { logicContext, startLogic, type UserCode } from '../user-code.js'

interface JoinCode {
  join(left: unknown, right: unknown, key: unknown): unknown
  /** Joins with a global table. */
  globalKey?(key: unknown, left: unknown): unknown
}

export interface StreamTableJoin {
  readonly logic: LogicClass
  readonly left: boolean
  readonly table: TableValues
  /** Looks rows up as they were at the record's timestamp (KIP-914). */
  readonly versioned: boolean
}

/** Records of a stream, joined with the row of their key. Kafka Streams: `KStreamKTableJoin`, `KStreamGlobalKTableJoin`. */
export class StreamTableJoinProcessor implements Processor {
  protected context!: ProcessorContext
  readonly #join: StreamTableJoin
  #code!: UserCode<JoinCode>
  #rows!: ValueGetter

  constructor(join: StreamTableJoin) {
    this.#join = join
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.#code = startLogic(this.#join.logic, logicContext(context))
    this.#rows = this.#join.table.open(context)
  }

  process(record: AnyRecord): void {
    if (this.accepts(record)) this.join(record)
  }

  close(): void {
    this.#rows?.close?.()
    this.#code?.close()
  }

  /** A null value has nothing to join; without a key only a left join has a result. */
  protected accepts(record: AnyRecord): boolean {
    if (record.value != null && (this.#join.left || this.#keyOf(record) != null)) return true
    this.context.drop(record.value == null ? 'null value' : 'null join key')
    return false
  }

  protected join(record: AnyRecord): void {
    const key = this.#keyOf(record)
    const row = key == null ? undefined : this.#join.versioned ? this.#rows.getAsOf(key, record.timestamp) : this.#rows.get(key)
    if (row === undefined && !this.#join.left) return
    this.context.forward(record.withValue(this.#code.join(record.value, row === undefined ? null : row.value, record.key)))
  }

  #keyOf(record: AnyRecord): unknown {
    return this.#code.globalKey === undefined ? record.key : this.#code.globalKey(record.key, record.value)
  }
}
