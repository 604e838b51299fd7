import { partitionName } from '../changelog/topic-names.js'
import type { CommittedOffset, RecordBatch } from '../client/client.js'
import { StreamError } from '../core/errors.js'
import type { TopicPartition } from '../core/record.js'
import type { StoreContext } from '../stores/store-context.js'
import type { SubTopology, Topology } from '../topology/topology.js'
import { formatTaskId, type TaskId } from './task-id.js'
import { type TaskBackends, type TaskChangelog, TaskStorage } from './task-storage.js'

export interface StandbyTaskOptions {
  readonly id: TaskId
  /** Prefix of internal topics. */
  readonly application: string
  readonly topology: Topology
  readonly subTopology: SubTopology
  /** What the task reads, by the topics' names on Kafka. */
  readonly partitions: readonly TopicPartition[]
  readonly backends: TaskBackends
}

/**
 * The state of a task that another instance runs, kept up to date from its changelogs: who has it takes the task over without a long restore.
 * Stores in memory are left out, since a task makes them anew. Kafka Streams: `StandbyTask`, `num.standby.replicas`.
 */
export class StandbyTask {
  readonly id: string
  readonly inputPartitions: readonly TopicPartition[]
  readonly #storage: TaskStorage
  readonly #inputs: ReadonlySet<string>

  constructor(options: StandbyTaskOptions) {
    this.id = formatTaskId(options.id)
    this.inputPartitions = options.partitions
    this.#inputs = new Set(options.partitions.map(partitionName))
    const { partition } = options.id
    this.#storage = new TaskStorage({ ...options, partition, inputs: options.partitions, context: noRecord, random: Math.random, send })
  }

  open(): void {
    this.#storage.open()
    this.#storage.follow()
  }

  /** What it follows, with how far it has come. */
  get changelogs(): readonly TaskChangelog[] {
    return this.#storage.changelogs
  }

  /** Is the changelog a topic that the task reads? Then the state must not come further than the task itself has committed. */
  isInput(changelog: TopicPartition): boolean {
    return this.#inputs.has(partitionName(changelog))
  }

  /** Is the state of before a reset? `committed`: what the group has, for the task's inputs. */
  isOfAnotherLineage(committed: readonly CommittedOffset[]): boolean {
    return this.#storage.isOfAnotherLineage(committed)
  }

  /** Takes a batch of a changelog; returns how many records were applied. */
  restore(batch: RecordBatch): number {
    return this.#storage.restore(batch)
  }

  /** Idempotent. */
  close(): void {
    this.#storage.close()
  }
}

/** No record is processed. */
const noRecord: StoreContext = {
  recordOrigin: () => misused(),
  runWith: () => misused(),
  expired() {},
}
const send = (): void => misused()

function misused(): never {
  throw new StreamError('INVALID_STATE', 'A standby processes no records.')
}
