import type { CommittedOffset, GroupConsumer, RebalanceListener, RecordBatch } from '../client/client.js'
import type { Clock } from '../core/clock.js'
import { isStreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { TopicPartition } from '../core/record.js'
import type { Task } from '../tasks/task.js'
import type { GlobalTables } from './global-tables.js'
import type { Guarantee } from './guarantee.js'
import type { InputBuffer } from './input-buffer.js'
import { decodeAssignment } from './member-data.js'
import type { Placement } from './placement.js'
import type { Standbys } from './standbys.js'
import type { TaskManager } from './task-manager.js'

/** Longest wait for records, and longest time of processing between two looks at the group. */
const maxWaitMs = 100
const sliceMs = 50
/** Records of a task before the next has its turn: fewer where user code is slow, so that a slice does not become long. */
const maxChunkRecords = 1_024
const chunkMs = 5
/** Bytes on their way to the brokers above which processing waits. */
const maxOutputBytes = 32 * 2 ** 20

export interface PollLoopOptions {
  readonly consumer: GroupConsumer
  readonly manager: TaskManager
  readonly restorer: { readonly isActive: boolean }
  readonly guarantee: Guarantee
  readonly inputs: InputBuffer
  readonly globals: GlobalTables | undefined
  readonly standbys: Standbys
  readonly placement: Placement
  readonly purge: (offsets: readonly CommittedOffset[]) => Promise<void>
  readonly commitIntervalMs: number
  readonly purgeIntervalMs: number
  /** How often to show the group that this member lives, in waits that are not polls. */
  readonly heartbeatMs: number
  readonly clock: Clock
  readonly logger: Logger
  /** Are all tasks running that the group gave to this instance? Told when it changes. */
  readonly onSettled: (settled: boolean) => void
}

/**
 * The one thread of an instance: poll → enqueue → process for a while → punctuate → commit when due. Records are never awaited one by
 * one; what is awaited are polls, commits and restores. Rebalances happen within a poll.
 */
export class PollLoop implements RebalanceListener {
  readonly #options: PollLoopOptions
  #stopping = false
  #settled = false
  #assigned = false
  #chunk = 16
  /** Records of the last slice: while there are more, a poll does not wait. */
  #processed = 0
  #nextCommit: number
  #nextPurge: number
  #purging: Promise<void> | undefined
  /** Milliseconds spent processing, and in all. */
  processingMs = 0
  readonly #startedAt: number

  constructor(options: PollLoopOptions) {
    this.#options = options
    this.#startedAt = options.clock.now()
    this.#nextCommit = this.#startedAt + options.commitIntervalMs
    this.#nextPurge = this.#startedAt + options.purgeIntervalMs
  }

  /** Share of the time since the start that went into processing records. */
  get processRatio(): number {
    const elapsedMs = this.#options.clock.now() - this.#startedAt
    return elapsedMs === 0 ? 0 : this.processingMs / elapsedMs
  }

  /** Runs until `stop`; then commits. Rejects with what stops the instance: nothing more is committed then. */
  async run(): Promise<void> {
    const { consumer, manager } = this.#options
    await consumer.start(this)
    while (!this.#stopping) await this.#recovering(() => this.#turn())
    await this.#recovering(() => this.#commit(manager.running))
    await this.#options.globals?.commit()
    await this.#purging
  }

  /** Ends `run` after the turn under way. */
  stop(): void {
    this.#stopping = true
  }

  async onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    const { manager, logger } = this.#options
    this.#unassigned()
    const tasks = manager.tasksOf(partitions)
    logger.info(`The group rebalances; ${tasks.length} tasks are committed and paused.`)
    try {
      await this.#commit(tasks.filter(({ state }) => state === 'running'))
    } catch (error) {
      // The group has gone on already; the state has the commit, its offsets come with the next.
      if (!isStreamError(error) || error.reaction !== 'migrate') throw error
      logger.info(`The group rebalances without waiting for a commit: ${error.message}`)
    }
    await manager.suspend(partitions)
  }

  async onLost(partitions: readonly TopicPartition[]): Promise<void> {
    const { manager, logger } = this.#options
    this.#unassigned()
    logger.warn(`The group has given ${partitions.length} partitions to others; their tasks are dropped without a commit.`)
    await manager.lose(partitions)
  }

  async onAssigned(partitions: readonly TopicPartition[], userData: Uint8Array | null): Promise<void> {
    const { manager, inputs, placement, logger } = this.#options
    this.#unassigned()
    const assignment = decodeAssignment(userData)
    placement.update(assignment)
    inputs.assigned(partitions)
    await this.#alive(manager.assign(partitions, assignment.standbys))
    this.#assigned = true
    logger.info(`Assigned tasks: ${manager.tasks.map(({ id }) => id).join(', ') || 'none'}.`)
  }

  async #turn(): Promise<void> {
    const { consumer, manager, restorer, globals, standbys, inputs } = this.#options
    const batches = await consumer.poll(restorer.isActive ? 0 : this.#waitMs())
    for (const batch of batches) this.#enqueue(batch)
    if (restorer.isActive) await manager.restore(this.#processed > 0 ? 0 : maxWaitMs / 10)
    this.#settle(this.#assigned && !restorer.isActive)
    await globals?.poll()
    await standbys.poll()
    this.#process()
    this.#punctuate()
    inputs.balance(manager)
    await this.#commitWhenDue()
  }

  /** Errors that only concern tasks do not stop the instance. */
  async #recovering(action: () => Promise<void>): Promise<void> {
    const { manager, consumer, logger } = this.#options
    try {
      await action()
    } catch (error) {
      if (!isStreamError(error)) throw error
      if (error.reaction === 'restore') {
        await manager.recover(error)
      } else if (error.reaction === 'migrate') {
        logger.warn(`Another instance has taken over; the tasks are dropped without a commit. ${error.message}`)
        this.#unassigned()
        await manager.lose()
        if (!this.#stopping) consumer.requestRebalance()
      } else {
        throw error
      }
    }
  }

  #enqueue(batch: RecordBatch): void {
    const { manager, inputs } = this.#options
    const task = manager.taskOf(batch)
    if (task?.state !== 'running') return
    task.enqueue(batch)
    inputs.received(batch)
  }

  #process(): void {
    const { manager, guarantee, clock } = this.#options
    const tasks = manager.running
    const start = clock.now()
    let now = start
    this.#processed = 0
    for (let more = true; more && now - start < sliceMs; ) {
      more = false
      for (const task of tasks) {
        if (guarantee.bufferedBytes > maxOutputBytes) break
        const count = task.process(this.#chunk)
        this.#processed += count
        more ||= count > 0
        const before = now
        now = clock.now()
        if (now - before > chunkMs) this.#chunk = Math.max(1, this.#chunk >> 1)
        else if (count === this.#chunk) this.#chunk = Math.min(maxChunkRecords, this.#chunk << 1)
        if (task.needsCommit || now - start >= sliceMs) return this.#spent(start)
      }
    }
    this.#spent(start)
  }

  #spent(start: number): void {
    if (this.#processed > 0) this.processingMs += this.#options.clock.now() - start
  }

  #punctuate(): void {
    const { manager, clock } = this.#options
    const now = clock.now()
    for (const task of manager.running) {
      const next = task.nextPunctuation
      if (next !== undefined && next <= now) task.punctuate()
    }
  }

  async #commitWhenDue(): Promise<void> {
    const { manager, clock, commitIntervalMs, purgeIntervalMs, globals } = this.#options
    const due = clock.now() >= this.#nextCommit
    const tasks = manager.running
    if (!due && !tasks.some((task) => task.needsCommit)) return
    await this.#commit(tasks)
    if (due) await globals?.commit()
    this.#nextCommit = clock.now() + commitIntervalMs
    if (clock.now() < this.#nextPurge || this.#purging !== undefined) return
    this.#nextPurge = clock.now() + purgeIntervalMs
    this.#purge(manager.running.flatMap((task) => task.purgeable()))
  }

  async #commit(tasks: readonly Task[]): Promise<void> {
    const { guarantee, manager } = this.#options
    try {
      await this.#alive(guarantee.commits.commit(tasks))
    } catch (error) {
      if (!isStreamError(error) || error.reaction !== 'restore') throw error
      // The commit of the other tasks has not come to its end either: all go on from where they stand.
      await manager.recover(error)
      await manager.restart()
    }
  }

  /** In the background: the records are read and committed, nothing depends on it. */
  #purge(offsets: readonly CommittedOffset[]): void {
    if (offsets.length === 0) return
    const { purge, logger } = this.#options
    this.#purging = purge(offsets)
      .catch((error: unknown) => logger.warn(`Records of repartition topics that are done with could not be deleted: ${error}`))
      .finally(() => {
        this.#purging = undefined
      })
  }

  /** Waits, and shows the group meanwhile that this member lives. */
  async #alive<T>(work: T | Promise<T>): Promise<T> {
    if (!(work instanceof Promise)) return work
    const { consumer, heartbeatMs, logger } = this.#options
    const beat = setInterval(() => {
      consumer.heartbeat().catch((error: unknown) => logger.debug(`A heartbeat failed: ${error}`))
    }, heartbeatMs)
    try {
      return await work
    } finally {
      clearInterval(beat)
    }
  }

  #waitMs(): number {
    const { manager, guarantee, clock } = this.#options
    if (guarantee.bufferedBytes > maxOutputBytes) return 5
    if (this.#processed > 0) return 0
    const now = clock.now()
    const next = Math.min(this.#nextCommit, ...manager.running.map(({ nextPunctuation }) => nextPunctuation ?? Number.POSITIVE_INFINITY))
    return Math.min(maxWaitMs, Math.max(0, next - now))
  }

  /** Until the group has assigned anew, and its tasks are restored. */
  #unassigned(): void {
    this.#assigned = false
    this.#settle(false)
  }

  #settle(settled: boolean): void {
    if (this.#settled === settled) return
    this.#settled = settled
    this.#options.onSettled(settled)
  }
}
