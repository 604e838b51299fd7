import type { AlarmClock } from '../../core/clock.js'
import { StreamError } from '../../core/errors.js'
import type { GroupMember, MemberAssignment } from '../client.js'

/** What a member says when it joins. */
export interface JoinRequest {
  readonly topics: readonly string[]
  readonly userData: Uint8Array | null
  /** The assignor's name; all members must name the same. */
  readonly protocol: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  /** Called when the member should look at its standing. */
  readonly wake: () => void
}

interface Member {
  readonly id: string
  request: JoinRequest
  lastSeenMs: number
  /** Within a poll, so alive however long that takes. */
  polling: boolean
  /** Has it joined the generation that is being formed? */
  joined: boolean
  assignment: MemberAssignment
}

/**
 * Where a member stands:
 *
 *     rejoin ─► waiting ─► (lead, if it is the leader) ─► waiting ─► assigned ─► rejoin …      gone: expired, or never known
 */
export type Standing = 'gone' | 'rejoin' | 'waiting' | 'lead' | 'assigned'

/**
 * A consumer group by Kafka's classic protocol: when a member comes, goes or asks for it, all join anew; when all have, or the
 * rebalance timeout is over, a generation begins, whose leader assigns the partitions.
 */
export class Group {
  readonly id: string
  readonly #clock: AlarmClock
  /** In order of joining; the first is the leader. */
  readonly #members = new Map<string, Member>()
  #state: 'empty' | 'joining' | 'assigning' | 'stable' = 'empty'
  #generation = 0
  #joiningSinceMs = 0
  #cancelAlarm: (() => void) | undefined

  constructor(id: string, clock: AlarmClock) {
    this.id = id
    this.#clock = clock
  }

  get generation(): number {
    return this.#generation
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  memberIds(): readonly string[] {
    return [...this.#members.keys()]
  }

  standing(memberId: string): Standing {
    const member = this.#members.get(memberId)
    if (member === undefined) return 'gone'
    if (this.#state === 'stable') return 'assigned'
    if (this.#state === 'assigning') return this.#leader() === member ? 'lead' : 'waiting'
    return member.joined ? 'waiting' : 'rejoin'
  }

  /** Joins, or joins anew; either starts a rebalance, if none is going on. */
  join(memberId: string, request: JoinRequest): void {
    const other = this.#leader()?.request.protocol
    if (other !== undefined && other !== request.protocol && !(this.#members.size === 1 && this.#members.has(memberId))) {
      throw new StreamError('INVALID_STATE', `Group ${this.id} uses assignor ${other}, not ${request.protocol}.`)
    }
    const now = this.#clock.now()
    const member = this.#members.get(memberId)
    if (member !== undefined) {
      Object.assign(member, { request, lastSeenMs: now })
    } else {
      this.#members.set(memberId, { id: memberId, request, lastSeenMs: now, polling: false, joined: false, assignment: nothing })
    }
    if (this.#state !== 'joining') this.rebalance()
    this.#members.get(memberId)!.joined = true
    this.#completeJoin()
    this.#setAlarm()
  }

  /** Makes all members join anew. */
  rebalance(): void {
    this.#state = 'joining'
    this.#joiningSinceMs = this.#clock.now()
    for (const member of this.#members.values()) member.joined = false
    this.#setAlarm()
    this.wakeAll()
  }

  /** For the leader: who is to be given what. */
  members(): readonly GroupMember[] {
    return [...this.#members.values()].map(({ id, request }) => ({ memberId: id, topics: request.topics, userData: request.userData }))
  }

  /** The leader's assignment; ignored if the group has moved on. */
  assign(leaderId: string, generation: number, assignments: ReadonlyMap<string, MemberAssignment>): void {
    if (this.standing(leaderId) !== 'lead' || generation !== this.#generation) return
    for (const member of this.#members.values()) member.assignment = assignments.get(member.id) ?? nothing
    this.#state = 'stable'
    this.wakeAll()
  }

  assignment(memberId: string): MemberAssignment {
    return this.#members.get(memberId)?.assignment ?? nothing
  }

  /** A sign of life; `polling` says whether the member is inside of a poll from now on. */
  seen(memberId: string, polling?: boolean): void {
    const member = this.#members.get(memberId)
    if (member === undefined) return
    member.lastSeenMs = this.#clock.now()
    if (polling === undefined || member.polling === polling) return
    member.polling = polling
    // An alarm that is set is early enough: signs of life only put the end of a session off.
    if (this.#cancelAlarm === undefined) this.#setAlarm()
  }

  /** Throws TASK_MIGRATED unless the member is of this generation still. */
  checkGeneration(memberId: string, generation: number): void {
    if (this.#members.has(memberId) && generation === this.#generation && this.#state !== 'assigning') return
    throw new StreamError('TASK_MIGRATED', `Group ${this.id} has gone on without ${memberId}: its partitions may belong to others.`)
  }

  /** The member leaves, or is taken for dead. */
  remove(memberId: string): void {
    const member = this.#members.get(memberId)
    if (member === undefined) return
    this.#members.delete(memberId)
    member.request.wake()
    if (this.#members.size === 0) {
      this.#state = 'empty'
      this.#setAlarm()
    } else if (this.#state === 'joining') {
      this.#completeJoin()
    } else {
      this.rebalance()
    }
  }

  #leader(): Member | undefined {
    return this.#members.values().next().value
  }

  #completeJoin(): void {
    if (this.#state !== 'joining' || [...this.#members.values()].some(({ joined }) => !joined)) return
    this.#generation++
    this.#state = 'assigning'
    this.wakeAll()
  }

  /** All are to look at their standing. */
  wakeAll(): void {
    for (const { request } of [...this.#members.values()]) request.wake()
  }

  /** One alarm, for the member whose time is over first. */
  #setAlarm(): void {
    this.#cancelAlarm?.()
    this.#cancelAlarm = undefined
    const next = Math.min(...[...this.#members.values()].map((member) => this.#deadline(member)))
    if (next === Number.POSITIVE_INFINITY) return
    this.#cancelAlarm = this.#clock.alarm(Math.max(0, next - this.#clock.now()), () => this.#expire(), { background: true })
  }

  #deadline(member: Member): number {
    const session = (member.polling ? this.#clock.now() : member.lastSeenMs) + member.request.sessionTimeoutMs
    if (this.#state !== 'joining' || member.joined) return session
    return Math.min(session, this.#joiningSinceMs + member.request.rebalanceTimeoutMs)
  }

  #expire(): void {
    const now = this.#clock.now()
    for (const member of [...this.#members.values()]) {
      if (this.#deadline(member) <= now) this.remove(member.id)
    }
    this.#setAlarm()
  }
}

const nothing: MemberAssignment = { partitions: [], userData: null }
