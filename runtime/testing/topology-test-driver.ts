import { StreamError } from '../core/errors.js'
import { atOnce, InMemoryRegistry } from '../registry/in-memory-registry.js'
import { bytesSerde } from '../serde/primitives.js'
import type { SchemaRegistry } from '../serde/registry.js'
import type { StateStore } from '../stores/state-store.js'
import { buildTopology } from '../topology/build.js'
import { connectRegistry, topicWriter } from '../topology/connect-registry.js'
import type { TopologySpec } from '../topology/spec.js'
import { Driver, type DriverTopic } from './driver.js'
import type { TestInputTopic } from './input-topic.js'
import type { TopologyTestDriverOptions } from './options.js'
import type { TestOutputTopic } from './output-topic.js'
import { testStore } from './test-stores.js'

/**
 * Runs a topology in a test, synchronously and by hand: the real tasks, stores and changelogs, on the embedded broker and a clock that stands
 * still. `Stores` are the manifest's stores by property. Generated drivers extend it; use them with `using` or close them.
 */
export class TopologyTestDriver<Stores = unknown> implements Disposable {
  readonly spec: TopologySpec
  /** The manifest's stores, by property. */
  readonly stores: Stores
  readonly #registry: SchemaRegistry
  readonly #driver: Driver

  /** Throws INVALID_TOPOLOGY. */
  constructor(spec: TopologySpec, options: TopologyTestDriverOptions = {}) {
    this.spec = spec
    this.#registry = options.schemaRegistry ?? new InMemoryRegistry()
    this.#driver = new Driver(atOnce(connectRegistry(buildTopology(spec), this.#registry)), options)
    const known = new Map(this.#driver.layout.topology.stores.map((store) => [store.spec.name, store.spec]))
    const stores = Object.entries(spec.stores).map(([name, { property }]) => {
      return [property, testStore(known.get(name) ?? spec.stores[name]!, () => this.#driver.stores(name))] as const
    })
    this.stores = Object.fromEntries(stores) as Stores
  }

  /** A topic of the manifest, by its name there. Throws INVALID_ARGUMENT for any other. */
  input<K = unknown, V = unknown>(topic: string): TestInputTopic<K, V> {
    return this.#driver.input(this.#topic(topic))
  }

  /**
   * A topic of the manifest, by its name there, in its types; or any other, by its name on Kafka, as bytes: internal topics, those routed to, the
   * dead-letter topic. Reading goes on where it ended, also through another object.
   */
  output<K = unknown, V = unknown>(topic: string): TestOutputTopic<K, V> {
    const known = Object.hasOwn(this.spec.topics, topic)
    return this.#driver.output(known ? this.#topic(topic) : { name: topic, key: bytesSerde, value: bytesSerde })
  }

  /**
   * A store as its processors have it, of one partition's task; also of steps that the manifest gives no store of their own. Throws INVALID_ARGUMENT if
   * there is none.
   */
  store<S extends StateStore = StateStore>(name: string, partition = 0): S {
    const stores = this.#driver.stores(name)
    const store = stores[partition]
    if (store !== undefined) return store as S
    const names = this.#driver.layout.topology.stores.map(({ spec }) => spec.name)
    throw new StreamError('INVALID_ARGUMENT', `There is no store ${name} of partition ${partition}.`, {
      store: name,
      hint: `The topology has ${names.join(', ') || 'no stores'}.`,
    })
  }

  /** Milliseconds since the epoch. */
  get wallClockMs(): number {
    return this.#driver.clock.now()
  }

  /** Moves the wall clock, runs the punctuations that are due then (after a gap once), and processes what they send. */
  advanceWallClock(ms: number): void {
    this.#driver.advanceWallClock(ms)
  }

  commit(): void {
    this.#driver.commit()
  }

  /** Ends the app as a kill does: what was not committed is gone, stores in memory too. `restart` goes on. */
  crash(): void {
    this.#driver.crash()
  }

  /** Starts the app again; one that runs is ended cleanly first. `wipeState` deletes its stores: they come back from their changelogs. */
  restart(options: { readonly wipeState?: boolean } = {}): void {
    this.#driver.restart(options)
  }

  /** Moves all tasks to another instance, which has the state that it had when it last ran them, if it ever did. */
  rebalance(): void {
    this.#driver.rebalance()
  }

  /** Records dropped so far: Kafka Streams' `dropped-records-total`. */
  get dropped(): number {
    return this.#driver.dropped
  }

  /** `step: reason` to how many records were dropped. */
  get droppedByReason(): ReadonlyMap<string, number> {
    return this.#driver.droppedByReason
  }

  /** Closes tasks and deletes temporary folders. Idempotent. */
  close(): void {
    this.#driver.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #topic(name: string): DriverTopic {
    if (Object.hasOwn(this.spec.topics, name)) {
      const topic = this.spec.topics[name]!
      return { name: topic.name, ...atOnce(topicWriter(topic.name, topic, this.#registry)) }
    }
    throw new StreamError('INVALID_ARGUMENT', `The manifest has no topic ${name}.`, {
      topic: name,
      hint: `It has ${Object.keys(this.spec.topics).join(', ')}.`,
    })
  }
}
