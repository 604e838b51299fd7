import { Headers } from '#runtime/core/headers.js'
import type { KeyValue, Windowed } from '#runtime/core/record.js'
import type {
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyWindowStore,
  StateStore,
  VersionedKeyValueStore,
} from '#runtime/stores/state-store.js'
import { Driver } from '#runtime/testing/driver.js'
import type { TopologyTestDriverOptions } from '#runtime/testing/options.js'
import { buildTopology } from '#runtime/topology/build.js'
import type { TopicSpec, TopologySpec } from '#runtime/topology/spec.js'
import type { Topology, TopologyStore } from '#runtime/topology/topology.js'

/** A file of vectors/, as its README describes it. */
export interface Vector {
  readonly name: string
  readonly seed: number
  readonly config?: Readonly<Record<string, string>>
  readonly storeDependent?: boolean
  readonly outputs: readonly { readonly topic: string }[]
  readonly steps: readonly VectorStep[]
  /** What each step sends, topic by topic. */
  readonly expected: readonly (readonly VectorRecord[])[]
  readonly stores: Readonly<Record<string, readonly VectorRow[]>>
}

export type VectorStep = { readonly pipe: VectorRecord & { readonly valueHex?: string } } | { readonly advanceWallClockMs: number }

export interface VectorRecord {
  readonly topic: string
  readonly key: unknown
  readonly value: unknown
  readonly timestamp: number
  readonly headers?: readonly { readonly key: string; readonly value: string | null }[]
}

export interface VectorRow {
  readonly key: unknown
  readonly start?: number
  readonly end?: number
  readonly value: unknown
  readonly timestamp?: number
}

/** Where the topology did not do as Kafka Streams: a step, by number, or a store at the end. */
export interface Difference {
  readonly where: string
  readonly expected: unknown
  readonly got: unknown
}

/** Pipes a vector's inputs through the topology, and lists what differs from what Kafka Streams made of them. */
export function replay(vector: Vector, spec: TopologySpec, options: TopologyTestDriverOptions = {}): readonly Difference[] {
  using run = new VectorRun(vector, spec, options)
  const differences: Difference[] = []
  for (const [index, step] of vector.steps.entries()) {
    const where = `step ${index} ${JSON.stringify(step)}`
    const expected = vector.expected[index]
    try {
      const got = run.play(step)
      if (canonical(got) !== canonical(expected)) differences.push({ where, expected, got })
    } catch (error) {
      differences.push({ where, expected, got: String(error instanceof Error ? error.stack : error) })
      return differences
    }
  }
  for (const [name, expected] of Object.entries(vector.stores)) {
    const got = run.rows(name)
    if (canonical(got) !== canonical(expected)) differences.push({ where: `store ${name}`, expected, got })
  }
  return differences
}

/** A topology on the test driver, played step by step as a vector says. */
export class VectorRun implements Disposable {
  readonly driver: Driver
  readonly #vector: Vector
  readonly #spec: TopologySpec
  readonly #topology: Topology

