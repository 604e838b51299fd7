import { type Change, StreamRecord, type ValueAndTimestamp } from '../../core/record.js'
import type { Serde } from '../../serde/serde.js'
import type { TimestampedKeyValueStore } from '../../stores/state-store.js'
import type { TableValues, ValueGetter } from '../../topology/handles.js'
import type { AnyRecord, Processor, ProcessorContext } from '../../topology/processor.js'
import type { LogicClass } from '../step.js'
import { sharedLogic, type UserCode } from '../user-code.js'
import { type Answer, type Instruction, instruction, type Subscription, type SubscriptionKey, subscriptionPrefix } from './subscription.js'
import { differInSchema, rowHash } from './value-hash.js'

/**
 * A join of each left row with the right row that it points at (KIP-213), in four parts: left rows subscribe at the partition of their foreign
 * key, which answers with the right row; right rows answer all who have subscribed; the left side joins the answers that are still
 * about its row as it is.
 */
export interface ForeignKeyJoin {
  readonly name: string
  readonly logic: LogicClass
  readonly left: boolean
  readonly leftValue: Serde
  readonly rightKey: Serde
  readonly leftVersioned: boolean
  readonly rightVersioned: boolean
  readonly leftRows: TableValues
  readonly rightRows: TableValues
  /** Store of the subscriptions. */
  readonly subscriptions: string
  /** Node that sends subscriptions anew. */
  readonly again: string
}

interface JoinCode {
  join(left: unknown, right: unknown, key: unknown): unknown
  foreignKey(left: unknown, key: unknown): unknown
}

type SubscriptionStore = TimestampedKeyValueStore<SubscriptionKey, Subscription>

/** Left rows subscribe. Kafka Streams: `SubscriptionSendProcessorSupplier`. */
export class SubscribeProcessor implements Processor {
  readonly #join: ForeignKeyJoin
  #context!: ProcessorContext
  #code!: UserCode<JoinCode>
  #partition = 0

  constructor(join: ForeignKeyJoin) {
    this.#join = join
  }

  init(context: ProcessorContext): void {
    this.#context = context
    this.#code = sharedLogic(this.#join, context)
    this.#partition = partitionOf(context)
  }

  process(record: AnyRecord): void {
    const { newValue, oldValue, isLatest } = record.value as Change<unknown>
    if (this.#join.leftVersioned && !isLatest) {
      this.#context.drop('out of order')
      return
    }
    if (newValue === null && oldValue === null) return
    const before = this.#foreignKey(record, oldValue)
    const after = this.#foreignKey(record, newValue)
    const hash = newValue === null ? null : rowHash(this.#join.leftValue, newValue)
    const moved = before !== null && (after === null || !this.#sameKey(before, after))
    if (this.#join.left) {
      if (moved) this.#subscribe(record, before, hash, instruction.deleteSilently)
      this.#subscribe(record, after, hash, instruction.answer)
    } else if (after !== null) {
      if (moved) this.#subscribe(record, before, hash, instruction.deleteSilently)
      // What the former right row made of it must go, even without a match.
      this.#subscribe(record, after, hash, moved ? instruction.answer : instruction.answerIfMatched)
    } else if (before !== null) {
      this.#subscribe(record, before, hash, instruction.deleteAndAnswer)
    } else {
      this.#context.drop('null foreign key')
    }
  }

  close(): void {
    this.#code?.close()
  }

  #foreignKey(record: AnyRecord, value: unknown): unknown {
    return value === null ? null : (this.#code.foreignKey(value, record.key) ?? null)
  }

  #sameKey(left: unknown, right: unknown): boolean {
    if (left === right) return true
    const { rightKey } = this.#join
    return Buffer.compare(rightKey.serialize(left), rightKey.serialize(right)) === 0
  }

  #subscribe(record: AnyRecord, foreignKey: unknown, hash: Uint8Array | null, told: Instruction): void {
    const subscription: Subscription = { hash, instruction: told, primaryKey: record.key, primaryPartition: this.#partition }
    this.#context.forward(new StreamRecord(foreignKey, subscription, record.timestamp, record.headers))
  }
}

/** The right side keeps a subscription and answers it. Kafka Streams: `SubscriptionReceive…` and `SubscriptionJoinProcessorSupplier`. */
export class AnswerSubscriptionProcessor implements Processor {
  readonly #join: ForeignKeyJoin
  #context!: ProcessorContext
  #subscriptions!: SubscriptionStore
  #rows!: ValueGetter

  constructor(join: ForeignKeyJoin) {
    this.#join = join
  }

  init(context: ProcessorContext): void {
    this.#context = context
    this.#subscriptions = context.store(this.#join.subscriptions)
    this.#rows = this.#join.rightRows.open(context)
  }

