import { topicName } from '../changelog/topic-names.js'
import type { Acknowledged, CommittedOffset, ConsumedRecord, RecordBatch } from '../client/client.js'
import type { Clock } from '../core/clock.js'
import { StreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { TopicPartition } from '../core/record.js'
import type { StateStore } from '../stores/state-store.js'
import type { Cancellable, PunctuationType } from '../topology/processor.js'
import type { SourceNode, SubTopology, Topology } from '../topology/topology.js'
import { Graph } from './graph.js'
import type { ErrorHandlers } from './handlers.js'
import { HeldBatches, prepareRecords } from './held-batches.js'
import type { TaskMetrics } from './metrics.js'
import { PartitionGroup } from './partition-group.js'
import { InputOrigin, Processing } from './processing.js'
import { PunctuationQueue } from './punctuation.js'
import { readOnlyStore } from './read-only-store.js'
import type { RecordCollector } from './record-collector.js'
import { type QueueListener, RecordQueue } from './record-queue.js'
import { formatTaskId, type TaskId } from './task-id.js'
import { requireState, type TaskState, transition } from './task-state.js'
import { type TaskBackends, type TaskChangelog, TaskStorage } from './task-storage.js'

export type { TaskBackends, TaskChangelog } from './task-storage.js'

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

/**
 * A sub-topology × a partition: its processors, stores and queues. Synchronous throughout; the life cycle is drawn in task-state.ts, and a
 * call in the wrong state throws INVALID_STATE. Kafka Streams: `StreamTask`.
 */
export class Task {
  readonly id: string
  readonly subTopology: number
  readonly partition: number
  readonly inputPartitions: readonly TopicPartition[]
  readonly collector: RecordCollector
  readonly metrics: TaskMetrics
  readonly #options: TaskOptions
  readonly #processing: Processing
  readonly #group: PartitionGroup
  readonly #held = new HeldBatches()
  readonly #graph: Graph
  readonly #storage: TaskStorage
  readonly #streamTime = new PunctuationQueue()
  readonly #wallClock = new PunctuationQueue()
  #state: TaskState = 'created'
  #dirty = false
  #commitRequested = false
  /** From `prepareCommit` to `committed`. */
  #committing = false
  /** By input: what is committed, and up to where it was told to be purged. */
  readonly #committedInputs = new Map<string, number>()
  readonly #purged = new Map<string, number>()

  constructor(options: TaskOptions) {
    this.#options = options
    this.id = formatTaskId(options.id)
    this.subTopology = options.id.subTopology
    this.partition = options.id.partition
    this.inputPartitions = options.partitions
    this.collector = options.collector
    this.metrics = options.metrics
    this.#processing = new Processing({
      ...options,
      taskId: this.id,
      store: (name) => this.store(name) ?? this.#globalStore(name),
      streamTimeMs: () => this.#group.streamTime,
      schedule: (intervalMs, type, punctuate) => this.#schedule(intervalMs, type, punctuate),
      requestCommit: () => {
        this.#commitRequested = true
      },
    })
    this.#storage = new TaskStorage({
      ...options,
      partition: this.partition,
      inputs: options.partitions,
      context: this.#processing,
      send: (record) => this.collector.sendTo(record),
    })
    const nameOf = (topic: string) => topicName(options.topology, options.application, topic)
    this.#graph = new Graph(options.subTopology.nodes, this.#processing, nameOf)
    this.#group = new PartitionGroup(this.#createQueues(nameOf), options.maxTaskIdleMs ?? 0)
  }

  get state(): TaskState {
    return this.#state
  }

  /** Highest timestamp processed, -1 before the first record. */
  get streamTimeMs(): number {
    return this.#group.streamTime
  }

  /**
   * created → restoring: opens the stores and decides from where to restore. `committed` is what the group has committed for the input
   * partitions, with its metadata; those without a commit are left out.
   */
  initialize(committed: readonly CommittedOffset[]): void {
    this.#require('initialize', 'created')
    this.#storage.open()
    this.#begin(committed)
  }

  /** What to restore, once initialized; `position` follows what `restore` was given. */
  get changelogs(): readonly TaskChangelog[] {
    return this.#storage.changelogs
  }

  /** Records of one of the changelogs, from its position on; also an empty batch, whose `nextOffset` moves the position. */
  restore(batch: RecordBatch): void {
    this.#require('restore', 'restoring')
    this.metrics.restored += this.#storage.restore(batch)
  }

  /** restoring → running: initializes the processors. */
  completeRestore(): void {
    this.#require('completeRestore', 'restoring')
    this.#storage.writeStart(this.#group.queues, this.#processing.keptNumbers)
    this.#dirty = this.#storage.startNeedsCommit
    this.#commitRequested = this.#dirty
    this.#graph.init()
    this.#move('running')
  }

  /**
   * Where to read the input on, by `topic-partition`: what the group has committed, or the state's own position where that is ahead.
   * Partitions that neither knows start where the offset reset says. Known once initialized.
   */
  inputPositions(): ReadonlyMap<string, number> {
    return this.#storage.inputPositions
  }

  /**
   * Takes records of an input. Where their serdes must fetch something first (schemas of a registry), they and all that come after them are held
   * until it is there: the task processes nothing meanwhile, and `process` throws what the fetching failed with.
   */
  enqueue(batch: RecordBatch): void {
    this.#require('enqueue', 'running')
    const ready = prepareRecords(this.#group.queue(batch).source, batch)
    if (ready === undefined && this.#held.isEmpty) this.#group.add(batch)
    else this.#held.hold(batch, ready)
  }

  /** Tells where an input is read from, if `inputPositions` does not know. */
  noteStart(partition: TopicPartition, offset: number): void {
    this.#group.queue(partition).noteStart(offset)
  }

  /** Tells where an input ends, before a batch does: one that is at its end already is not waited for, one of which nobody knows is. */
  noteEnd(partition: TopicPartition, offset: number): void {
    this.#group.queue(partition).noteEnd(offset)
  }

  /** Records enqueued and not yet processed, of one partition or of all. */
  bufferedRecords(partition?: TopicPartition): number {
    return this.#sum(partition, ({ size }) => size) + this.#held.records(partition)
  }

  /** Bytes of keys and values enqueued and not yet processed. */
  bufferedBytes(partition?: TopicPartition): number {
    return this.#sum(partition, ({ bytes }) => bytes) + this.#held.bytes(partition)
  }

  /** Processes up to `maxRecords`, those with the lowest timestamps first; returns how many. Stream-time punctuations run after each. */
  process(maxRecords: number): number {
    this.#requireProcessing('process')
    const group = this.#group
    const { clock } = this.#options
    if (!this.#held.isEmpty) {
      for (const batch of this.#held.take()) group.add(batch)
      if (!this.#held.isEmpty) return 0
    }
    let processed = 0
    while (processed < maxRecords && group.isReady(clock)) {
      this.#processNext(group.poll()!)
      processed += 1
      this.#punctuateStreamTime()
    }
    this.metrics.processed += processed
    return processed
  }

  /** Runs the wall-clock punctuations that are due; returns whether any was. */
  punctuate(): boolean {
    this.#requireProcessing('punctuate')
    const ran = this.#wallClock.run(this.#options.clock.now())
    if (ran) this.#dirty = true
    return ran
  }

  /** When the next wall-clock punctuation is due, milliseconds of the clock; undefined if none is scheduled. */
  get nextPunctuation(): number | undefined {
    return this.#wallClock.nextTime
  }

  /** Is there anything to commit? */
  get hasUncommitted(): boolean {
    return this.#dirty
  }

  /** Should it be committed soon: a processor asked for it, or the uncommitted updates are over their bound? */
  get needsCommit(): boolean {
    return this.#commitRequested || this.#storage.dirtyBytes > this.#options.storeCacheBytes
  }

  /** First step of a commit: caches are flushed downstream, updates go to the collector as changelog records. Nothing is processed until `committed`. */
  prepareCommit(): void {
    this.#requireProcessing('prepareCommit')
    this.#storage.beginCommit()
    this.#committing = true
  }

  /** One transaction of the store: updates, changelog positions (from what the producer was acknowledged) and input positions. */
  commitState(acknowledged: readonly Acknowledged[]): void {
    this.#requireCommitting('commitState')
    this.#storage.acknowledge(acknowledged)
    this.#storage.write(this.#group.queues, this.#processing.keptNumbers)
  }

  /** What to commit to the group: next offsets, with stream time in the metadata as Kafka Streams writes it. */
  consumedOffsets(): readonly CommittedOffset[] {
    return this.#storage.offsets(this.#group.queues, this.#processing.keptNumbers)
  }

  /** Last step of a commit: it has succeeded. */
  committed(): void {
    this.#requireCommitting('committed')
    this.#committing = false
    this.#dirty = false
    this.#commitRequested = false
    this.#storage.endCommit()
    this.metrics.commits += 1
    for (const { name, position } of this.#group.queues) if (position !== undefined) this.#committedInputs.set(name, position)
  }

  /** Records of repartition topics that are consumed and committed: what may be deleted since the last call. */
  purgeable(): readonly CommittedOffset[] {
    const { topology, application } = this.#options
    const internal = new Set(topology.repartitionTopics.map(({ name }) => topicName(topology, application, name)))
    const purgeable: CommittedOffset[] = []
    for (const { name, partition } of this.#group.queues) {
      const offset = this.#committedInputs.get(name) ?? 0
      if (!internal.has(partition.topic) || offset <= (this.#purged.get(name) ?? 0)) continue
      this.#purged.set(name, offset)
      purgeable.push({ ...partition, offset })
    }
    return purgeable
  }

  /** A store by name, for queries; undefined if it is not this task's, or is not open. */
  store(name: string): StateStore | undefined {
    return this.#storage.store(name)
  }

  /** → suspended: closes the processors, and drops what is buffered or not committed. Idempotent. */
  suspend(): void {
    if (this.#state === 'suspended' || this.#state === 'closed') return
    this.#move('suspended')
    this.#group.clear()
    this.#held.clear()
    this.#streamTime.clear()
    this.#wallClock.clear()
    this.collector.clear()
    if (this.#dirty || this.#committing) this.#storage.close()
    this.#dirty = false
    this.#committing = false
    this.#commitRequested = false
    this.#graph.close()
  }

  /** suspended → restoring: as after `initialize`. */
  resume(committed: readonly CommittedOffset[]): void {
    this.#require('resume', 'suspended')
    if (!this.#storage.isOpen) this.#storage.open()
    this.#begin(committed)
  }

  /** → closed, from any state. Idempotent. */
  close(): void {
    if (this.#state === 'closed') return
    try {
      this.suspend()
    } finally {
      this.#storage.close()
      this.#move('closed')
    }
  }

  #globalStore(name: string): StateStore | undefined {
    const store = this.#options.globals?.store(name)
    return store && readOnlyStore(store)
  }

  #createQueues(nameOf: (topic: string) => string): RecordQueue[] {
    const sources = new Map<string, SourceNode>()
    for (const node of this.#options.subTopology.nodes) {
      if (node.kind === 'source') for (const topic of node.topics) sources.set(nameOf(topic), node)
    }
    const listener: QueueListener = {
      undecodable: (queue, raw, error) => this.#undecodable(queue, raw, error),
      dropped: (queue, reason) => {
        this.#dirty = true
        this.#processing.drop(queue.source.name, reason)
      },
    }
    return this.inputPartitions.map((partition) => {
      const source = sources.get(partition.topic)
      if (source === undefined) {
        throw new StreamError('INVALID_ARGUMENT', `Sub-topology ${this.subTopology} does not read ${partition.topic}.`, { task: this.id })
      }
      return new RecordQueue(partition, this.#graph.source(source), listener)
    })
  }

  #undecodable(queue: RecordQueue, raw: ConsumedRecord, error: StreamError): void {
    const { name, onDeserializationError } = queue.source
    this.#dirty = true
    this.#processing.deserializationFailed(onDeserializationError ?? this.#options.handlers.deserialization, name, raw, error)
  }

  /** → restoring, by a plan of where from. */
  #begin(committed: readonly CommittedOffset[]): void {
    const { inputPositions, partitionTimes, kept } = this.#storage.plan(committed)
    this.#processing.reset(kept)
    for (const queue of this.#group.queues) {
      const position = inputPositions.get(queue.name)
      const time = partitionTimes.get(queue.name)
      if (position !== undefined) queue.startAt(position)
      if (time !== undefined) this.#group.restoreTime(queue, time)
    }
    this.#move('restoring')
  }

  #processNext(queue: RecordQueue): void {
    const group = this.#group
    const record = (() => {
      try {
        return queue.take()
      } finally {
        group.putBack(queue)
      }
    })()
    const { timestamp, headers } = record
    if (timestamp > group.streamTime) group.streamTime = timestamp
    this.#dirty = true
    this.#processing.origin = new InputOrigin(queue.partition.topic, queue.partition.partition, timestamp, headers, queue.taken)
    queue.entry.accept(record)
  }

  #punctuateStreamTime(): void {
    const { streamTime } = this.#group
    const next = this.#streamTime.nextTime
    if (next !== undefined && next <= streamTime) this.#streamTime.run(streamTime)
  }

  #schedule(intervalMs: number, type: PunctuationType, punctuate: (timestampMs: number) => void): Cancellable {
    const counted = (timestampMs: number): void => {
      this.metrics.punctuated += 1
      punctuate(timestampMs)
    }
    if (type === 'streamTime') return this.#streamTime.schedule(0, intervalMs, counted)
    return this.#wallClock.schedule(this.#options.clock.now() + intervalMs, intervalMs, counted)
  }

  #sum(partition: TopicPartition | undefined, count: (queue: RecordQueue) => number): number {
    if (partition !== undefined) return count(this.#group.queue(partition))
    let sum = 0
    for (const queue of this.#group.queues) sum += count(queue)
    return sum
  }

  #move(to: TaskState): void {
    this.#state = transition(this.id, this.#state, to)
  }

  #require(operation: string, ...states: readonly TaskState[]): void {
    requireState(this.id, operation, this.#state, ...states)
  }

  #requireProcessing(operation: string): void {
    this.#require(operation, 'running')
    if (!this.#committing) return
    throw new StreamError('INVALID_STATE', `Task ${this.id} is in a commit; ${operation} has to wait for its end.`, { task: this.id })
  }

  #requireCommitting(operation: string): void {
    this.#require(operation, 'running')
    if (this.#committing) return
    throw new StreamError('INVALID_STATE', `Task ${this.id} is in no commit; ${operation} needs one prepared.`, { task: this.id })
  }
}
