import { StreamError, toStreamError } from '../../core/errors.js'
import type { Acknowledged, CommittedOffset, FailedRecord, FlushResult, ProducedRecord, Producer, ProducerOptions } from '../client.js'
import type { EmbeddedBroker } from './broker.js'
import type { PartitionLog } from './partition-log.js'
import type { ProducerIdentity } from './transactions.js'

/** So much is queued at most; then it is appended at once, not at the end of the turn. */
const maxQueuedBytes = 1 << 20
const defaultTransactionTimeoutMs = 60_000

/** Appends to the broker what was sent, all of a turn of the event loop together. */
export class EmbeddedProducer implements Producer {
  readonly #broker: EmbeddedBroker
  readonly #options: ProducerOptions
  #identity: ProducerIdentity | undefined
  #inTransaction = false
  #closed = false
  /** What ended it; thrown from then on. */
  #fatal: StreamError | undefined
  /** By topic and partition. */
  #queue = new Map<string, Map<number, ProducedRecord[]>>()
  #queuedBytes = 0
  #scheduled = false
  readonly #sequences = new Map<PartitionLog, number>()
  #acknowledged = new Map<PartitionLog, Acknowledged>()
  #failed: FailedRecord[] = []

  constructor(broker: EmbeddedBroker, options: ProducerOptions) {
    this.#broker = broker
    this.#options = options
  }

  get bufferedBytes(): number {
    return this.#queuedBytes
  }

  send(record: ProducedRecord): void {
    this.#checkUsable()
    if (this.#options.transactionalId !== undefined && !this.#inTransaction) throw invalid('No transaction has begun.')
    let partitions = this.#queue.get(record.topic)
    if (partitions === undefined) {
      partitions = new Map()
      this.#queue.set(record.topic, partitions)
    }
    const queued = partitions.get(record.partition)
    if (queued === undefined) partitions.set(record.partition, [record])
    else queued.push(record)
    this.#queuedBytes += (record.key?.byteLength ?? 0) + (record.value?.byteLength ?? 0)
    if (this.#queuedBytes >= maxQueuedBytes) this.#drain()
    else this.#schedule()
  }

  async flush(): Promise<FlushResult> {
    this.#checkUsable()
    this.#drain()
    this.#checkUsable()
    const result = { acknowledged: [...this.#acknowledged.values()], failed: this.#failed }
    this.#acknowledged = new Map()
    this.#failed = []
    return result
  }

  async initTransactions(): Promise<void> {
    this.#checkUsable()
    const { transactionalId, transactionTimeoutMs } = this.#options
    if (transactionalId === undefined) throw invalid('The producer has no transactional id.')
    this.#identity = this.#broker.transactions.init(transactionalId, transactionTimeoutMs ?? defaultTransactionTimeoutMs)
    this.#inTransaction = false
    this.#sequences.clear()
  }

  async beginTransaction(): Promise<void> {
    this.#checkUsable()
    if (this.#options.transactionalId === undefined || this.#identity === undefined) throw invalid('initTransactions comes first.')
    if (this.#inTransaction) throw invalid('A transaction has begun already.')
    this.#inTransaction = true
  }

  async sendOffsets(groupId: string, offsets: readonly CommittedOffset[]): Promise<void> {
    this.#inOpenTransaction((identity) => {
      this.#broker.faults.around('sendOffsets', () => this.#broker.transactions.addOffsets(identity, groupId, offsets))
    })
  }

  async commitTransaction(): Promise<void> {
    this.#inOpenTransaction((identity) => {
      this.#drain()
      this.#checkUsable()
      const [failed] = this.#failed
      if (failed !== undefined) {
        const { topic, partition } = failed.record
        throw new StreamError('PRODUCTION', `A record of the transaction was refused: ${failed.error.message}`, {
          cause: failed.error,
          topic,
          partition,
          hint: 'Abort the transaction; or flush before the commit, and decide on what failed.',
        })
      }
      this.#broker.faults.around('commitTransaction', () => this.#broker.transactions.commit(identity))
      this.#inTransaction = false
    })
  }

  async abortTransaction(): Promise<void> {
    this.#inOpenTransaction((identity) => this.#abort(identity))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    try {
      if (this.#fatal === undefined && !this.#broker.closed) {
        if (this.#inTransaction) this.#abort(this.#identity!)
        else this.#drain()
      }
    } finally {
      this.kill()
    }
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Closes, and forgets what was not sent. */
  kill(): void {
    this.#closed = true
    this.#queue.clear()
    this.#queuedBytes = 0
  }

  #abort(identity: ProducerIdentity): void {
    this.#queue.clear()
    this.#queuedBytes = 0
    this.#failed = []
    this.#inTransaction = false
    this.#broker.transactions.abort(identity)
  }

  #inOpenTransaction(action: (identity: ProducerIdentity) => void): void {
    this.#checkUsable()
    if (!this.#inTransaction) throw invalid('No transaction has begun.')
    try {
      action(this.#identity!)
    } catch (error) {
      const known = toStreamError(error)
      if (known.reaction === 'migrate') this.#fatal = known
      throw known
    }
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (!this.#closed && !this.#broker.closed) this.#drain()
    })
  }

  /** Appends what is queued; an error that ends the producer is kept for the next call. */
  #drain(): void {
    const queue = this.#queue
    this.#queue = new Map()
    this.#queuedBytes = 0
    try {
      for (const [topic, partitions] of queue) {
        for (const [partition, records] of partitions) this.#append(topic, partition, records)
      }
    } catch (error) {
      this.#fatal ??= toStreamError(error, 'PRODUCTION')
    }
  }

  #append(topic: string, partition: number, records: readonly ProducedRecord[]): void {
    let log: PartitionLog
    try {
      log = this.#broker.log(topic, partition)
    } catch (error) {
      this.#failed.push(...records.map((record) => ({ record, error: toStreamError(error) })))
      return
    }
    const accepted: ProducedRecord[] = []
    for (const record of records) {
      const error = this.#broker.faults.takeRefusal() ?? log.refusal(record)
      if (error === undefined) accepted.push(record)
      else this.#failed.push({ record, error })
    }
    if (accepted.length === 0) return
    this.#identity ??= this.#broker.transactions.newProducer()
    const sequence = this.#sequences.get(log) ?? 0
    const produce = () => this.#broker.produce(log, accepted, this.#identity!, sequence)
    const first = this.#broker.faults.around('produce', () => {
      const offset = produce()
      return this.#broker.faults.takeLostAcknowledgement() ? produce() : offset
    })
    this.#sequences.set(log, sequence + accepted.length)
    this.#acknowledged.set(log, { topic, partition, nextOffset: first + accepted.length })
  }

  #checkUsable(): void {
    if (this.#fatal !== undefined) throw this.#fatal
    if (this.#closed) throw invalid('The producer is closed.')
    this.#broker.checkOpen()
  }
}

function invalid(message: string): StreamError {
  return new StreamError('INVALID_STATE', message)
}