  constructor(vector: Vector, spec: TopologySpec, options: TopologyTestDriverOptions = {}) {
    this.#vector = vector
    this.#spec = spec
    this.#topology = buildTopology(spec)
    this.driver = new Driver(this.#topology, { ...options, handlers: { ...handlersOf(vector), ...options.handlers } })
  }

  /** Runs a step, and returns what it sent, topic by topic. */
  play(step: VectorStep): readonly VectorRecord[] {
    play(this.driver, this.#spec, step)
    return this.sent()
  }

  /** What was sent and not read yet. */
  sent(): readonly VectorRecord[] {
    return this.#vector.outputs.flatMap(({ topic }) => sent(this.driver, topicOf(this.#spec, topic)))
  }

  /** What a store holds, over all tasks, as vectors list it. */
  rows(name: string): readonly VectorRow[] {
    return rowsOf(this.driver, this.#topology, name, keysOf(this.#vector))
  }

  [Symbol.dispose](): void {
    this.driver.close()
  }
}

/** Kafka Streams' handlers, by the names of their classes. */
function handlersOf({ config = {} }: Vector): NonNullable<TopologyTestDriverOptions['handlers']> {
  const continues = (key: string) => (config[key]?.includes('LogAndContinue') ? 'continue' : 'fail')
  return {
    deserialization: continues('default.deserialization.exception.handler'),
    processing: continues('processing.exception.handler'),
  }
}

function play(driver: Driver, spec: TopologySpec, step: VectorStep): void {
  if ('advanceWallClockMs' in step) {
    driver.advanceWallClock(step.advanceWallClockMs)
    return
  }
  const { topic, key, value, valueHex, timestamp, headers = [] } = step.pipe
  const serdes = topicOf(spec, topic)
  const utf8 = new TextEncoder()
  const keyBytes = key === null ? null : serdes.key.serialize(key)
  const valueBytes = valueHex !== undefined ? Buffer.from(valueHex, 'hex') : value === null ? null : serdes.value.serialize(value)
  const entries = headers.map(({ key, value }) => ({ key, value: value === null ? null : utf8.encode(value) }))
  driver.input(serdes).pipeBytes(keyBytes, valueBytes, { timestamp, headers: Headers.of(entries) })
}

function topicOf(spec: TopologySpec, name: string): TopicSpec {
  const topic = Object.values(spec.topics).find((topic) => topic.name === name)
  if (topic === undefined) throw new Error(`The topology has no topic ${name}.`)
  return topic
}

function sent(driver: Driver, topic: TopicSpec): readonly VectorRecord[] {
  return driver
    .output(topic)
    .readAll()
    .map(({ key, value, timestamp, headers }) => ({
      topic: topic.name,
      key,
      value,
      timestamp,
      ...(headers.size > 0 && {
        headers: headers.toArray().map(({ key, value }) => ({ key, value: value && Buffer.from(value).toString() })),
      }),
    }))
}

/** Every key that the inputs have: versioned stores are asked for them, since they do not list theirs. */
function keysOf({ steps }: Vector): ReadonlySet<unknown> {
  const keys = steps.map((step) => ('pipe' in step ? step.pipe.key : null))
  return new Set(keys.filter((key) => key !== null))
}

function rowsOf(driver: Driver, topology: Topology, name: string, keys: ReadonlySet<unknown>): readonly VectorRow[] {
  const store = topology.stores.find(({ spec }) => spec.name === name)
  if (store === undefined) return []
  return driver
    .stores(name)
    .flatMap((opened) => rows(store, opened, keys))
    .sort((left, right) => compareKeys(left.key, right.key) || (left.start ?? 0) - (right.start ?? 0) || (left.end ?? 0) - (right.end ?? 0))
}

function rows({ spec }: TopologyStore, store: StateStore, keys: ReadonlySet<unknown>): readonly VectorRow[] {
  const timed = (stored: unknown) => {
    const { value, timestamp } = stored as { readonly value: unknown; readonly timestamp: number }
    return { value, timestamp }
  }
  const windowed = (read: Iterable<KeyValue<Windowed<unknown>, unknown>>) => Array.from(read)
  switch (spec.kind) {
    case 'keyValue':
      return Array.from((store as ReadOnlyKeyValueStore<unknown, unknown>).all(), ({ key, value }) => ({ key, value }))
    case 'timestampedKeyValue':
      return Array.from((store as ReadOnlyKeyValueStore<unknown, unknown>).all(), ({ key, value }) => ({ key, ...timed(value) }))
    case 'window':
    case 'timestampedWindow':
      return windowed((store as ReadOnlyWindowStore<unknown, unknown>).all()).map(({ key: { key, start }, value }) => ({
        key,
        start,
        ...(spec.kind === 'window' ? { value } : timed(value)),
      }))
    case 'session':
      return windowed((store as ReadOnlySessionStore<unknown, unknown>).fetchKeyRange(undefined, undefined)).map(
        ({ key: { key, start, end }, value }) => ({ key, start, end, value }),
      )
    case 'versioned':
      return Array.from(keys).flatMap((key) => {
        const row = (store as VersionedKeyValueStore<unknown, unknown>).get(key)
        return row === undefined ? [] : [{ key, value: row.value, timestamp: row.timestamp }]
      })
  }
}

/** By UTF-8 bytes, or as numbers. */
function compareKeys(left: unknown, right: unknown): number {
  return typeof left === 'number' && typeof right === 'number'
    ? left - right
    : Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)))
}

/** The same text for the same value, whatever the order of its fields. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  )
}
