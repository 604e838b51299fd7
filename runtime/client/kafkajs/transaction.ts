import { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { CommittedOffset } from '../client.js'
import { byTopic } from './by-topic.js'
import type { Network } from './network.js'
import { commitRows } from './offsets.js'
import type { ProducerIdentity } from './outbox.js'

/** The transactions of one transactional id: who it is to the brokers, and what belongs to the one that is open (KIP-98). */
export class Transactions {
  readonly id: string
  readonly #network: Network
  readonly #timeoutMs: number
  #identity: ProducerIdentity | undefined
  #open = false
  #partitions = new Map<string, Set<number>>()
  #hasOffsets = false
  #adding: Promise<void> = Promise.resolve()

  constructor(network: Network, id: string, timeoutMs: number) {
    this.#network = network
    this.id = id
    this.#timeoutMs = timeoutMs
  }

  get open(): boolean {
    return this.#open
  }

  /** Fences every older producer of this id, and finishes what they left open. */
  async initialize(): Promise<ProducerIdentity> {
    if (this.#identity !== undefined) throw new StreamError('INVALID_STATE', `the transactions of ${this.id} were initialized before`)
    this.#identity = await initProducerId(this.#network, this.id, this.#timeoutMs)
    return this.#identity
  }

  begin(): void {
    if (this.#identity === undefined) throw new StreamError('INVALID_STATE', `the transactions of ${this.id} are not initialized`)
    if (this.#open) throw new StreamError('INVALID_STATE', `a transaction of ${this.id} is open already`)
    this.#open = true
    this.#partitions.clear()
    this.#hasOffsets = false
  }

  /** Tells the coordinator of partitions before they are first written in this transaction. */
  add(partitions: readonly TopicPartition[]): Promise<void> {
    const added = partitions.filter(({ topic, partition }) => !this.#partitions.get(topic)?.has(partition))
    if (added.length === 0) return this.#adding
    for (const { topic, partition } of added) this.#partitions.set(topic, (this.#partitions.get(topic) ?? new Set()).add(partition))
    const topics = [...byTopic(added)].map(([topic, rows]) => ({ topic, partitions: rows.map(({ partition }) => partition) }))
    this.#adding = this.#adding.then(() =>
      this.#network.retry(`add partitions to a transaction of ${this.id}`, async () => {
        const node = await this.#network.coordinator('transaction', this.id)
        await node.use((broker) => broker.addPartitionsToTxn({ ...this.#names(), topics }))
      }),
    )
    return this.#adding
  }

  async sendOffsets(groupId: string, offsets: readonly CommittedOffset[]): Promise<void> {
    this.ensureOpen()
    const topics = commitRows(offsets)
    await this.#network.retry(`add offsets of group ${groupId} to a transaction of ${this.id}`, async () => {
      const node = await this.#network.coordinator('transaction', this.id)
      await node.use((broker) => broker.addOffsetsToTxn({ ...this.#names(), groupId }))
    })
    this.#hasOffsets = true
    await this.#network.retry(`commit offsets of group ${groupId} in a transaction of ${this.id}`, async () => {
      const node = await this.#network.coordinator('group', groupId)
      await node.use((broker) => broker.txnOffsetCommit({ ...this.#names(), groupId, topics }))
    })
  }

  async end(commit: boolean): Promise<void> {
    this.ensureOpen()
    await this.#adding.catch(() => {})
    if (this.#partitions.size > 0 || this.#hasOffsets) {
      await this.#network.retry(`${commit ? 'commit' : 'abort'} a transaction of ${this.id}`, async () => {
        const node = await this.#network.coordinator('transaction', this.id)
        await node.use((broker) => broker.endTxn({ ...this.#names(), transactionResult: commit }))
      })
    }
    this.#open = false
  }

  ensureOpen(): void {
    if (!this.#open) throw new StreamError('INVALID_STATE', `no transaction of ${this.id} is open`)
  }

  #names(): { transactionalId: string; producerId: string; producerEpoch: number } {
    const { producerId, producerEpoch } = this.#identity!
    return { transactionalId: this.id, producerId: `${producerId}`, producerEpoch }
  }
}

/** An identity of a transactional id, with a higher epoch each time, or a new one. */
export function initProducerId(network: Network, transactionalId?: string, timeoutMs = 0): Promise<ProducerIdentity> {
  return network.retry(`get a producer id${transactionalId === undefined ? '' : ` for ${transactionalId}`}`, async () => {
    const node = transactionalId === undefined ? await network.any() : await network.coordinator('transaction', transactionalId)
    const answer = await node.use((broker) => broker.initProducerId({ transactionalId, transactionTimeout: timeoutMs }))
    return { producerId: BigInt(answer.producerId), producerEpoch: answer.producerEpoch }
  })
}
