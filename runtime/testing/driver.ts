import { topicName } from '../changelog/topic-names.js'
import type { TopicDescription } from '../client/client.js'
import { EmbeddedBroker } from '../client/embedded/broker.js'
import { ManualClock } from '../core/clock.js'
import { StreamError } from '../core/errors.js'
import { silentLogger } from '../core/logger.js'
import { bytesSerde } from '../serde/primitives.js'
import type { Serde } from '../serde/serde.js'
import type { StateStore } from '../stores/state-store.js'
import type { CommitHook } from '../tasks/commit-strategy.js'
import { failingHandlers } from '../tasks/handlers.js'
import { partitionOf } from '../tasks/partitioner.js'
import type { Task } from '../tasks/task.js'
import type { Topology } from '../topology/topology.js'
import { type Disk, folderDisk, memoryDisk } from './disks.js'
import { type PipedBytes, TestInputTopic } from './input-topic.js'
import { Instance } from './instance.js'
import { type Layout, layoutOf, withStores } from './layout.js'
import type { TopologyTestDriverOptions } from './options.js'
import { TestOutputTopic } from './output-topic.js'
import { seededRandom } from './random.js'
import { type SentPlaces, SentReader } from './sent-reader.js'

/** What the driver knows of a topic: its name on Kafka, and its types. */
export interface DriverTopic {
  readonly name: string
  readonly key: Serde
  readonly value: Serde
}

/** Runs a topology; `TopologyTestDriver` is this for the topologies of generated code. */
export class Driver implements Disposable {
  readonly broker: EmbeddedBroker
  readonly clock: ManualClock
  readonly layout: Layout
  readonly #options: TopologyTestDriverOptions
  readonly #hooks: readonly CommitHook[]
  readonly #random: () => number
  /** Of the instances that take turns: a rebalance moves all tasks to the other. */
  readonly #disks: readonly [Disk, Disk]
  readonly #instances: Instance[] = []
  /** Of each topic, its records in the order in which they were sent. */
  readonly #sent = new Map<string, SentPlaces>()
  readonly #outputs = new Map<string, TestOutputTopic<unknown, unknown>>()
  #disk = 0
  #instance: Instance | undefined
  #withoutKey = 0
  #closed = false