  process(record: AnyRecord): void {
    const subscription = record.value as Subscription
    const { instruction: told, primaryKey } = subscription
    const foreignKey: unknown = record.key
    if (foreignKey == null && told !== instruction.answer) {
      this.#context.drop('null foreign key')
      return
    }
    if (foreignKey != null) {
      const gone = told === instruction.deleteSilently || told === instruction.deleteAndAnswer
      this.#subscriptions.put({ foreignKey, primaryKey }, gone ? null : { value: subscription, timestamp: record.timestamp })
    }
    if (told === instruction.deleteSilently) return
    const row = foreignKey == null ? undefined : (this.#rows.get(foreignKey) as ValueAndTimestamp<unknown> | undefined)
    if (row === undefined && told === instruction.answerIfMatched) return
    const { hash, primaryPartition } = subscription
    const answer: Answer = { hash, value: told === instruction.deleteAndAnswer ? null : (row?.value ?? null), primaryPartition }
    this.#context.forward(new StreamRecord(primaryKey, answer, Math.max(record.timestamp, row?.timestamp ?? -1), record.headers))
  }

  close(): void {
    this.#rows?.close?.()
  }
}

/** A right row answers all who have subscribed, in order of the bytes of their keys. Kafka Streams: `ForeignTableJoinProcessorSupplier`. */
export class AnswerAllProcessor implements Processor {
  readonly #join: ForeignKeyJoin
  #context!: ProcessorContext
  #subscriptions!: SubscriptionStore

  constructor(join: ForeignKeyJoin) {
    this.#join = join
  }

  init(context: ProcessorContext): void {
    this.#context = context
    this.#subscriptions = context.store(this.#join.subscriptions)
  }

  process(record: AnyRecord): void {
    const { newValue, isLatest } = record.value as Change<unknown>
    if (record.key == null) {
      this.#context.drop('null key')
      return
    }
    if (this.#join.rightVersioned && !isLatest) {
      this.#context.drop('out of order')
      return
    }
    for (const { key, value } of this.#subscriptions.prefixScan(record.key, this.#prefixOf)) {
      const { hash, primaryPartition } = value.value
      const answer: Answer = { hash, value: newValue, primaryPartition }
      this.#context.forward(new StreamRecord(key.primaryKey, answer, record.timestamp, record.headers))
    }
  }

  readonly #prefixOf = (key: unknown): Uint8Array => subscriptionPrefix(this.#join.rightKey, key)
}

/**
 * The left side joins an answer with its row, if that is still the one that asked. Kafka Streams: `ResponseJoinProcessorSupplier`. Where the
 * question was of a version with another schema nobody can tell, and the row asks again.
 */
export class JoinAnswerProcessor implements Processor {
  readonly #join: ForeignKeyJoin
  #context!: ProcessorContext
  #code!: UserCode<JoinCode>
  #rows!: ValueGetter
  #partition = 0

  constructor(join: ForeignKeyJoin) {
    this.#join = join
  }

  init(context: ProcessorContext): void {
    this.#context = context
    this.#code = sharedLogic(this.#join, context)
    this.#rows = this.#join.leftRows.open(context)
    this.#partition = partitionOf(context)
  }

  process(record: AnyRecord): void {
    const { hash, value: right } = record.value as Answer
    const row = this.#rows.get(record.key) as ValueAndTimestamp<unknown> | undefined
    const { name, left, leftValue } = this.#join
    const current = row === undefined ? null : rowHash(leftValue, row.value)
    if (!sameHash(hash, current)) {
      if (row !== undefined && hash !== null && differInSchema(leftValue, hash, current!)) this.#askAgain(record, row.value, current!)
      else this.#context.drop('outdated answer')
      return
    }
    const joins = row !== undefined && (right !== null || left)
    this.#context.forward(record.withValue(joins ? this.#code.join(row.value, right, record.key) : null), name)
  }

  #askAgain(record: AnyRecord, row: unknown, hash: Uint8Array): void {
    const foreignKey = this.#code.foreignKey(row, record.key) ?? null
    if (foreignKey === null && !this.#join.left) {
      this.#context.drop('outdated answer')
      return
    }
    const { key: primaryKey, timestamp, headers } = record
    const subscription: Subscription = { hash, instruction: instruction.answer, primaryKey, primaryPartition: this.#partition }
    this.#context.forward(new StreamRecord(foreignKey, subscription, timestamp, headers), this.#join.again)
  }

  close(): void {
    this.#rows?.close?.()
  }
}

function partitionOf({ taskId }: ProcessorContext): number {
  return Number(taskId.slice(taskId.lastIndexOf('_') + 1))
}

function sameHash(left: Uint8Array | null, right: Uint8Array | null): boolean {
  return left === null || right === null ? left === right : Buffer.compare(left, right) === 0
}
