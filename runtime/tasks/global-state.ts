import { hasRowsOf, presenceOf } from '../changelog/present-stores.js'
import { partitionName } from '../changelog/topic-names.js'
import type { RecordBatch } from '../client/client.js'
import type { Clock } from '../core/clock.js'
import { StreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { TopicPartition } from '../core/record.js'
import type { StateStore } from '../stores/state-store.js'
import { TaskStores } from '../stores/task-stores.js'
import type { GlobalNode, Topology } from '../topology/topology.js'
import { Graph } from './graph.js'
import type { ErrorHandlers } from './handlers.js'
import { prepareRecords } from './held-batches.js'
import type { TaskMetrics } from './metrics.js'
import { InputOrigin, Processing } from './processing.js'
import type { RecordCollector } from './record-collector.js'
import { RecordQueue } from './record-queue.js'
import type { TaskBackends } from './task-storage.js'

export interface GlobalStateOptions {
  readonly application: string
  readonly topology: Topology
  /** All partitions of the topics of its global tables and stores. */
  readonly partitions: readonly TopicPartition[]
  readonly backends: TaskBackends
  readonly clock: Clock
  readonly logger: Logger
  readonly handlers: ErrorHandlers
  readonly metrics: TaskMetrics
  /** Takes what goes to the dead-letter topic; without one, `deadLetter` fails. */
  readonly collector?: RecordCollector
}

/**
 * The global tables and stores of an instance, which all its tasks share: filled from all partitions of their topics, at first up to
 * their ends, then as records come. Kafka Streams: `GlobalStateUpdateTask`; records of the start go through the processors too (KAFKA-7663).
 */
export class GlobalState {
  readonly metrics: TaskMetrics
  readonly #options: GlobalStateOptions
  readonly #processing: Processing
  readonly #graph: Graph
  readonly #queues: ReadonlyMap<string, RecordQueue>
  #stores: TaskStores | undefined
  /** Which stores the state has, from the next commit on. */
  #presence: ReadonlyMap<string, number> = new Map()
  #streamTime = -1

  constructor(options: GlobalStateOptions) {
    this.#options = options
    this.metrics = options.metrics
    this.#processing = new Processing({
      ...options,
      taskId: 'global',
      collector: options.collector,
      store: (name) => this.store(name),
      streamTimeMs: () => this.#streamTime,
      schedule: () => {
        throw new StreamError('INVALID_STATE', 'A global store has no punctuations.')
      },
      requestCommit() {},
    })
    const { globals } = options.topology
    this.#graph = new Graph(
      globals.flatMap(({ source, processor }) => [source, processor]),
      this.#processing,
      (topic) => topic,
    )
    this.#queues = new Map(options.partitions.map((partition) => [partitionName(partition), this.#createQueue(partition)]))
  }

  /** Opens the stores and starts the processors. */
  open(): void {
    const { backends, topology } = this.#options
    this.#stores = new TaskStores({
      stores: topology.stores.filter(({ global }) => global),
      persistent: backends.lmdb,
      memory: backends.memory,
      context: this.#processing,
    })
    const stores = this.#stores
    const positions = stores.positions()
    const persistent = stores.names.filter((name) => stores.isPersistent(name))
    const there = new Set(persistent.filter((name) => hasRowsOf(name, positions)))
    for (const name of persistent) if (positions.size > 0 && !there.has(name)) stores.clear(name)
    for (const [name, queue] of this.#queues)
      queue.startAt((there.has(this.#globalOf(queue.partition).store) ? positions.get(name) : undefined) ?? 0)
    this.#presence = presenceOf(persistent, positions)
    this.#processing.reset([])
    this.#graph.init()
  }

  /** Where to read each partition on; it may lie before the first offset that the broker still has. */
  positions(): ReadonlyMap<TopicPartition, number> {
    return new Map([...this.#queues.values()].map((queue) => [queue.partition, queue.position ?? 0]))
  }

  /** Fetches what the records of a batch need before `update` takes it; undefined if it is all there. */
  prepare(batch: RecordBatch): Promise<unknown> | undefined {
    return prepareRecords(this.#queue(batch).source, batch)
  }

  /** Updates the stores with records of one partition, from its position on. */
  update(batch: RecordBatch): void {
    const queue = this.#queue(batch)
    queue.add(batch)
    while (!queue.isEmpty) {
      const record = queue.take()
      if (record.timestamp > this.#streamTime) this.#streamTime = record.timestamp
      const { topic, partition } = queue.partition
      this.#processing.origin = new InputOrigin(topic, partition, record.timestamp, record.headers, queue.taken)
      queue.entry.accept(record)
      this.metrics.processed += 1
    }
  }

  /** Updates not yet committed, bytes. */
  get dirtyBytes(): number {
    return this.#stores?.dirtyBytes ?? 0
  }

  /** Keeps the updates, with the positions they came from. */
  commit(): void {
    if (this.#stores === undefined || this.#stores.names.length === 0) return
    this.#stores.flushCaches()
    this.#stores.drain(() => {})
    this.#stores.commit(new Map([...this.#presence, ...[...this.#queues].map(([name, queue]) => [name, queue.position ?? 0] as const)]))
  }

  /** Undefined if there is no such global store, or it is not open. */
  store(name: string): StateStore | undefined {
    return this.#stores?.names.includes(name) ? this.#stores.get(name) : undefined
  }

  /** Without a commit. Idempotent. */
  close(): void {
    try {
      this.#graph.close()
    } finally {
      this.#stores?.close()
      this.#stores = undefined
    }
  }

  #createQueue(partition: TopicPartition): RecordQueue {
    const { source } = this.#globalOf(partition)
    const { handlers } = this.#options
    return new RecordQueue(partition, this.#graph.source(source), {
      undecodable: (_queue, raw, error) =>
        this.#processing.deserializationFailed(source.onDeserializationError ?? handlers.deserialization, source.name, raw, error),
      dropped: (_queue, reason) => this.#processing.drop(source.name, reason),
    })
  }

  #queue(partition: TopicPartition): RecordQueue {
    const queue = this.#queues.get(partitionName(partition))
    if (queue !== undefined) return queue
    throw new StreamError('INVALID_ARGUMENT', `${partitionName(partition)} fills no global table.`, { ...partition })
  }

  #globalOf({ topic }: TopicPartition): GlobalNode {
    const global = this.#options.topology.globals.find(({ source }) => source.topics.includes(topic))
    if (global !== undefined) return global
    throw new StreamError('INVALID_ARGUMENT', `Topic ${topic} fills no global table.`, { topic })
  }
}
