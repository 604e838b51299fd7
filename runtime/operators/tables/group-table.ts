import { type Change, StreamRecord } from '../../core/record.js'
import type { Serde } from '../../serde/serde.js'
import type { AnyRecord } from '../../topology/processor.js'
import { LogicProcessor } from '../user-code.js'
import { changeOf } from './change-forwarder.js'

interface GroupCode {
  groupKey(record: AnyRecord): unknown
  /** Only if the step declares a value of its own. */
  groupValue?(record: AnyRecord): unknown
}

interface Grouped {
  readonly key: unknown
  readonly value: unknown
}

/**
 * Each change of a row as changes of its groups: one if it stays in its group, else two, the old group first. Rows without a group
 * or a value are left out. Kafka Streams: `KTableRepartitionMap`.
 */
export class GroupTableProcessor extends LogicProcessor<GroupCode> {
  readonly #key: Serde
  readonly #fromVersioned: boolean

  constructor(logic: ConstructorParameters<typeof LogicProcessor>[0], key: Serde, fromVersioned: boolean) {
    super(logic)
    this.#key = key
    this.#fromVersioned = fromVersioned
  }

  process(record: AnyRecord): void {
    const change = record.value as Change<unknown>
    // Only what is the latest of its row belongs in an aggregate (KIP-914).
    if (this.#fromVersioned && !change.isLatest) return
    const after = this.#grouped(record, change.newValue)
    const before = this.#grouped(record, change.oldValue)
    if (before !== undefined && after !== undefined && this.#sameKey(before.key, after.key)) {
      this.#send(record, after.key, after.value, before.value)
      return
    }
    if (before !== undefined) this.#send(record, before.key, null, before.value)
    if (after !== undefined) this.#send(record, after.key, after.value, null)
  }

  #grouped(record: AnyRecord, value: unknown): Grouped | undefined {
    if (value == null) return undefined
    const row = record.withValue(value)
    const grouped = { key: this.code.groupKey(row), value: this.code.groupValue === undefined ? value : this.code.groupValue(row) }
    return grouped.key == null || grouped.value == null ? undefined : grouped
  }

  #send(record: AnyRecord, key: unknown, newValue: unknown, oldValue: unknown): void {
    this.context.forward(new StreamRecord(key, changeOf(newValue, oldValue), record.timestamp, record.headers))
  }

  #sameKey(left: unknown, right: unknown): boolean {
    if (typeof left !== 'object' || typeof right !== 'object') return Object.is(left, right)
    return Buffer.compare(this.#key.serialize(left), this.#key.serialize(right)) === 0
  }
}
