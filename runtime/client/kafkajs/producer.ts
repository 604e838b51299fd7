import { setTimeout as sleep } from 'node:timers/promises'
import { StreamError } from '../../core/errors.js'
import type { Acknowledged, CommittedOffset, FailedRecord, FlushResult, ProducedRecord, Producer, ProducerOptions } from '../client.js'
import { codecNumber, loadCodec } from './compression.js'
import { isTransient, toFailure, typeOf } from './failures.js'
import { Network } from './network.js'
import { type Batch, PartitionQueue, type ProducerIdentity } from './outbox.js'
import type { Settings } from './settings.js'
import { initProducerId, Transactions } from './transaction.js'
import { identify } from './wire/batch-writer.js'
import { ProtocolError } from './wire/errors.js'
import { type ProducedPartition, produceRequest } from './wire/produce.js'

const defaultLingerMs = 20
const defaultTransactionTimeoutMs = 60_000
/** What one request carries at most, over all its partitions. */
const requestBytes = 8 * 1024 * 1024
/** The broker works on one at a time; the next lies ready. */
const requestsToABroker = 2
const firstPauseMs = 20
const longestPauseMs = 1_000
const longestCloseMs = 10_000
const leaderNotAvailable = 5
const unknownTopicOrPartition = 3

/** The broker refuses some record of the batch for what it is; which one, halving finds out. */
const refusals: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP'])

/** No record of this producer gets through any more. */
const fatal: ReadonlySet<string> = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
])

