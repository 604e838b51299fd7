import { StreamError } from '../../core/errors.js'
import type { CommittedOffset, GroupConsumerOptions, GroupMember, MemberAssignment } from '../client.js'
import { isTransient, typeOf } from './failures.js'
import type { Network } from './network.js'
import { commitOffsets } from './offsets.js'
import { readAssignment, readSubscription, writeAssignment, writeSubscription } from './wire/consumer-protocol.js'

/** What the coordinator has made known: nothing, that the group rebalances, or that this member is not in it (any more). */
export type GroupNews = 'none' | 'rebalance' | 'lost'

const defaultSessionTimeoutMs = 45_000
const defaultRebalanceTimeoutMs = 300_000

/** Errors that say this member's generation is over and its partitions may belong to others. */
const lostTypes: ReadonlySet<string> = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID'])

/**
 * One member of a consumer group, by Kafka's group protocol (KIP-394, KIP-62): join, sync, heartbeat, commit, leave. kafkajs's consumer
 * joins again at once when a group rebalances; here the owner decides when, so that it can commit before.
 */
export class Membership {
  readonly #network: Network
  readonly #options: GroupConsumerOptions
  readonly #sessionTimeoutMs: number
  readonly #onNews: () => void
  #memberId = ''
  #generationId = -1
  #news: GroupNews = 'none'
  #lastBeat = 0
  #beating: Promise<void> | undefined
  /** Counts joins: what was asked before one says nothing about the time after. */
  #round = 0

  constructor(network: Network, options: GroupConsumerOptions, onNews: () => void) {
    this.#network = network
    this.#options = options
    this.#sessionTimeoutMs = options.sessionTimeoutMs ?? defaultSessionTimeoutMs
    this.#onNews = onNews
  }

  get memberId(): string {
    return this.#memberId
  }

  get news(): GroupNews {
    return this.#news
  }

  /** When the next heartbeat is due, by `performance.now()`. */
  get nextBeat(): number {
    return this.#lastBeat + Math.min(1_000, this.#sessionTimeoutMs / 3)
  }

  requestRebalance(): void {
    this.#tell('rebalance')
  }

  /** Joins, and waits until all others have joined and the leader has assigned. */
  async join(): Promise<MemberAssignment> {
    const { groupId } = this.#options
    const assignment = await this.#network.retry(`join group ${groupId}`, async () => {
      for (;;) {
        try {
          return await this.#joinOnce()
        } catch (error) {
          const type = typeOf(error) ?? ''
          if (type === 'UNKNOWN_MEMBER_ID') this.#memberId = ''
          if (type !== 'REBALANCE_IN_PROGRESS' && !lostTypes.has(type)) throw error
        }
      }
    })
    this.#lastBeat = performance.now()
    return assignment
  }

  async #joinOnce(): Promise<MemberAssignment> {
    const { groupId, assignor, topics, rebalanceTimeoutMs } = this.#options
    this.#news = 'none'
    this.#round += 1
    const metadata = writeSubscription(topics, assignor.userData(), this.#generationId)
    const coordinator = await this.#network.coordinator('group', groupId)
    const joined = await coordinator.use((broker) =>
      broker.joinGroup({
        groupId,
        sessionTimeout: this.#sessionTimeoutMs,
        rebalanceTimeout: rebalanceTimeoutMs ?? defaultRebalanceTimeoutMs,
        memberId: this.#memberId,
        groupProtocols: [{ name: assignor.name, metadata }],
      }),
    )
    this.#memberId = joined.memberId
    this.#generationId = joined.generationId
    const { memberId, generationId } = joined
    const members = joined.leaderId === memberId ? joined.members.map((each) => readSubscription(each.memberId, each.memberMetadata)) : []
    const groupAssignment = members.length === 0 ? [] : await this.#assign(members)
    const synced = await coordinator.use((broker) => broker.syncGroup({ groupId, generationId, memberId, groupAssignment }))
    return readAssignment(synced.memberAssignment)
  }

  /** As leader. */
  async #assign(members: readonly GroupMember[]): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    const topics = [...new Set(members.flatMap((member) => member.topics))]
    for (const topic of topics) this.#network.forgetLeaders(topic)
    await this.#network.learn(topics)
    const partitionsOf = new Map(
      topics.map((topic) => [topic, this.#network.partitions(topic) ?? 0]).filter(([, count]) => count !== 0) as [string, number][],
    )
    const assignments = this.#options.assignor.assign(members, partitionsOf)
    return [...assignments].map(([memberId, assignment]) => ({ memberId, memberAssignment: writeAssignment(assignment) }))
  }

  /** Sends a heartbeat unless one is under way; what it tells is in `news`. Never rejects. */
  beat(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = undefined
    })
    return this.#beating
  }

  async #beat(): Promise<void> {
    const { groupId } = this.#options
    const round = this.#round
    this.#lastBeat = performance.now()
    try {
      const node = await this.#network.coordinator('group', groupId)
      await node.use((broker) => broker.heartbeat({ groupId, groupGenerationId: this.#generationId, memberId: this.#memberId }))
    } catch (error) {
      if (this.#network.closed || round !== this.#round) return
      this.#hear(error)
      if (isTransient(error)) this.#network.forgetCoordinator('group', groupId)
    }
  }

  /** Throws TASK_MIGRATED if the group has moved on. */
  async commit(offsets: readonly CommittedOffset[]): Promise<void> {
    const member = { groupId: this.#options.groupId, generationId: this.#generationId, memberId: this.#memberId }
    try {
      await commitOffsets(this.#network, member, offsets)
    } catch (error) {
      if (error instanceof StreamError && error.code === 'TASK_MIGRATED') this.#hear(error.cause)
      throw error
    }
  }

  #hear(error: unknown): void {
    const type = typeOf(error) ?? ''
    if (lostTypes.has(type)) this.#tell('lost')
    else if (type === 'REBALANCE_IN_PROGRESS') this.#tell('rebalance')
    else this.#network.settings.logger.warn(`heartbeat in group ${this.#options.groupId}: ${(error as Error).message}`)
  }

  #tell(news: GroupNews): void {
    if (this.#news !== 'lost') this.#news = news
    this.#onNews()
  }

  /** The next join is that of a new member. */
  forget(): void {
    this.#memberId = ''
    this.#generationId = -1
  }

  /** Over `network`, as a join that is under way holds up the own one. Quiet where the broker is away: the session ends there. */
  async leave(network: Network): Promise<void> {
    const { groupId } = this.#options
    const memberId = this.#memberId
    if (memberId === '') return
    this.forget()
    try {
      const node = await network.coordinator('group', groupId)
      await node.use((broker) => broker.leaveGroup({ groupId, memberId }))
    } catch (error) {
      if (!lostTypes.has(typeOf(error) ?? '')) network.settings.logger.warn(`leaving group ${groupId}: ${(error as Error).message}`)
    }
  }
}
