import { isRegistrySerde, storedSerde } from '../serde/registry.js'
import type { Serde } from '../serde/serde.js'
import type { StoreSpec } from '../stores/store-spec.js'
import type { GlobalTableHandle, GroupedHandle, Handle, StreamHandle, TableHandle } from './handles.js'
import { StepFailure } from './problem.js'
import type { Processor } from './processor.js'
import type { ManifestStore, TopicSpec } from './topic-spec.js'
import {
  type CopartitionGroup,
  type GlobalNode,
  type MakeTaskCode,
  type Partitioner,
  type ProcessorNode,
  type RepartitionTopic,
  type SinkNode,
  type SourceNode,
  stepOf,
  type TopologyStore,
} from './topology.js'

/** A processor whose stores may still grow while later steps are built. */
export interface ProcessorDraft {
  readonly kind: 'processor'
  readonly name: string
  readonly parents: readonly string[]
  readonly stores: Set<string>
  readonly create: () => Processor
}

export type NodeDraft = SourceNode | ProcessorDraft | SinkNode

/** Whether records with a null key are dropped before a repartition topic. Known when the topology is complete. */
export interface NullKeyPolicy {
  drop: boolean
}

/** A repartition topic in the making: a sink, the topic, and a source. */
export interface Repartitioning {
  /** The step it belongs to. */
  readonly step: string
  /** Its name without the application's prefix. */
  readonly topic: string
  /** The nodes are `<step>/<part>-sink` and `<step>/<part>-source`. */
  readonly part: string
  readonly from: readonly string[]
  readonly key: Serde
  readonly value: Serde
  readonly partitions?: number | undefined
  readonly partitioner?: MakeTaskCode<Partitioner> | undefined
  /** Of user streams: are null keys dropped on the way? Set once all joins are known. */
  readonly nullKeys?: NullKeyPolicy
}

export interface BuilderInput {
  readonly topics: Readonly<Record<string, TopicSpec>>
  readonly stores: Readonly<Record<string, ManifestStore>>
}

/** What the operators add their nodes, stores and topics to. Nothing here calls serdes or user code. */
export class TopologyBuilder {
  readonly nodes: NodeDraft[] = []
  readonly stores = new Map<string, TopologyStore>()
  readonly globals: GlobalNode[] = []
  readonly repartitionTopics: RepartitionTopic[] = []
  readonly copartitionGroups: CopartitionGroup[] = []
  /** Sources of repartition topics, whose null keys depend on what follows (KIP-962). */
  readonly nullKeys: { readonly policy: NullKeyPolicy; readonly source: string }[] = []
  /** Nodes of left and outer joins, which take null keys. */
  readonly nullKeyJoins = new Set<string>()
  readonly #input: BuilderInput
  readonly #handles = new Map<string, Handle>()
  readonly #exclusive = new Set<string>()
  readonly #storeOwners = new Map<string, string>()

  constructor(input: BuilderInput) {
    this.#input = input
  }

  /** What later steps get when they name `step`, which may be a branch or a named child. State and internal topics take no schema registry. */
  define(step: string, handle: Handle): void {
    this.#handles.set(step, withoutRegistry(handle))
  }

  handle(step: string): Handle {
    const handle = this.#handles.get(step)
    if (handle === undefined) throw new StepFailure(`${step} gives nothing to read.`, 'Take a step that gives a stream or a table.')
    return handle
  }

  /** Is there a step of that name, built already? */
  isStep(step: string): boolean {
    return this.#handles.has(step)
  }

  stream(step: string): StreamHandle {
    const handle = this.handle(step)
    if (handle.kind === 'stream') return handle
    throw new StepFailure(
      `${step} is ${named(handle)}, but a stream is needed.`,
      handle.kind === 'table' ? 'Put a toStream step in between.' : '',
    )
  }

  table(step: string): TableHandle {
    const handle = this.handle(step)
    if (handle.kind === 'table') return handle
    throw new StepFailure(
      `${step} is ${named(handle)}, but a table is needed.`,
      handle.kind === 'stream' ? 'Put a toTable step in between.' : '',
    )
  }

  streamOrTable(step: string): StreamHandle | TableHandle {
    const handle = this.handle(step)
    return handle.kind === 'table' ? handle : this.stream(step)
  }

  globalTable(step: string): GlobalTableHandle {
    const handle = this.handle(step)
    if (handle.kind === 'globalTable') return handle
    throw new StepFailure(`${step} is ${named(handle)}, but a global table is needed.`)
  }

  grouped(step: string): GroupedHandle {
    const handle = this.handle(step)
    if (handle.kind === 'grouped') return handle
    throw new StepFailure(`${step} is ${named(handle)}, but a grouped one is needed.`, 'Put a groupBy or groupByKey step in between.')
  }

  topic(name: string): TopicSpec {
    const topic = this.#input.topics[name]
    if (topic === undefined) throw new StepFailure(`the topic ${name} is not declared.`, 'Add it to topics.')
    return topic
  }