/** The broker has lost track of this producer's sequence in a partition. */
const sequenceLost: ReadonlySet<string> = new Set(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID'])

/**
 * Idempotent, with its own batches and sequences: kafkajs's producer has one request to a broker at a time, groups messages in quadratic
 * time, and restarts sequences wrongly after 2^31 records. A request takes a batch of every partition that has one ready; each partition
 * has one batch under way at most, so that its order holds whatever fails.
 */
export class KafkajsProducer implements Producer {
  readonly #network: Network
  readonly #options: ProducerOptions
  readonly #transactions: Transactions | undefined
  readonly #queues = new Map<string, PartitionQueue[]>()
  /** Those with something to send or under way. */
  readonly #busy = new Set<PartitionQueue>()
  readonly #written = new Set<PartitionQueue>()
  readonly #requests = new Map<string, number>()
  readonly #waiting: (() => void)[] = []
  #failed: FailedRecord[] = []
  #bufferedBytes = 0
  #flushing = false
  #identity: ProducerIdentity | undefined
  #identifying = false
  #learning = false
  #failure: StreamError | undefined
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined
  #timerIsNow = false
  #closing: Promise<void> | undefined

  constructor(settings: Settings, options: ProducerOptions) {
    this.#network = new Network(settings)
    this.#options = options
    if (options.transactionalId === undefined) return
    this.#transactions = new Transactions(
      this.#network,
      options.transactionalId,
      options.transactionTimeoutMs ?? defaultTransactionTimeoutMs,
    )
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  send(record: ProducedRecord): void {
    this.#ensureUsable()
    this.#transactions?.ensureOpen()
    const queue = this.#queueOf(record.topic, record.partition)
    this.#bufferedBytes += queue.add(record)
    this.#busy.add(queue)
    if (queue.batches[0]!.full) this.#pumpNow()
    else this.#pumpIn(this.#options.lingerMs ?? defaultLingerMs)
  }

  async flush(): Promise<FlushResult> {
    await this.#drain()
    const acknowledged: Acknowledged[] = []
    for (const queue of this.#written) {
      const { topic, partition, acknowledged: nextOffset } = queue
      if (nextOffset !== undefined) acknowledged.push({ topic, partition, nextOffset })
      queue.acknowledged = undefined
    }
    this.#written.clear()
    const failed = this.#failed
    this.#failed = []
    return { acknowledged, failed }
  }

  async initTransactions(): Promise<void> {
    this.#ensureUsable()
    this.#identity = await this.#fatally(this.#transactional().initialize())
  }

  async beginTransaction(): Promise<void> {
    this.#ensureUsable()
    this.#transactional().begin()
  }

  async sendOffsets(groupId: string, offsets: readonly CommittedOffset[]): Promise<void> {
    this.#ensureUsable()
    if (offsets.length > 0) await this.#fatally(this.#transactional().sendOffsets(groupId, offsets))
    else this.#transactional().ensureOpen()
  }

  async commitTransaction(): Promise<void> {
    this.#ensureUsable()
    this.#transactional().ensureOpen()
    await this.#drain()
    // Whoever wants to go on without a refused record has asked for it by `flush`.
    const refused = this.#failed[0]
    if (refused !== undefined) throw toFailure(refused.error, 'commit a transaction that lacks a record')
    await this.#fatally(this.#transactional().end(true))
  }

  async abortTransaction(): Promise<void> {
    this.#ensureUsable()
    this.#transactional().ensureOpen()
    for (const queue of this.#busy) {
      for (const batch of queue.batches.splice(queue.underWay ? 1 : 0)) this.#bufferedBytes -= batch.bytes
      if (!queue.underWay) this.#busy.delete(queue)
    }
    await this.#drain()
    for (const queue of this.#written) queue.acknowledged = undefined
    this.#written.clear()
    this.#failed = []
    await this.#fatally(this.#transactional().end(false))
  }

  get closed(): boolean {
    return this.#network.closed
  }

  /** Delivers what was sent; a transaction left open would hold up readers of committed records until it times out, and is aborted. */
  async close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.#failure === undefined) {
      const last = this.#transactions === undefined ? this.#drain() : this.#transactions.open ? this.abortTransaction() : undefined
      await Promise.race([last?.catch(() => {}), sleep(longestCloseMs, undefined, { ref: false })])
    }
    this.#cancelTimer()
    this.#failure = new StreamError('INVALID_STATE', 'the producer is closed')
    this.#network.close()
    this.#wake()
  }

  /** Waits until nothing is queued or under way. */
  async #drain(): Promise<void> {
    this.#ensureUsable()
    while (this.#busy.size > 0) {
      this.#flushing = true
      this.#pump()
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
      this.#ensureUsable()
    }
  }

  /** Sends what is due. Called after everything that may have made something due. */
  #pump(): void {
    this.#cancelTimer()
    if (this.#failure !== undefined || this.#busy.size === 0) return
    if (this.#identity === undefined) return this.#findIdentity()
    const now = performance.now()
    const byBroker = new Map<string, PartitionQueue[]>()
    const leaderless: PartitionQueue[] = []
    let dueInMs = Number.POSITIVE_INFINITY
    const dueBrokers = new Set<string>()
    for (const queue of this.#busy) {
      if (queue.underWay) continue
      const waitMs = Math.max(queue.notBefore - now, this.#lingerLeft(queue, now))
      dueInMs = Math.min(dueInMs, waitMs)
      if (queue.notBefore > now) continue
      const address = this.#network.leader(queue.topic, queue.partition)
      if (address === undefined) {
        leaderless.push(queue)
        continue
      }
      const mine = byBroker.get(address)
      if (mine === undefined) byBroker.set(address, [queue])
      else mine.push(queue)
      if (waitMs <= 0) dueBrokers.add(address)
    }
    if (leaderless.length > 0 && !this.#learning) this.#learn(leaderless)
    // A request that goes takes along what would have lingered a little longer.
    for (const address of dueBrokers) {
      if ((this.#requests.get(address) ?? 0) < requestsToABroker) this.#deliver(address, byBroker.get(address)!)
    }
    if (dueInMs > 0 && dueInMs < Number.POSITIVE_INFINITY) this.#pumpIn(dueInMs)
  }

  #lingerLeft({ batches }: PartitionQueue, now: number): number {
    const first = batches[0]!
    if (this.#flushing || batches.length > 1 || first.full || first.attempts > 0) return 0
    return first.since + (this.#options.lingerMs ?? defaultLingerMs) - now
  }

  async #deliver(address: string, queues: readonly PartitionQueue[]): Promise<void> {
    const batches: Batch[] = []
    let bytes = 0
    for (const queue of queues) {
      const batch = queue.batches[0]!
      if (bytes > 0 && bytes + batch.bytes > requestBytes) continue
      bytes += batch.bytes
      queue.underWay = true
      batch.tried()
      batches.push(batch)
    }
    this.#requests.set(address, (this.#requests.get(address) ?? 0) + 1)
    try {
      const identity = this.#identity!
      for (const batch of batches) await this.#seal(batch, identity)
      await this.#transactions?.add(queues)
      const sealed = batches.map(({ queue: { topic, partition }, sealed: bytes_ }) => ({ topic, partition, bytes: bytes_! }))
      const node = await this.#network.at(address)
      const answers = await node.send(produceRequest(sealed, this.#options.transactionalId ?? null))
      const byName = new Map(answers.map((answer) => [`${answer.topic} ${answer.partition}`, answer]))
      for (const batch of batches) this.#settle(batch, byName.get(`${batch.queue.topic} ${batch.queue.partition}`))
    } catch (error) {
      for (const batch of batches) this.#fail(batch, error)
    } finally {
      this.#requests.set(address, this.#requests.get(address)! - 1)
      for (const { queue } of batches) {
        queue.underWay = false
        if (queue.batches.length === 0) this.#busy.delete(queue)
      }
      this.#wake()
      this.#pump()
    }
  }

  async #seal(batch: Batch, identity: ProducerIdentity): Promise<void> {
    const codec = codecNumber(this.#options.compression ?? 'none')
    if (batch.sealed === undefined) {
      const compress = codec === 0 ? undefined : (await loadCodec(codec)).compress
      batch.sealed = await batch.writer.seal(codec, compress)
    }
    if (batch.identity !== undefined) return
    batch.queue.stamp(batch, identity)
    identify(batch.sealed, { ...identity, baseSequence: batch.baseSequence, transactional: this.#transactions !== undefined })
  }

  #settle(batch: Batch, answer: ProducedPartition | undefined): void {
    const { queue } = batch
    if (answer === undefined || answer.error !== 0) return this.#fail(batch, new ProtocolError(answer?.error ?? -1))
    queue.accepted(batch)
    this.#finish(batch)
    this.#written.add(queue)
    if (answer.baseOffset >= 0) queue.acknowledged = answer.baseOffset + batch.records.length
  }

  /** The batch is done with, in whatever way. */
  #finish(batch: Batch): void {
    batch.queue.batches.shift()
    this.#bufferedBytes -= batch.bytes
  }

  #fail(batch: Batch, error: unknown): void {
    const { queue, records } = batch
    const { topic, partition } = queue
    const type = typeOf(error) ?? ''
    const doing = `write to ${topic} [${partition}]`
    const elapsedMs = performance.now() - batch.firstTry
    if (this.#network.closed || this.#failure !== undefined) return
    if (error instanceof StreamError) return this.#end(error) // tried again already
    if (fatal.has(type) || (sequenceLost.has(type) && this.#transactions !== undefined)) return this.#end(toFailure(error, doing))
    if (sequenceLost.has(type)) return this.#renew(batch, error)
    if (refusals.has(type) && records.length > 1) {
      this.#finish(batch)
      const halves = batch.halves()
      queue.batches.unshift(...halves)
      for (const half of halves) this.#bufferedBytes += half.bytes
      return
    }
    if (isTransient(error) && elapsedMs < this.#network.patienceMs(error)) {
      if (batch.attempts === 1) this.#network.settings.logger.debug(`could not ${doing}, trying again: ${(error as Error).message}`)
      queue.notBefore = performance.now() + Math.min(firstPauseMs * 2 ** Math.min(batch.attempts, 10), longestPauseMs)
      this.#network.forgetLeaders(topic)
      return
    }
    if (isTransient(error) && type !== 'UNKNOWN_TOPIC_OR_PARTITION') return this.#end(this.#network.exhausted(error, doing, elapsedMs))
    if (type === '') return this.#end(toFailure(error, doing))
    this.#refuse(batch, error)
  }

  /** The broker does not take these records: whoever flushes decides. */
  #refuse(batch: Batch, cause: unknown): void {
    const { topic, partition } = batch.queue
    this.#finish(batch)
    const code = typeOf(cause) === 'UNKNOWN_TOPIC_OR_PARTITION' ? 'TOPIC_MISSING' : 'PRODUCTION'
    const error = new StreamError(code, `${topic} [${partition}] does not take a record: ${(cause as Error).message}`, {
      cause,
      topic,
      partition,
    })
    for (const record of batch.records) this.#failed.push({ record, error })
  }

  /** Goes on as a new producer: the broker did not take the batch, nor did it lose one that it acknowledged to this one. */
  #renew(batch: Batch, error: unknown): void {
    this.#network.settings.logger.warn(`going on with a new producer id: ${(error as Error).message}`)
    if (batch.identity === this.#identity) this.#identity = undefined
    batch.identity = undefined
  }

  #findIdentity(): void {
    if (this.#identifying || this.#transactions !== undefined) return
    this.#identifying = true
    initProducerId(this.#network)
      .then(
        (identity) => {
          this.#identity = identity
        },
        (error: unknown) => this.#end(toFailure(error, 'get a producer id')),
      )
      .finally(() => {
        this.#identifying = false
        this.#pump()
      })
  }

  async #learn(queues: readonly PartitionQueue[]): Promise<void> {
    this.#learning = true
    try {
      const faults = await this.#network.learn(queues.map(({ topic }) => topic))
      for (const queue of queues) this.#place(queue, faults.get(queue.topic))
    } catch (error) {
      for (const queue of queues) this.#place(queue, error)
    } finally {
      this.#learning = false
      this.#wake()
      this.#pump()
    }
  }

  /** After metadata came, or did not: a queue whose partition has no leader waits, or fails. */
  #place(queue: PartitionQueue, fault: unknown): void {
    const batch = queue.batches[0]
    if (batch === undefined || this.#network.leader(queue.topic, queue.partition) !== undefined) return
    batch.tried()
    const exists = queue.partition >= 0 && queue.partition < (this.#network.partitions(queue.topic) ?? 0)
    this.#fail(batch, fault ?? new ProtocolError(exists ? leaderNotAvailable : unknownTopicOrPartition))
    if (queue.batches.length === 0) this.#busy.delete(queue)
  }

  #queueOf(topic: string, partition: number): PartitionQueue {
    let ofTopic = this.#queues.get(topic)
    if (ofTopic === undefined) {
      ofTopic = []
      this.#queues.set(topic, ofTopic)
    }
    let queue = ofTopic[partition]
    if (queue === undefined) {
      queue = new PartitionQueue(topic, partition)
      ofTopic[partition] = queue
    }
    return queue
  }

  #transactional(): Transactions {
    if (this.#transactions === undefined) throw new StreamError('INVALID_STATE', 'the producer has no transactional id')
    return this.#transactions
  }

  /** A failure of a transaction ends the producer: what the broker has of it is not known any more. */
  async #fatally<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (error instanceof StreamError && error.code !== 'INVALID_STATE') this.#end(error)
      throw error
    }
  }

  #end(failure: StreamError): void {
    this.#failure ??= failure
    this.#cancelTimer()
    this.#wake()
  }

  #ensureUsable(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  #wake(): void {
    if (this.#busy.size === 0) this.#flushing = false
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #pumpNow(): void {
    if (this.#timerIsNow) return
    this.#cancelTimer()
    this.#timerIsNow = true
    this.#timer = setImmediate(() => this.#pump())
  }

  #pumpIn(ms: number): void {
    this.#timer ??= setTimeout(() => this.#pump(), ms)
  }

  #cancelTimer(): void {
    if (this.#timerIsNow) clearImmediate(this.#timer as NodeJS.Immediate)
    else clearTimeout(this.#timer as NodeJS.Timeout | undefined)
    this.#timer = undefined
    this.#timerIsNow = false
  }
}