  constructor(topology: Topology, options: TopologyTestDriverOptions = {}, hooks: readonly CommitHook[] = []) {
    this.#options = options
    this.#hooks = hooks
    this.#random = seededRandom(options.seed ?? 1)
    this.clock = new ManualClock(options.startMs ?? 0)
    this.broker = new EmbeddedBroker({ clock: this.clock })
    const { stateBackend } = options
    const disk = stateBackend === undefined ? memoryDisk : () => folderDisk(stateBackend)
    this.#disks = [disk(), disk()]
    this.layout = layoutOf(this.#adapt(topology), options.partitions ?? 1)
    for (const { name, partitions, config } of this.layout.topics) {
      this.broker.createTopic({ name, partitions, ...(config !== undefined && { config: { ...config, 'retention.ms': '-1' } }) })
    }
    this.#start()
  }

  input<K, V>({ name, key, value }: DriverTopic): TestInputTopic<K, V> {
    const topic = this.broker.describeTopic(name)
    if (topic === undefined) throw new StreamError('INVALID_ARGUMENT', `The topology does not read topic ${name}.`, { topic: name })
    return new TestInputTopic(name, key as Serde<K>, value as Serde<V>, (records) => this.#pipe(topic, records))
  }

  /** The same topic each time: what was read once is read. */
  output<K, V>({ name, key, value }: DriverTopic): TestOutputTopic<K, V> {
    const known = this.#outputs.get(name)
    if (known !== undefined) return known as TestOutputTopic<K, V>
    const reader = new SentReader(this.broker, name, this.#sent, this.#options.processingGuarantee === 'exactlyOnce')
    const output = new TestOutputTopic<K, V>(name, key as Serde<K>, value as Serde<V>, reader)
    this.#outputs.set(name, output as TestOutputTopic<unknown, unknown>)
    return output
  }

  /** A topic's name on Kafka, of one as the topology calls it. */
  topicName(topic: string): string {
    const { topology } = this.layout
    return topicName(topology, topology.application, topic)
  }

  stores(name: string): readonly StateStore[] {
    return this.#running().stores(name)
  }

  get tasks(): readonly Task[] {
    return this.#running().tasks
  }

  /** Moves the wall clock, runs the punctuations that are due then (after a gap once), and processes what they send. */
  advanceWallClock(ms: number): void {
    const instance = this.#running()
    this.clock.advance(ms)
    instance.punctuate()
    instance.run()
  }

  commit(): void {
    const instance = this.#running()
    instance.commit()
    instance.run()
  }

  /** Ends the instance as a kill does: what was not committed is gone, stores in memory too. `restart` goes on. */
  crash(): void {
    this.#running()
    this.#instance = undefined
    this.#disks[this.#disk]!.kill()
  }

  /** Starts the instance again, after a clean end if it runs: committed, closed. */
  restart(options: { readonly wipeState?: boolean } = {}): void {
    this.#checkOpen()
    this.#stop()
    if (options.wipeState === true) this.#disks[this.#disk]!.wipe()
    this.#start()
  }

  /** Moves all tasks to another instance, which has the state that it had when it last ran them, if it ever did. */
  rebalance(): void {
    this.#checkOpen()
    this.#stop()
    this.#disk = 1 - this.#disk
    this.#start()
  }

  /** Records dropped so far, of all instances, in all: Kafka Streams' `dropped-records-total`. */
  get dropped(): number {
    return this.#instances.flatMap(({ metrics }) => metrics).reduce((sum, { dropped }) => sum + dropped, 0)
  }

  /** `step: reason` to how many records were dropped. */
  get droppedByReason(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>()
    for (const { droppedByReason } of this.#instances.flatMap(({ metrics }) => metrics)) {
      for (const [reason, count] of droppedByReason) sums.set(reason, (sums.get(reason) ?? 0) + count)
    }
    return sums
  }

  /** Closes tasks and deletes temporary folders; commits nothing. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    try {
      this.#instance?.close()
    } finally {
      this.#instance = undefined
      for (const disk of this.#disks) disk.wipe()
      this.broker.close()
    }
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #adapt(topology: Topology): Topology {
    const { application, caching, stateBackend } = this.#options
    const named = application === undefined ? topology : { ...topology, application }
    if (caching === undefined && stateBackend === undefined) return named
    return withStores(named, (spec) => ({
      ...spec,
      ...(caching !== undefined && { caching }),
      ...(stateBackend !== undefined && { persistence: 'lmdb' as const }),
    }))
  }

  #start(): void {
    const { partitions = 1, processingGuarantee, storeCacheBytes, maxTaskIdleMs, logger, handlers } = this.#options
    const instance = new Instance({
      broker: this.broker,
      layout: this.layout,
      disk: this.#disks[this.#disk]!,
      clock: this.clock,
      logger: logger ?? silentLogger,
      handlers: { ...failingHandlers, ...handlers },
      random: this.#random,
      exactlyOnce: processingGuarantee === 'exactlyOnce',
      commit: this.#options.commit ?? (partitions === 1 && this.#hasCache ? 1 : 'pipe'),
      storeCacheBytes: storeCacheBytes ?? 64 * 1024 * 1024,
      maxTaskIdleMs: maxTaskIdleMs ?? -1,
      hooks: this.#hooks,
      sent: ({ topic, partition }, offset) => {
        const sent = this.#sent.get(topic)
        if (sent === undefined) this.#sent.set(topic, [partition, offset])
        else sent.push(partition, offset)
      },
    })
    this.#instances.push(instance)
    this.#instance = instance
    instance.start()
    instance.run()
  }

  get #hasCache(): boolean {
    return this.layout.topology.stores.some(({ spec }) => spec.caching === true)
  }

  #stop(): void {
    const instance = this.#instance
    if (instance === undefined) return
    instance.run()
    instance.commit()
    instance.close()
    this.#instance = undefined
    this.#disks[this.#disk]!.kill()
  }

  #pipe({ name, partitions }: TopicDescription, records: readonly PipedBytes[]): void {
    const instance = this.#running()
    for (const { key, value, options } of records) {
      this.broker.append(name, options.partition ?? this.#choose(key, partitions), {
        key,
        value,
        timestamp: options.timestamp ?? this.clock.now(),
        headers: options.headers?.toArray() ?? [],
      })
    }
    instance.run()
  }

  #choose(key: Uint8Array | null, partitions: number): number {
    if (key !== null) return partitionOf(key, partitions)
    this.#withoutKey = (this.#withoutKey + 1) % partitions
    return this.#withoutKey
  }

  #running(): Instance {
    this.#checkOpen()
    if (this.#instance !== undefined) return this.#instance
    throw new StreamError('INVALID_STATE', 'The driver has crashed; restart it first.')
  }

  #checkOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', 'The driver is closed.')
  }
}

/** A topic's bytes as they are. */
export const bytesTopic = (name: string): DriverTopic => ({ name, key: bytesSerde, value: bytesSerde })
