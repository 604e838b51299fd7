import type { Restorer } from '../changelog/restorer.js'
import { partitionName } from '../changelog/topic-names.js'
import type { Admin, CommittedOffset, GroupConsumer, IsolationLevel } from '../client/client.js'
import { isStreamError, StreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { TopicPartition } from '../core/record.js'
import type { StateStore } from '../stores/state-store.js'
import type { Task } from '../tasks/task.js'
import { formatTaskId, parseTaskId, type TaskId } from '../tasks/task-id.js'
import type { Topology } from '../topology/topology.js'
import type { Guarantee } from './guarantee.js'
import { taskCount } from './partition-counts.js'
import { sourceTopics } from './source-topics.js'
import type { Standbys } from './standbys.js'
import type { StateSchemas } from './state-schemas.js'
import type { TaskFolders } from './task-folders.js'

export interface TaskManagerOptions {
  readonly topology: Topology
  readonly groupId: string
  /** Partitions of each topic at start, as the topology calls it. */
  readonly counts: ReadonlyMap<string, number>
  readonly admin: Admin
  readonly consumer: Pick<GroupConsumer, 'seek' | 'pause' | 'resume'>
  readonly folders: TaskFolders
  readonly restorer: Restorer
  readonly standbys: Standbys
  readonly guarantee: Pick<Guarantee, 'claim' | 'release'>
  readonly isolation: IsolationLevel
  readonly schemas: StateSchemas
  /** Where to read a topic from that the group has no offset of. */
  readonly offsetReset: (topic: string) => 'earliest' | 'latest' | 'none'
  readonly createTask: (id: TaskId, partitions: readonly TopicPartition[]) => Task
  readonly logger: Logger
}

/** The tasks of this instance: made, kept, restored and given up as the group says. A task that stays keeps its stores open. */
export class TaskManager {
  readonly #options: TaskManagerOptions
  readonly #tasks = new Map<string, Task>()
  readonly #byPartition = new Map<string, Task>()
  readonly #subTopologyOf = new Map<string, number>()

  constructor(options: TaskManagerOptions) {
    this.#options = options
    const { topology } = options
    for (const subTopology of topology.subTopologies) {
      for (const topic of sourceTopics(topology, subTopology)) this.#subTopologyOf.set(topic, subTopology.id)
    }
  }

  get tasks(): readonly Task[] {
    return [...this.#tasks.values()]
  }

  get running(): readonly Task[] {
    return this.tasks.filter(({ state }) => state === 'running')
  }

  /** The task that reads the partition; undefined if it is not of this instance. */
  taskOf(partition: TopicPartition): Task | undefined {
    return this.#byPartition.get(partitionName(partition))
  }

  /** Tasks that read one of the partitions. */
  tasksOf(partitions: readonly TopicPartition[]): readonly Task[] {
    return [...new Set(partitions.flatMap((partition) => this.taskOf(partition) ?? []))]
  }

  /** The stores of that name, one a running task. */
  stores(name: string): readonly StateStore[] {
    return this.running.flatMap((task) => task.store(name) ?? [])
  }

  /** Makes the tasks of `partitions` the tasks of this instance, and keeps up the state of `standbys`. Throws PARTITION_MISMATCH if a topic has grown since the start. */
  async assign(partitions: readonly TopicPartition[], standbys: readonly string[]): Promise<void> {
    const wanted = this.#byTask(partitions)
    await this.#options.schemas.refresh()
    await this.#giveUp(this.tasks.filter(({ id }) => !wanted.has(id)))
    await this.#options.standbys.keepOnly(new Set(standbys))
    for (const [id, own] of wanted) if (!this.#tasks.has(id)) this.#create(id, own)
    await this.#begin(this.tasks.filter(({ state }) => state === 'created' || state === 'suspended'))
    await this.#options.standbys.add(standbys)
  }

  /** Stops the tasks of `partitions` for as long as the group rebalances; what they have not committed is forgotten. */
  async suspend(partitions: readonly TopicPartition[]): Promise<void> {
    const tasks = this.tasksOf(partitions)
    for (const task of tasks) {
      task.suspend()
      await this.#options.restorer.remove(task)
    }
    await this.#release(tasks)
  }

  /** Drops the tasks of `partitions`, or all. */
  async lose(partitions?: readonly TopicPartition[]): Promise<void> {
    await this.#giveUp(partitions === undefined ? this.tasks : this.tasksOf(partitions))
  }

  /** Restores what comes within `maxWaitMs`, and starts tasks that are done. */
  async restore(maxWaitMs: number): Promise<void> {
    const { restorer, admin, isolation } = this.#options
    const done = (await restorer.poll(maxWaitMs)).flatMap(({ id }) => this.#tasks.get(id) ?? [])
    if (done.length === 0) return
    const ends = offsetsByName(
      await admin.endOffsets(
        done.flatMap((task) => task.inputPartitions),
        isolation,
      ),
    )
    for (const task of done) this.#run(task, ends)
  }

  /** After an error that asks for it: wipes the task's state and restores it. Throws the error itself if it names no task of this instance. */
  async recover(error: StreamError): Promise<void> {
    const task = this.#taskNamed(error)
    if (task === undefined) throw error
    await this.#begin([await this.#wipe(task, error)])
  }

  /** Stops all tasks that run, and lets them go on from what they have committed. */
  async restart(): Promise<void> {
    const { running } = this
    await this.suspend(running.flatMap((task) => task.inputPartitions))
    await this.#begin(running)
  }

  /** All of them, without a commit. */
  async close(): Promise<void> {
    await this.lose()
  }

  #byTask(partitions: readonly TopicPartition[]): ReadonlyMap<string, TopicPartition[]> {
    const { topology, counts } = this.#options
    const wanted = new Map<string, TopicPartition[]>()
    for (const { topic, partition } of partitions) {
      const subTopology = this.#subTopologyOf.get(topic)
      if (subTopology === undefined) continue
      const known = taskCount(topology.subTopologies[subTopology]!, counts)
      if (partition >= known) {
        throw new StreamError('PARTITION_MISMATCH', `The topic ${topic} has grown: it had ${known} partitions at start.`, {
          topic,
          partition,
          hint: 'Keys may now go to other partitions than their state. Stop all instances, and start them with a new application name.',
        })
      }
      const id = formatTaskId({ subTopology, partition })
      wanted.set(id, [...(wanted.get(id) ?? []), { topic, partition }])
    }
    return wanted
  }

  #create(id: string, partitions: readonly TopicPartition[]): Task {
    const task = this.#options.createTask(parseTaskId(id), partitions)
    this.#tasks.set(id, task)
    for (const partition of partitions) this.#byPartition.set(partitionName(partition), task)
    return task
  }

  /** Decides where the tasks go on, and restores or runs them. A state that does not fit is wiped, once. */
  async #begin(tasks: readonly Task[]): Promise<void> {
    const { admin, groupId, restorer, guarantee, isolation } = this.#options
    if (tasks.length === 0) return
    // First: what is committed from here on is this instance's own.
    await guarantee.claim(tasks.map(({ id }) => id))
    const inputs = tasks.flatMap((task) => task.inputPartitions)
    const committed = await admin.committedOffsets(groupId, inputs)
    const ends = offsetsByName(await admin.endOffsets(inputs, isolation))
    const begun: Task[] = []
    for (const task of tasks) begun.push(await this.#open(task, committed, ends))
    for (;;) {
      try {
        const ready = await restorer.add(begun)
        await this.#readOn(begun, ends)
        for (const { id } of ready) this.#run(this.#tasks.get(id), ends)
        return
      } catch (error) {
        const index = begun.findIndex((task) => isStreamError(error) && error.reaction === 'restore' && error.details.task === task.id)
        if (index < 0) throw error
        for (const task of begun) await restorer.remove(task)
        begun[index] = await this.#wipe(begun[index]!, error as StreamError)
        begun[index].initialize(ofTask(begun[index], committed))
      }
    }
  }

  /** Opens the task's state; one that cannot be read, or is of inputs that were made anew, is wiped. Returns the task, or a new one. */
  async #open(task: Task, committed: readonly CommittedOffset[], ends: ReadonlyMap<string, number>): Promise<Task> {
    const own = ofTask(task, committed)
    try {
      if (task.state === 'created') task.initialize(own)
      else task.resume(own)
      checkInputs(task, own, ends)
      return task
    } catch (error) {
      if (!isStreamError(error) || error.reaction !== 'restore') throw error
      const fresh = await this.#wipe(task, error)
      fresh.initialize(own)
      return fresh
    }
  }

  /** Reads the inputs on from where the tasks stand, or from where their topics say; paused until the tasks run. */
  async #readOn(tasks: readonly Task[], ends: ReadonlyMap<string, number>): Promise<void> {
    const { consumer } = this.#options
    const starts = await this.#starts(tasks, ends)
    for (const task of tasks) {
      const positions = task.inputPositions()
      for (const partition of task.inputPartitions) {
        const name = partitionName(partition)
        const start = starts.get(name)
        const position = positions.get(name) ?? start
        if (start !== undefined) task.noteStart(partition, start)
        if (position !== undefined) consumer.seek(partition, position)
      }
      consumer.pause(task.inputPartitions)
    }
  }

  /** Of inputs that have no position yet; those that are not to have one are the consumer's to refuse. */
  async #starts(tasks: readonly Task[], ends: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
    const { admin, offsetReset } = this.#options
    const unknown = tasks.flatMap((task) => {
      const positions = task.inputPositions()
      return task.inputPartitions.filter((partition) => !positions.has(partitionName(partition)))
    })
    const earliest = unknown.filter(({ topic }) => offsetReset(topic) === 'earliest')
    const latest = unknown.filter(({ topic }) => offsetReset(topic) === 'latest').map(partitionName)
    const beginnings = earliest.length === 0 ? [] : await admin.beginningOffsets(earliest)
    return new Map([...offsetsByName(beginnings), ...latest.map((name) => [name, ends.get(name) ?? 0] as const)])
  }

  /** `ends`: of its inputs, which it waits for where it has several. */
  #run(task: Task | undefined, ends: ReadonlyMap<string, number>): void {
    if (task?.state !== 'restoring') return
    for (const partition of task.inputPartitions) {
      const end = ends.get(partitionName(partition))
      if (end !== undefined) task.noteEnd(partition, end)
    }
    task.completeRestore()
    this.#options.consumer.resume(task.inputPartitions)
  }

  async #wipe(task: Task, reason: StreamError): Promise<Task> {
    this.#options.logger.warn(`Task ${task.id}: its state is wiped and restored. ${reason.message}`)
    await this.#drop(task)
    this.#options.folders.wipe(task.id)
    return this.#create(task.id, task.inputPartitions)
  }

  async #giveUp(tasks: readonly Task[]): Promise<void> {
    for (const task of tasks) await this.#drop(task)
    await this.#release(tasks)
  }

  async #release(tasks: readonly Task[]): Promise<void> {
    await Promise.all(tasks.map(({ id }) => this.#options.guarantee.release(id)))
  }

  async #drop(task: Task): Promise<void> {
    const { restorer, folders } = this.#options
    this.#tasks.delete(task.id)
    for (const partition of task.inputPartitions) this.#byPartition.delete(partitionName(partition))
    await restorer.remove(task)
    try {
      task.close()
    } finally {
      folders.release(task)
    }
  }

  /** By the task that the error names, or the changelog that could not be read. */
  #taskNamed({ details: { task, topic, partition } }: StreamError): Task | undefined {
    if (task !== undefined) return this.#tasks.get(task)
    if (topic === undefined || partition === undefined) return undefined
    const name = partitionName({ topic, partition })
    return this.tasks.find(({ changelogs }) => changelogs.some(({ topicPartition }) => partitionName(topicPartition) === name))
  }
}

function ofTask(task: Task, committed: readonly CommittedOffset[]): readonly CommittedOffset[] {
  const own = new Set(task.inputPartitions.map(partitionName))
  return committed.filter((offset) => own.has(partitionName(offset)))
}

/** Positions of the state beyond an input's end: the topic was deleted and made anew, and the state is of records that are gone. */
function checkInputs(task: Task, committed: readonly CommittedOffset[], ends: ReadonlyMap<string, number>): void {
  const ofGroup = offsetsByName(committed)
  for (const [name, position] of task.inputPositions()) {
    const end = ends.get(name)
    if (end === undefined || position <= end || position === ofGroup.get(name)) continue
    throw new StreamError('STATE_CORRUPTED', `The state has come to offset ${position} of ${name}, which ends at ${end}.`, {
      task: task.id,
      hint: 'The topic was deleted and made anew.',
    })
  }
}

function offsetsByName(offsets: readonly CommittedOffset[]): ReadonlyMap<string, number> {
  return new Map(offsets.map((offset) => [partitionName(offset), offset.offset]))
}
