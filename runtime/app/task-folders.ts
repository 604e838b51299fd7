import { join } from 'node:path'
import { changelogTopic, partitionName, topicName } from '../changelog/topic-names.js'
import { toStreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { StateBackend, StateBackendFactory } from '../stores/store.js'
import { parseTaskId } from '../tasks/task-id.js'
import type { TaskChangelog } from '../tasks/task-storage.js'
import type { Topology } from '../topology/topology.js'
import type { StateDirectory } from './state-directory.js'

/** A task, or a standby of one. */
export interface HoldsState {
  readonly id: string
  readonly changelogs: readonly TaskChangelog[]
}

/** The folders of tasks, opened as backends, and how far the state in each has come: what the group's leader asks for. */
export class TaskFolders {
  readonly #directory: StateDirectory
  readonly #open: StateBackendFactory
  readonly #topology: Topology
  readonly #acquired = new Map<string, string>()
  /** Sum of changelog positions, of tasks that are not open. */
  readonly #closed = new Map<string, number>()

  constructor(directory: StateDirectory, open: StateBackendFactory, topology: Topology) {
    this.#directory = directory
    this.#open = open
    this.#topology = topology
  }

  /** Looks into the folders that are there, before tasks are made. Those that cannot be read are left for when their task comes. */
  scan(logger: Logger): void {
    for (const task of this.#directory.tasks()) {
      try {
        const backend = this.#open(join(this.#directory.path, task))
        try {
          this.#closed.set(task, this.#sum(task, backend.positions()))
        } finally {
          backend.close()
        }
      } catch (error) {
        logger.warn(`The state of task ${task} cannot be read: ${toStreamError(error).message}`)
      }
    }
  }

  /** Opens the state of a task in its folder, made if it is not there. */
  backend(task: string): StateBackend {
    let folder = this.#acquired.get(task)
    if (folder === undefined) {
      folder = this.#directory.acquireTask(task)
      this.#acquired.set(task, folder)
    }
    return this.#open(folder)
  }

  /** The task is closed. */
  release(task: HoldsState): void {
    if (!this.#acquired.delete(task.id)) return
    this.#closed.set(task.id, positionOf(task))
    this.#directory.releaseTask(task.id)
  }

  /** Of a task that is closed. */
  wipe(task: string): void {
    this.#closed.delete(task)
    this.#directory.wipeTask(task)
  }

  /** How far the state of each task here has come, those of `open` tasks and of folders. */
  positions(open: readonly HoldsState[]): Readonly<Record<string, number>> {
    const known = new Map(this.#closed)
    for (const task of open) if (task.changelogs.length > 0) known.set(task.id, positionOf(task))
    return Object.fromEntries(known)
  }

  #sum(task: string, positions: ReadonlyMap<string, number>): number {
    const { subTopology, partition } = parseTaskId(task)
    const { application, subTopologies } = this.#topology
    const stores = subTopologies[subTopology]?.stores ?? []
    return stores.reduce((sum, { spec: { name, changelogTopic: source } }) => {
      const topic = source === undefined ? changelogTopic(application, name) : topicName(this.#topology, application, source)
      return sum + (positions.get(partitionName({ topic, partition })) ?? 0)
    }, 0)
  }
}

function positionOf(task: HoldsState): number {
  return task.changelogs.reduce((sum, { position }) => sum + position, 0)
}
