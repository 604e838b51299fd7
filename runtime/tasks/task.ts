import type { Acknowledged, CommittedOffset, RecordBatch } from '../client/client.js'
import type { Clock } from '../core/clock.js'
import { StreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { TopicPartition } from '../core/record.js'
import type { StateStore } from '../stores/state-store.js'
import type { StateBackend } from '../stores/store.js'
import type { SubTopology, Topology } from '../topology/topology.js'
import type { ErrorHandlers } from './handlers.js'
import type { TaskMetrics } from './metrics.js'
import type { RecordCollector } from './record-collector.js'
import type { TaskId } from './task-id.js'
import type { TaskState } from './task-state.js'

/** Where the stores of a task live; each is opened once, by `initialize`, and only if a store needs it. The task closes what it opened. */
export interface TaskBackends {
  readonly lmdb: () => StateBackend
  readonly memory: () => StateBackend
}

export interface TaskOptions {
  readonly id: TaskId
  /** Prefix of internal topics. */
  readonly application: string
  readonly topology: Topology
  readonly subTopology: SubTopology
  /** What it reads, by the topics' names on Kafka. */
  readonly partitions: readonly TopicPartition[]
  readonly backends: TaskBackends
  readonly collector: RecordCollector
  /** Stores that its processors share with all tasks. */
  readonly globals?: { store(name: string): StateStore | undefined }
  readonly clock: Clock
  readonly logger: Logger
  readonly handlers: ErrorHandlers
  readonly metrics: TaskMetrics
  /** As `Math.random`: names commits. */
  readonly random: () => number
  /** Updates not yet committed that make the task ask for a commit, bytes. */
  readonly storeCacheBytes: number
  /** KIP-695: how long to wait for the other inputs while one is empty; -1 never waits. Default 0. */
  readonly maxTaskIdleMs?: number
}

/** A changelog that a store is restored from, read from `position` up to `end`. */
export interface TaskChangelog {
  readonly store: string
  readonly topicPartition: TopicPartition
  /** The next offset to read. */
  readonly position: number
  /** Exclusive; undefined: up to the end of the partition at start. Set for source topics that serve as changelog. */
  readonly end: number | undefined
}

/**
 * A sub-topology × a partition: its processors, stores and queues. Synchronous throughout; the life cycle is drawn in task-state.ts, and a
 * call in the wrong state throws INVALID_STATE.
 */
export class Task {
  readonly id: string
  readonly subTopology: number
  readonly partition: number
  readonly inputPartitions: readonly TopicPartition[]
  readonly collector: RecordCollector
  readonly metrics: TaskMetrics

  constructor(options: TaskOptions) {
    this.id = `${options.id.subTopology}_${options.id.partition}`
    this.subTopology = options.id.subTopology
    this.partition = options.id.partition
    this.inputPartitions = options.partitions
    this.collector = options.collector
    this.metrics = options.metrics
  }

  get state(): TaskState {
    return 'created'
  }

  /**
   * created → restoring: opens the stores and decides from where to restore. `committed` is what the group has committed for the input
   * partitions, with its metadata; those without a commit are left out.
   */
  initialize(_committed: readonly CommittedOffset[]): void {
    throw missing
  }

  /** What to restore, once initialized; `position` follows what `restore` was given. */
  get changelogs(): readonly TaskChangelog[] {
    throw missing
  }

  /** Records of one of the changelogs, from its position on; also an empty batch, whose `nextOffset` moves the position. */
  restore(_batch: RecordBatch): void {
    throw missing
  }

  /** restoring → running: initializes the processors. */
  completeRestore(): void {
    throw missing
  }

  /**
   * Where to read the input on, by `topic-partition`: what the group has committed, or the state's own position where that is ahead.
   * Partitions that neither knows start where the offset reset says. Known once initialized.
   */
  inputPositions(): ReadonlyMap<string, number> {
    throw missing
  }

  /** Fetches what the records' serdes need before they are enqueued (schemas of a registry); undefined if all is there. */
  prepare(_batch: RecordBatch): Promise<void> | undefined {
    throw missing
  }

  enqueue(_batch: RecordBatch): void {
    throw missing
  }

  /** Records enqueued and not yet processed, of one partition or of all. */
  bufferedRecords(_partition?: TopicPartition): number {
    throw missing
  }

  /** Bytes of keys and values enqueued and not yet processed. */
  bufferedBytes(_partition?: TopicPartition): number {
    throw missing
  }

  /** Processes up to `maxRecords`, those with the lowest timestamps first; returns how many. Stream-time punctuations run after each. */
  process(_maxRecords: number): number {
    throw missing
  }

  /** Runs the wall-clock punctuations that are due; returns whether any was. */
  punctuate(): boolean {
    throw missing
  }

  /** When the next wall-clock punctuation is due, milliseconds of the clock; undefined if none is scheduled. */
  get nextPunctuation(): number | undefined {
    throw missing
  }

  /** Is there anything to commit? */
  get hasUncommitted(): boolean {
    throw missing
  }

  /** Should it be committed soon: a processor asked for it, or the uncommitted updates are over their bound? */
  get needsCommit(): boolean {
    throw missing
  }

  /** First step of a commit: caches are flushed downstream, updates go to the collector as changelog records. Nothing is processed until `committed`. */
  prepareCommit(): void {
    throw missing
  }

  /** One transaction of the store: updates, changelog positions (from what the producer was acknowledged) and input positions. */
  commitState(_acknowledged: readonly Acknowledged[]): void {
    throw missing
  }

  /** What to commit to the group: next offsets, with stream time in the metadata as Kafka Streams writes it. */
  consumedOffsets(): readonly CommittedOffset[] {
    throw missing
  }

  /** Last step of a commit: it has succeeded. */
  committed(): void {
    throw missing
  }

  /** Records of repartition topics that are consumed and committed: what may be deleted since the last call. */
  purgeable(): readonly CommittedOffset[] {
    throw missing
  }

  /** A store by name, for queries; undefined if it is not this task's, or is not open. */
  store(_name: string): StateStore | undefined {
    throw missing
  }

  /** → suspended: closes the processors and drops what is buffered or not committed. Idempotent. */
  suspend(): void {
    throw missing
  }

  /** suspended → restoring: as after `initialize`. */
  resume(_committed: readonly CommittedOffset[]): void {
    throw missing
  }

  /** → closed, from any state. Idempotent. */
  close(): void {
    throw missing
  }
}

const missing = new StreamError('INVALID_STATE', 'Tasks cannot run yet.')