  hasTopic(name: string): boolean {
    return Object.hasOwn(this.#input.topics, name)
  }

  manifestStore(name: string): ManifestStore | undefined {
    return Object.hasOwn(this.#input.stores, name) ? this.#input.stores[name] : undefined
  }

  /**
   * Adds a source; a second one of the same topics is the first one (Kafka Streams merges them), unless it is `exclusive` as those of tables
   * are. Returns its node.
   */
  source(node: SourceNode, exclusive = false): string {
    const overlapping = this.nodes.find(
      (other): other is SourceNode => other.kind === 'source' && other.topics.some((topic) => node.topics.includes(topic)),
    )
    if (overlapping === undefined) {
      this.nodes.push(node)
      if (exclusive) this.#exclusive.add(node.name)
      return node.name
    }
    const same =
      !exclusive &&
      !this.#exclusive.has(overlapping.name) &&
      overlapping.topics.length === node.topics.length &&
      overlapping.topics.every((topic) => node.topics.includes(topic)) &&
      overlapping.timestampExtractor === node.timestampExtractor &&
      overlapping.offsetReset === node.offsetReset &&
      overlapping.onDeserializationError === node.onDeserializationError
    if (same) return overlapping.name
    const topics = overlapping.topics.filter((topic) => node.topics.includes(topic)).join(', ')
    throw new StepFailure(
      `${topics} is read by the step ${stepOf(overlapping.name)} too, as a table or with other topics or options.`,
      'Read it once, and take that step as input.',
    )
  }

  processor(name: string, parents: readonly string[], create: () => Processor, stores: Iterable<string> = []): ProcessorDraft {
    const node: ProcessorDraft = { kind: 'processor', name, parents, stores: new Set(stores), create }
    this.nodes.push(node)
    return node
  }

  sink(node: SinkNode): void {
    this.nodes.push(node)
  }

  global(source: SourceNode, processor: ProcessorNode, store: string): void {
    const topic = source.topics[0]!
    const other = this.globals.find((global) => global.source.topics.includes(topic))
    if (other !== undefined) {
      throw new StepFailure(`${topic} fills the global store ${other.store} already.`, `Use the step ${other.source.name}.`)
    }
    this.globals.push({ source, processor, store })
  }

  /** Adds the store that `step` fills. */
  addStore(step: string, spec: StoreSpec, global = false): void {
    const owner = this.#storeOwners.get(spec.name)
    if (owner !== undefined) {
      throw new StepFailure(`the store ${spec.name} is filled by the step ${owner} already.`, 'Give each step a store of its own.')
    }
    this.#storeOwners.set(spec.name, step)
    this.stores.set(spec.name, { spec: withoutRegistry(spec), global, queryable: this.manifestStore(spec.name)?.queryable ?? false })
  }

  /** Adds a store that the step has for itself, under a name of its own making. */
  addInternalStore(step: string, spec: StoreSpec): void {
    if (this.manifestStore(spec.name) !== undefined) {
      throw new StepFailure(`it keeps a store named ${spec.name}, as one of the manifest's is.`, 'Rename that one.')
    }
    this.addStore(step, spec)
  }

  /** The store of that name for a processor of the user's: one that a step fills, or one of the manifest's that is its own. */
  useStore(name: string): void {
    if (this.stores.has(name)) return
    const spec = this.manifestStore(name)
    if (spec === undefined) throw new StepFailure(`the store ${name} is not declared.`, 'Add it to stores.')
    this.stores.set(name, { spec, global: false, queryable: spec.queryable })
  }

  /** Writes to a topic of the application's own, and reads it back. */
  repartition({ step, topic, part, from, key, value, partitions, partitioner, nullKeys }: Repartitioning): StreamHandle {
    const source = `${step}/${part}-source`
    this.repartitionTopics.push({ name: topic, step, partitions })
    this.sink({ kind: 'sink', name: `${step}/${part}-sink`, parents: from, topic, key, value, ...(partitioner && { partitioner }) })
    this.nodes.push({ kind: 'source', name: source, topics: [topic], key, value, nullableKey: true, nullableValue: true })
    if (nullKeys !== undefined) this.nullKeys.push({ policy: nullKeys, source })
    return { kind: 'stream', nodes: [source], key, value, keyChanged: false, topics: [topic] }
  }

  /** The topics must have as many partitions as one another. */
  copartition(step: string, topics: Iterable<string>): void {
    const distinct = [...new Set(topics)]
    if (distinct.length > 1) this.copartitionGroups.push({ step, topics: distinct })
  }
}

function withoutRegistry<T extends { readonly key: Serde; readonly value: Serde }>(typed: T): T {
  if (!isRegistrySerde(typed.key) && !isRegistrySerde(typed.value)) return typed
  return { ...typed, key: storedSerde(typed.key), value: storedSerde(typed.value) }
}

function named(handle: Handle): string {
  switch (handle.kind) {
    case 'stream':
      return 'a stream'
    case 'table':
      return 'a table'
    case 'globalTable':
      return 'a global table'
    case 'grouped':
      return `a grouped ${handle.of}`
  }
}
