import { partitionName } from '../changelog/topic-names.js'
import type { Admin, CommittedOffset, IsolationLevel, PartitionReader, RecordBatch } from '../client/client.js'
import type { Clock } from '../core/clock.js'
import { isStreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { TopicPartition } from '../core/record.js'
import type { StandbyTask } from '../tasks/standby-task.js'
import type { TaskFolders } from './task-folders.js'

/** How often it is looked how far the group has come, where changelogs are inputs. */
const limitsMs = 1_000

export interface StandbysOptions {
  readonly create: (task: string) => StandbyTask
  readonly groupId: string
  readonly admin: Pick<Admin, 'beginningOffsets' | 'endOffsets' | 'committedOffsets'>
  /** Reads what `isolation` says. */
  readonly reader: PartitionReader
  readonly isolation: IsolationLevel
  readonly folders: Pick<TaskFolders, 'release' | 'wipe'>
  readonly clock: Clock
  readonly logger: Logger
}

export interface StandbyReport {
  readonly id: string
  /** Offsets that its state is behind its changelogs; undefined as long as one of them was not read. */
  readonly lag: number | undefined
}

/** The standbys of this instance, and the one reader that follows all their changelogs. */
export class Standbys {
  readonly #options: StandbysOptions
  readonly #tasks = new Map<string, StandbyTask>()
  readonly #byChangelog = new Map<string, StandbyTask>()
  /** Offsets that the group has committed, of changelogs that are inputs: no further than there. */
  #limits: ReadonlyMap<string, number> = new Map()
  #nextLimits = 0
  /** Of changelogs, as they were told last. Before the beginnings, retention has deleted what there was. */
  readonly #beginnings = new Map<string, number>()
  readonly #ends = new Map<string, number>()
  /** Records applied since the start. */
  restored = 0

  constructor(options: StandbysOptions) {
    this.#options = options
  }

  get tasks(): readonly StandbyTask[] {
    return [...this.#tasks.values()]
  }

  reports(): readonly StandbyReport[] {
    return this.tasks.map(({ id, changelogs }) => {
      const lags = changelogs.map(
        ({ topicPartition, position }) => (this.#ends.get(partitionName(topicPartition)) ?? Number.NaN) - position,
      )
      const lag = lags.reduce((sum, each) => sum + Math.max(0, each), 0)
      return { id, lag: Number.isNaN(lag) ? undefined : lag }
    })
  }

  /** Gives up those that are not among `wanted`, so that their state is free. */
  async keepOnly(wanted: ReadonlySet<string>): Promise<void> {
    const left = this.tasks.filter(({ id }) => !wanted.has(id))
    for (const task of left) this.#drop(task)
    if (left.length > 0) await this.#read()
  }

  /** Takes up those that are not there yet. */
  async add(wanted: Iterable<string>): Promise<void> {
    const { admin, groupId } = this.#options
    const ids = [...wanted].filter((id) => !this.#tasks.has(id))
    if (ids.length === 0) return
    const opened = ids.map((id) => this.#open(id))
    const committed = await admin.committedOffsets(
      groupId,
      opened.flatMap(({ inputPartitions }) => inputPartitions),
    )
    for (const task of opened) {
      if (task.isOfAnotherLineage(ofTask(task, committed))) this.#wipe(task, 'Its state is of another beginning of the application.')
    }
    const fresh = ids.map((id) => this.#tasks.get(id)!)
    await this.#findEnds(fresh.flatMap(partitionsOf))
    for (const task of fresh) {
      const lost = task.changelogs.find(({ topicPartition, position }) => position > (this.#ends.get(partitionName(topicPartition)) ?? 0))
      if (lost !== undefined) this.#wipe(task, `It has come further than ${partitionName(lost.topicPartition)}, which was made anew.`)
    }
    this.#nextLimits = 0
    await this.#read()
  }

  /** Applies what has come. Does not wait for more. */
  async poll(): Promise<void> {
    if (this.#tasks.size === 0) return
    await this.#moveLimits()
    let [stopped, wiped] = [false, false]
    for (const batch of await this.#poll()) {
      const task = this.#byChangelog.get(partitionName(batch))
      if (task === undefined) continue
      if (batch.highWatermark !== undefined) this.#ends.set(partitionName(batch), batch.highWatermark)
      const limit = task.isInput(batch) ? (this.#limits.get(partitionName(batch)) ?? 0) : Number.POSITIVE_INFINITY
      stopped ||= batch.nextOffset >= limit
      wiped = !this.#apply(task, upTo(batch, limit)) || wiped
    }
    // What is assigned already goes on where it is: the reader has to forget where that was.
    if (wiped) await this.#options.reader.assign(new Map())
    if (wiped || stopped) await this.#read()
  }

  /** Idempotent. */
  close(): void {
    for (const task of this.tasks) this.#drop(task)
  }

  /** Where a changelog does not have any more what comes next, its standby is wiped and follows it from its beginning. */
  async #poll(): Promise<readonly RecordBatch[]> {
    const { reader } = this.#options
    try {
      return await reader.poll(0)
    } catch (error) {
      const task = this.#leftBehind(error)
      if (task === undefined) throw error
      this.#wipe(task, (error as Error).message)
      await this.#findEnds(partitionsOf(this.#tasks.get(task.id)!))
      await reader.assign(new Map())
      await this.#read()
      return []
    }
  }

  /** The standby that reads where nothing is. */
  #leftBehind(error: unknown): StandbyTask | undefined {
    if (!isStreamError(error) || error.code !== 'OFFSET_OUT_OF_RANGE') return undefined
    const { topic, partition } = error.details
    return topic === undefined || partition === undefined ? undefined : this.#byChangelog.get(partitionName({ topic, partition }))
  }

  async #findEnds(changelogs: readonly TopicPartition[]): Promise<void> {
    const { admin, isolation } = this.#options
    for (const [name, beginning] of byName(await admin.beginningOffsets(changelogs))) this.#beginnings.set(name, beginning)
    for (const [name, end] of byName(await admin.endOffsets(changelogs, isolation))) this.#ends.set(name, end)
  }

  /** False if the state could not take it, and was wiped. */
  #apply(task: StandbyTask, batch: RecordBatch): boolean {
    try {
      this.restored += task.restore(batch)
      return true
    } catch (error) {
      if (!isStreamError(error) || error.reaction !== 'restore') throw error
      this.#wipe(task, error.message)
      return false
    }
  }

  /** Changelogs that are inputs are read on once the group has. */
  async #moveLimits(): Promise<void> {
    const { admin, groupId, clock } = this.#options
    const now = clock.now()
    if (now < this.#nextLimits) return
    this.#nextLimits = now + limitsMs
    const inputs = this.tasks.flatMap((task) => partitionsOf(task).filter((changelog) => task.isInput(changelog)))
    if (inputs.length === 0) return
    this.#limits = byName(await admin.committedOffsets(groupId, inputs))
    await this.#read()
  }

  /** Each changelog from where its task stands, but those that have come to their limit. */
  async #read(): Promise<void> {
    const wanted = new Map<TopicPartition, number>()
    for (const task of this.tasks) {
      for (const { topicPartition, position } of task.changelogs) {
        const name = partitionName(topicPartition)
        const isOpen = !task.isInput(topicPartition) || position < (this.#limits.get(name) ?? 0)
        if (isOpen) wanted.set(topicPartition, Math.max(position, this.#beginnings.get(name) ?? 0))
      }
    }
    await this.#options.reader.assign(wanted)
  }

  #open(id: string): StandbyTask {
    const task = this.#options.create(id)
    try {
      task.open()
    } catch (error) {
      task.close()
      this.#options.folders.release(task)
      if (!isStreamError(error) || error.reaction !== 'restore') throw error
      this.#options.logger.warn(`The standby of task ${id} is wiped and restored. ${error.message}`)
      this.#options.folders.wipe(id)
      return this.#open(id)
    }
    this.#tasks.set(id, task)
    for (const changelog of partitionsOf(task)) this.#byChangelog.set(partitionName(changelog), task)
    return task
  }

  #wipe(task: StandbyTask, reason: string): void {
    this.#options.logger.warn(`The standby of task ${task.id} is wiped and restored. ${reason}`)
    this.#drop(task)
    this.#options.folders.wipe(task.id)
    this.#open(task.id)
  }

  #drop(task: StandbyTask): void {
    this.#tasks.delete(task.id)
    for (const changelog of partitionsOf(task)) this.#byChangelog.delete(partitionName(changelog))
    try {
      task.close()
    } finally {
      this.#options.folders.release(task)
    }
  }
}

function ofTask({ inputPartitions }: StandbyTask, committed: readonly CommittedOffset[]): readonly CommittedOffset[] {
  const own = new Set(inputPartitions.map(partitionName))
  return committed.filter((offset) => own.has(partitionName(offset)))
}

function partitionsOf(task: StandbyTask): readonly TopicPartition[] {
  return task.changelogs.map(({ topicPartition }) => topicPartition)
}

/** What of a batch lies before an offset. */
function upTo(batch: RecordBatch, end: number): RecordBatch {
  if (batch.nextOffset <= end) return batch
  return { ...batch, records: batch.records.filter(({ offset }) => offset < end), nextOffset: end }
}

function byName(offsets: readonly CommittedOffset[]): ReadonlyMap<string, number> {
  return new Map(offsets.map((offset) => [partitionName(offset), offset.offset]))
}
