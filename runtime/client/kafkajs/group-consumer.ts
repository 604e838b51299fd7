import { setImmediate as nextTurn } from 'node:timers/promises'
import { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { CommittedOffset, GroupConsumer, GroupConsumerOptions, MemberAssignment, RebalanceListener, RecordBatch } from '../client.js'
import { Fetcher } from './fetcher.js'
import { Membership } from './membership.js'
import { Network } from './network.js'
import { committedOffsets, listOffsets } from './offsets.js'
import type { Settings } from './settings.js'
import { Signal } from './signal.js'

/** Where it stands between the rebalances; only `poll` moves it. */
type Phase = 'idle' | 'joining' | 'reading' | 'closed'

/** A member of a group on connections of its own: `Membership` speaks to the coordinator, `Fetcher` to the leaders. */
export class KafkajsGroupConsumer implements GroupConsumer {
  readonly #options: GroupConsumerOptions
  readonly #settings: Settings
  readonly #network: Network
  readonly #membership: Membership
  readonly #fetcher: Fetcher
  readonly #ready = new Signal()
  #listener: RebalanceListener | undefined
  #phase: Phase = 'idle'
  #polling = false
  #assigned: readonly TopicPartition[] = []
  /** What a join under way came to. */
  #joined: { assignment?: MemberAssignment; error?: unknown } | undefined

  constructor(settings: Settings, options: GroupConsumerOptions) {
    this.#settings = { ...settings, clientId: options.clientId }
    this.#options = options
    this.#network = new Network(this.#settings)
    this.#membership = new Membership(this.#network, options, () => this.#ready.set())
    this.#fetcher = new Fetcher(this.#network, {
      isolation: options.isolation,
      reset: (at) => this.#resetOf(at),
      ...(options.maxPollBytes === undefined ? {} : { maxTakeBytes: options.maxPollBytes }),
      onReady: () => this.#ready.set(),
    })
  }

  /** Reaches a broker, checks that the topics exist, and begins to join; the rest happens in `poll`. */
  async start(listener: RebalanceListener): Promise<void> {
    if (this.#phase !== 'idle' || this.#listener !== undefined) throw new StreamError('INVALID_STATE', 'the consumer was started before')
    this.#listener = listener
    await this.#network.retry(`start the consumer of group ${this.#options.groupId}`, async () => {
      const faults = await this.#network.learn(this.#options.topics)
      for (const fault of faults.values()) throw fault
    })
    this.#join()
  }

  async poll(maxWaitMs: number): Promise<readonly RecordBatch[]> {
    this.#ensureStarted()
    if (this.#polling) throw new StreamError('INVALID_STATE', 'the consumer is being polled already')
    this.#polling = true
    try {
      return await this.#pollUntil(performance.now() + maxWaitMs)
    } finally {
      this.#polling = false
    }
  }

  async #pollUntil(end: number): Promise<readonly RecordBatch[]> {
    // Sockets get their turn even if whoever polls never waits.
    await nextTurn()
    while (!this.closed) {
      const reading = await this.#settle()
      const batches = reading ? this.#fetcher.take() : []
      const now = performance.now()
      if (batches.length > 0 || now >= end) return batches
      await this.#ready.wait(Math.min(end, reading ? this.#membership.nextBeat : end) - now)
    }
    return []
  }

  get closed(): boolean {
    return this.#phase === 'closed'
  }

  async heartbeat(): Promise<void> {
    this.#ensureStarted()
    if (this.#phase === 'reading') await this.#membership.beat()
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#fetcher.pause(partitions)
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#fetcher.resume(partitions)
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#fetcher.seek(partition, offset)
  }

  async commit(offsets: readonly CommittedOffset[]): Promise<void> {
    this.#ensureStarted()
    if (offsets.length > 0) await this.#membership.commit(offsets)
  }

  memberId(): string {
    return this.#membership.memberId
  }

  requestRebalance(): void {
    this.#membership.requestRebalance()
  }

  async close(): Promise<void> {
    if (this.closed) return
    const joining = this.#phase === 'joining'
    this.#phase = 'closed'
    this.#fetcher.close()
    // The answer to a join may take minutes, and nothing else comes through on its connection meanwhile.
    const way = joining ? new Network(this.#settings) : this.#network
    await this.#membership.leave(way)
    way.close()
    this.#network.close()
    this.#ready.set()
  }

  /** Follows the group as far as it has got; true while this member reads. The only place that calls the listener. */
  async #settle(): Promise<boolean> {
    if (this.#phase === 'reading') {
      if (this.#membership.news !== 'none') await this.#giveUp()
      else if (performance.now() >= this.#membership.nextBeat) void this.#membership.beat()
    }
    if (this.#phase === 'joining' && this.#joined !== undefined) {
      const { assignment, error } = this.#joined
      this.#joined = undefined
      if (assignment === undefined) throw error
      await this.#takeOver(assignment)
      return this.#settle()
    }
    return this.#phase === 'reading'
  }

  async #giveUp(): Promise<void> {
    const partitions = this.#assigned
    this.#assigned = []
    const lost = this.#membership.news === 'lost'
    try {
      if (partitions.length > 0) await (lost ? this.#listener!.onLost(partitions) : this.#listener!.onRevoked(partitions))
    } finally {
      this.#fetcher.assign([])
      // It may have heard of its end only now, by the commit within the listener.
      if (this.#membership.news === 'lost') this.#membership.forget()
      if (!this.closed) this.#join()
    }
  }

  /** In the background, since others may take their time to join. */
  #join(): void {
    this.#phase = 'joining'
    this.#membership.join().then(
      (assignment) => this.#hasJoined({ assignment }),
      (error: unknown) => this.#hasJoined({ error }),
    )
  }

  #hasJoined(joined: { assignment?: MemberAssignment; error?: unknown }): void {
    this.#joined = joined
    this.#ready.set()
  }

  async #takeOver({ partitions, userData }: MemberAssignment): Promise<void> {
    this.#assigned = partitions
    this.#fetcher.assign(partitions)
    this.#phase = 'reading'
    await this.#listener!.onAssigned(partitions, userData)
    if (this.#phase !== 'reading') return
    await this.#findPositions(this.#fetcher.withoutPosition())
    this.#fetcher.start()
  }

  /** Of partitions that the listener has not sought: where the group has committed, else as the reset says. */
  async #findPositions(partitions: readonly TopicPartition[]): Promise<void> {
    const committed = await committedOffsets(this.#network, this.#options.groupId, partitions)
    for (const each of committed) this.#fetcher.seek(each, each.offset)
    const rest = this.#fetcher.withoutPosition()
    for (const which of ['earliest', 'latest'] as const) {
      const mine = rest.filter((at) => this.#resetOf(at) === which)
      if (mine.length === 0) continue
      for (const start of await listOffsets(this.#network, mine, which, this.#options.isolation)) this.#fetcher.seek(start, start.offset)
    }
  }

  #resetOf({ topic, partition }: TopicPartition): 'earliest' | 'latest' {
    const reset = this.#options.offsetReset(topic)
    if (reset !== 'none') return reset
    throw new StreamError('OFFSET_MISSING', `group ${this.#options.groupId} has no usable offset for ${topic} [${partition}]`, {
      topic,
      partition,
      hint: `Commit for the group where to begin, or set the offset reset to 'earliest' or 'latest'.`,
    })
  }

  #ensureStarted(): void {
    if (this.closed) throw new StreamError('INVALID_STATE', 'the consumer is closed')
    if (this.#listener === undefined) throw new StreamError('INVALID_STATE', 'the consumer was not started')
  }
}
