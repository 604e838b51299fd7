import type { AlarmClock } from '../../core/clock.js'
import { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { CommittedOffset } from '../client.js'
import { offsetEntry } from './committed-offsets.js'
import type { Journal, JournalValue } from './journal.js'
import type { PartitionLog } from './partition-log.js'

/** Who a producer is to the broker. A higher epoch of the same transactional id fences the lower ones. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly epoch: number
  readonly transactionalId?: string
}

interface Transaction {
  readonly logs: Set<PartitionLog>
  /** By group. */
  readonly offsets: Map<string, CommittedOffset[]>
  readonly cancelTimeout: () => void
}

interface TransactionalProducer {
  readonly producerId: number
  epoch: number
  timeoutMs: number
  current: Transaction | undefined
}

/** What transactions need of the broker. */
export interface TransactionHost {
  readonly clock: AlarmClock
  readonly journal: Journal
  log(topic: string, partition: number): PartitionLog
  /** Takes over offsets that the journal has. */
  offsetsCommitted(groupId: string, offsets: readonly CommittedOffset[]): void
}

/** The transaction coordinator: who may write under a transactional id, and what the transaction of each has touched. */
export class Transactions {
  readonly #host: TransactionHost
  readonly #producers = new Map<string, TransactionalProducer>()
  #nextProducerId = 1

  constructor(host: TransactionHost) {
    this.#host = host
  }

  /** An identity without transactions. */
  newProducer(): ProducerIdentity {
    return { producerId: this.#nextProducerId++, epoch: 0 }
  }

  /** Fences earlier producers of the id and aborts what they left. */
  init(transactionalId: string, timeoutMs: number): ProducerIdentity {
    const producer = this.#producers.get(transactionalId) ?? {
      producerId: this.#nextProducerId++,
      epoch: -1,
      timeoutMs,
      current: undefined,
    }
    this.#producers.set(transactionalId, producer)
    producer.epoch++
    producer.timeoutMs = timeoutMs
    this.#abort(producer)
    return { producerId: producer.producerId, epoch: producer.epoch, transactionalId }
  }

  /** The partition becomes part of the producer's transaction, which begins with its first. Throws TASK_MIGRATED if fenced. */
  addPartition(identity: ProducerIdentity, log: PartitionLog): void {
    this.#transaction(identity).logs.add(log)
  }

  /** The offsets are committed with the transaction, or not at all. Throws TASK_MIGRATED if fenced. */
  addOffsets(identity: ProducerIdentity, groupId: string, offsets: readonly CommittedOffset[]): void {
    const { offsets: groups } = this.#transaction(identity)
    groups.set(groupId, [...(groups.get(groupId) ?? []), ...offsets])
  }

  /** Throws TASK_MIGRATED if fenced. */
  commit(identity: ProducerIdentity): void {
    const producer = this.#check(identity)
    const transaction = producer.current
    if (transaction === undefined) return
    const offsets = [...transaction.offsets].flatMap(([group, each]) => each.map((offset) => offsetEntry(group, offset)))
    const partitions = [...transaction.logs].map(({ topic, partition }) => ({ topic, partition }))
    const { transactionalId = '' } = identity
    const key = JSON.stringify(['commit', transactionalId])
    const { producerId } = producer
    this.#host.journal.put([{ key, value: { kind: 'commit', transactionalId, producerId, partitions, offsets } }])
    // From here on it is committed, also if the process dies before the markers are written.
    this.#take(producer)
    for (const log of transaction.logs) log.appendMarker(producerId, true)
    this.#host.journal.put([...offsets, { key, value: null }])
    for (const [group, each] of transaction.offsets) this.#host.offsetsCommitted(group, each)
  }

  /** Throws TASK_MIGRATED if fenced. */
  abort(identity: ProducerIdentity): void {
    this.#abort(this.#check(identity))
  }

  /** A deleted topic is no part of any transaction. */
  forget(logs: readonly PartitionLog[]): void {
    for (const { current } of this.#producers.values()) for (const log of logs) current?.logs.delete(log)
  }

  /** After a crash: does what was left of a transaction that was decided, as of what the journal has. */
  finish(decided: JournalValue & { kind: 'commit' }): void {
    for (const { topic, partition } of decided.partitions) {
      const log = this.#find({ topic, partition })
      if (log?.transactions.isOpen(decided.producerId)) log.appendMarker(decided.producerId, true)
    }
    this.#host.journal.put([...decided.offsets, { key: JSON.stringify(['commit', decided.transactionalId]), value: null }])
    for (const { value } of decided.offsets) if (value?.kind === 'offset') this.#host.offsetsCommitted(value.group, [value])
  }

  #find({ topic, partition }: TopicPartition): PartitionLog | undefined {
    try {
      return this.#host.log(topic, partition)
    } catch {
      // Deleted since.
      return undefined
    }
  }

  #transaction(identity: ProducerIdentity): Transaction {
    const producer = this.#check(identity)
    producer.current ??= {
      logs: new Set(),
      offsets: new Map(),
      cancelTimeout: this.#host.clock.alarm(producer.timeoutMs, () => this.#timeOut(producer), { background: true }),
    }
    return producer.current
  }

  /** The producer was too slow: its transaction is aborted, and it is fenced. */
  #timeOut(producer: TransactionalProducer): void {
    producer.epoch++
    this.#abort(producer)
  }

  #abort(producer: TransactionalProducer): void {
    const transaction = this.#take(producer)
    for (const log of transaction?.logs ?? []) log.appendMarker(producer.producerId, false)
  }

  #take(producer: TransactionalProducer): Transaction | undefined {
    const transaction = producer.current
    transaction?.cancelTimeout()
    producer.current = undefined
    return transaction
  }

  #check({ transactionalId = '', epoch }: ProducerIdentity): TransactionalProducer {
    const producer = this.#producers.get(transactionalId)
    if (producer !== undefined && producer.epoch === epoch) return producer
    throw new StreamError('TASK_MIGRATED', `Another producer uses transactional id ${transactionalId} now, or its transaction timed out.`)
  }
}
