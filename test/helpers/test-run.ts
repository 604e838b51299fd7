import { Headers } from '#runtime/core/headers.js'
import type { StepSpec } from '#runtime/operators/registry.js'
import type { LogicClass } from '#runtime/operators/step.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import { Driver } from '#runtime/testing/driver.js'
import type { TopologyTestDriverOptions } from '#runtime/testing/options.js'
import { buildTopology } from '#runtime/topology/build.js'
import type { ManifestStore, TopicSpec, TopologySpec } from '#runtime/topology/spec.js'

/** Topologies by hand, for tests of the runtime alone. */

/** A class of user code with these methods. */
// biome-ignore lint/suspicious/noExplicitAny: tests give whatever methods a step calls
export function logic(methods: Readonly<Record<string, (...args: any[]) => unknown>>): LogicClass {
  return class {
    init(): void {}
    close(): void {}
    constructor() {
      Object.assign(this, methods)
    }
  }
}

export const stringTopic = (name: string): TopicSpec => ({
  name,
  key: stringSerde,
  value: stringSerde,
  nullableKey: true,
  nullableValue: true,
})
export const longTopic = (name: string): TopicSpec => ({ ...stringTopic(name), value: longSerde })

export interface TestTopology {
  readonly steps: readonly StepSpec[]
  /** Default: each topic that a step names, of strings. */
  readonly topics?: readonly TopicSpec[]
  readonly stores?: readonly Omit<ManifestStore, 'queryable' | 'property'>[]
}

export function specOf({ steps, topics = [], stores = [] }: TestTopology): TopologySpec {
  const named = steps.flatMap((step) => {
    const topic = 'topic' in step && step.topic !== undefined ? [step.topic] : []
    return 'topics' in step && step.topics !== undefined ? [...topic, ...step.topics] : topic
  })
  const all = new Map<string, TopicSpec>(named.map((name) => [name, stringTopic(name)]))
  for (const topic of topics) all.set(topic.name, topic)
  return {
    codegen: 1,
    application: 'test',
    topics: Object.fromEntries(all),
    stores: Object.fromEntries(stores.map((store) => [store.name, { ...store, queryable: false, property: store.name } as ManifestStore])),
    steps,
  }
}

/** A driver of the topology that takes and gives records as short texts. */
export class TestRun implements Disposable {
  readonly driver: Driver
  readonly #spec: TopologySpec

  constructor(topology: TestTopology, options: TopologyTestDriverOptions = {}) {
    this.#spec = specOf(topology)
    this.driver = new Driver(buildTopology(this.#spec), options)
  }

  /** Sends a record; what it leads to is `sent`. */
  pipe(topic: string, key: unknown, value: unknown, timestamp = 0, headers: Headers = Headers.empty): void {
    this.driver.input(this.#topic(topic)).pipe(key, value, { timestamp, headers })
  }

  /** What was sent to the topic since the last time: `key=value@timestamp`, windows as `key[start,end]`. */
  sent(topic: string): readonly string[] {
    return this.driver
      .output(this.#topic(topic))
      .readAll()
      .map(({ key, value, timestamp }) => `${keyText(key)}=${String(value)}@${timestamp}`)
  }

  [Symbol.dispose](): void {
    this.driver.close()
  }

  #topic(name: string): TopicSpec {
    return this.#spec.topics[name]!
  }
}

function keyText(key: unknown): string {
  if (key === null || typeof key !== 'object') return String(key)
  const { key: inner, start, end } = key as { readonly key: unknown; readonly start: number; readonly end: number }
  return `${String(inner)}[${start},${end}]`
}
