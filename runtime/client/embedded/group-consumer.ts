import { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { CommittedOffset, GroupConsumer, GroupConsumerOptions, RebalanceListener, RecordBatch } from '../client.js'
import type { EmbeddedBroker } from './broker.js'
import { Fetcher } from './fetcher.js'
import type { Group } from './group.js'
import type { PartitionLog } from './partition-log.js'
import { takeTurns, Waiter } from './waiter.js'

/** Kafka's defaults. */
const defaultSessionTimeoutMs = 45_000
const defaultRebalanceTimeoutMs = 300_000
const defaultMaxPollBytes = 4 << 20

/** A member of a group of the broker: it looks at its standing in each poll, and calls its listener there and nowhere else. */
export class EmbeddedGroupConsumer implements GroupConsumer {
  readonly #broker: EmbeddedBroker
  readonly #options: GroupConsumerOptions
  readonly #group: Group
  readonly #waiter: Waiter
  readonly #fetcher: Fetcher
  #state: 'created' | 'started' | 'closed' = 'created'
  #listener: RebalanceListener | undefined
  #memberId = ''
  #polling = false
  #rejoin = false
  /** What `onAssigned` told last, until it is revoked or lost. */
  #assigned: readonly TopicPartition[] = []
  /** The generation of `assigned`. */
  #generation = -1
  /** Has `onAssigned` resolved? */
  #reading = false

  constructor(broker: EmbeddedBroker, options: GroupConsumerOptions) {
    this.#broker = broker
    this.#options = options
    this.#group = broker.group(options.groupId)
    this.#waiter = new Waiter(broker.clock)
    this.#fetcher = new Fetcher(broker, {
      isolation: options.isolation,
      maxBytes: options.maxPollBytes ?? defaultMaxPollBytes,
      wake: this.#waiter.wake,
      reset: (log) => this.#resetOffset(log),
    })
  }

  async start(listener: RebalanceListener): Promise<void> {
    if (this.#state !== 'created') throw new StreamError('INVALID_STATE', `The consumer is ${this.#state} already.`)
    for (const topic of this.#options.topics) this.#broker.log(topic, 0)
    this.#listener = listener
    this.#memberId = this.#broker.newMemberId(this.#options.clientId)
    this.#join()
    this.#state = 'started'
  }

  async poll(maxWaitMs: number): Promise<readonly RecordBatch[]> {
    this.#checkStarted()
    if (this.#polling) throw new StreamError('INVALID_STATE', 'The consumer is being polled already.')
    this.#polling = true
    this.#group.seen(this.#memberId, true)
    try {
      const until = this.#broker.clock.now() + maxWaitMs
      await takeTurns()
      this.#broker.faults.around('poll', () => {})
      return await this.#pollUntil(until)
    } finally {
      this.#polling = false
      this.#group.seen(this.#memberId, false)
    }
  }

  async heartbeat(): Promise<void> {
    this.#checkStarted()
    this.#group.seen(this.#memberId)
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#fetcher.setPaused(partitions, true)
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#fetcher.setPaused(partitions, false)
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#fetcher.seek(partition, offset)
  }

  async commit(offsets: readonly CommittedOffset[]): Promise<void> {
    this.#checkStarted()
    this.#group.seen(this.#memberId)
    this.#broker.faults.around('commit', () => {
      this.#group.checkGeneration(this.#memberId, this.#generation)
      this.#broker.commitOffsets(this.#options.groupId, offsets)
    })
  }

  memberId(): string {
    return this.#memberId
  }

  requestRebalance(): void {
    this.#rejoin = true
    this.#waiter.wake()
  }

  get closed(): boolean {
    return this.#state === 'closed'
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.kill()
    this.#group.remove(this.#memberId)
  }

  /** Closes without a word to the group. */
  kill(): void {
    this.#state = 'closed'
    this.#fetcher.clear()
    this.#waiter.wake()
  }

  async #pollUntil(until: number): Promise<readonly RecordBatch[]> {
    for (;;) {
      const ready = await this.#settle()
      if (this.#state === 'closed') return []
      const batches = ready ? this.#fetcher.fetch() : []
      const left = until - this.#broker.clock.now()
      if (batches.length > 0 || left <= 0) return batches
      await this.#waiter.wait(left)
    }
  }

  /** Follows the group as far as it goes without waiting; returns whether there is an assignment to read. */
  async #settle(): Promise<boolean> {
    while (this.#state === 'started') {
      this.#broker.checkOpen()
      const standing = this.#group.standing(this.#memberId)
      if (standing === 'gone') {
        await this.#giveUp((partitions) => this.#listener!.onLost(partitions))
        this.#memberId = this.#broker.newMemberId(this.#options.clientId)
        this.#join()
      } else if (standing === 'rejoin' || this.#rejoin) {
        await this.#giveUp((partitions) => this.#listener!.onRevoked(partitions))
        if (this.#state === 'started' && this.#group.standing(this.#memberId) !== 'gone') this.#join()
      } else if (standing === 'lead') {
        this.#assignAll()
      } else if (standing === 'waiting') {
        return false
      } else if (this.#generation !== this.#group.generation) {
        this.#takeAssignment()
      } else if (!this.#reading) {
        await this.#listener!.onAssigned(this.#assigned, this.#group.assignment(this.#memberId).userData)
        this.#reading = true
      } else {
        return true
      }
    }
    return false
  }

  #join(): void {
    this.#rejoin = false
    const { topics, assignor, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options
    this.#group.join(this.#memberId, {
      topics,
      userData: assignor.userData(),
      protocol: assignor.name,
      sessionTimeoutMs: sessionTimeoutMs ?? defaultSessionTimeoutMs,
      rebalanceTimeoutMs: rebalanceTimeoutMs ?? defaultRebalanceTimeoutMs,
      wake: this.#waiter.wake,
    })
    this.#group.seen(this.#memberId, this.#polling)
  }

  /** Tells the listener what is gone; within it, commits still count if the group lets them. */
  async #giveUp(tell: (partitions: readonly TopicPartition[]) => Promise<void>): Promise<void> {
    const partitions = this.#assigned
    this.#reading = false
    try {
      if (partitions.length > 0) await tell(partitions)
    } finally {
      this.#assigned = []
      this.#generation = -1
      this.#fetcher.clear()
    }
  }

  #assignAll(): void {
    const generation = this.#group.generation
    const members = this.#group.members()
    const partitionsOf = new Map<string, number>()
    for (const topic of new Set(members.flatMap(({ topics }) => topics))) {
      const description = this.#broker.describeTopic(topic)
      if (description !== undefined) partitionsOf.set(topic, description.partitions)
    }
    this.#group.assign(this.#memberId, generation, this.#options.assignor.assign(members, partitionsOf))
  }

  #takeAssignment(): void {
    this.#generation = this.#group.generation
    this.#assigned = this.#group.assignment(this.#memberId).partitions
    this.#reading = false
    this.#fetcher.clear()
    for (const place of this.#assigned) {
      // -1 is out of range: the first read resets it, unless it is sought before.
      this.#fetcher.add(place, this.#broker.committedOffset(this.#options.groupId, place)?.offset ?? -1)
    }
  }

  #resetOffset(log: PartitionLog): number {
    const reset = this.#options.offsetReset(log.topic)
    if (reset === 'earliest') return log.startOffset
    if (reset === 'latest') return this.#options.isolation === 'readCommitted' ? log.lastStableOffset : log.endOffset
    const { topic, partition } = log
    throw new StreamError('OFFSET_MISSING', `Group ${this.#options.groupId} has no usable offset for ${topic}-${partition}.`, {
      topic,
      partition,
      hint: `It has records ${log.startOffset} to ${log.endOffset}: commit where to begin, or reset to 'earliest' or 'latest'.`,
    })
  }

  #checkStarted(): void {
    this.#broker.checkOpen()
    if (this.#state !== 'started') {
      throw new StreamError('INVALID_STATE', this.#state === 'closed' ? 'The consumer is closed.' : 'The consumer is not started.')
    }
  }
}
