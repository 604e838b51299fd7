import type { RecordMetadata } from '../core/record.js'
import type { Serde } from '../serde/serde.js'
import type { StoreSpec } from '../stores/store-spec.js'
import type { AnyRecord, Processor, ProcessorContext } from './processor.js'

/** Makes user code of a source or a sink, once per task; `run` is called for each record. */
export type MakeTaskCode<F> = (context: ProcessorContext) => { readonly run: F; readonly close?: () => void }

/** Reads records of topics and hands them to its children. Node names are step names, or `step/part` for the parts of one. */
export interface SourceNode {
  readonly kind: 'source'
  readonly name: string
  /** Their names on Kafka, or without the application's prefix if it is a repartition topic. */
  readonly topics: readonly string[]
  readonly key: Serde
  readonly value: Serde
  /** May the key, the value be Kafka's null? If not, a null is a deserialization error of this record. */
  readonly nullableKey: boolean
  readonly nullableValue: boolean
  readonly timestampExtractor?: MakeTaskCode<TimestampExtractor>
  readonly offsetReset?: 'earliest' | 'latest' | 'none'
  readonly onDeserializationError?: 'fail' | 'continue' | 'deadLetter'
}

/**
 * Timestamp of a record in milliseconds; negative drops the record. `partitionTimeMs` is the highest of the partition so far, -1 at first.
 * `record.timestamp` is the one of the Kafka record.
 */
export type TimestampExtractor = (record: AnyRecord, partitionTimeMs: number, metadata: RecordMetadata) => number

export interface ProcessorNode {
  readonly kind: 'processor'
  readonly name: string
  readonly parents: readonly string[]
  /** Names of stores and global stores it may open. */
  readonly stores: readonly string[]
  readonly create: () => Processor
}

/** Writes to a topic of the user's or to a repartition topic. */
export interface SinkNode {
  readonly kind: 'sink'
  readonly name: string
  readonly parents: readonly string[]
  /** Its name on Kafka, or without the application's prefix if it is a repartition topic; or decided by the record. */
  readonly topic: string | MakeTaskCode<TopicRouter>
  /** What a router may choose from, if the manifest says; else any topic. */
  readonly routes?: readonly string[]
  readonly key: Serde
  readonly value: Serde
  /** By topic, where it makes a difference to the serdes which of `routes` is written to. */
  readonly routeSerdes?: ReadonlyMap<string, { readonly key: Serde; readonly value: Serde }>
  /** Default: murmur2 of the key's bytes, as Java's producer; null keys round robin (sticky per batch is allowed). */
  readonly partitioner?: MakeTaskCode<Partitioner>
}

/** The topic of a record, by its name on Kafka. */
export type TopicRouter = (record: AnyRecord) => string

/** From 0 to `partitions` - 1; undefined: as without a partitioner. */
export type Partitioner = (record: AnyRecord, partitions: number) => number | undefined

/** The step that a node belongs to: `joined` of `joined/left`. */
export function stepOf(node: string): string {
  const slash = node.indexOf('/')
  return slash < 0 ? node : node.slice(0, slash)
}

export type TopologyNode = SourceNode | ProcessorNode | SinkNode

/** A topic the application makes for itself between two sub-topologies. */
export interface RepartitionTopic {
  /** Without the application's prefix: `<step>-repartition`. */
  readonly name: string
  readonly step: string
  /** Fixed by the manifest, or undefined: as many as the largest co-partitioned source or, without one, the upstream sources. */
  readonly partitions: number | undefined
}

export interface TopologyStore {
  readonly spec: StoreSpec
  /** Global stores are filled from all partitions of their topic in each instance. */
  readonly global: boolean
  /** May the service read it by name (`app.stores`)? */
  readonly queryable: boolean
}

/** Topics whose partitions must agree, and the step that needs it. */
export interface CopartitionGroup {
  readonly step: string
  readonly topics: readonly string[]
}

/** A global table or store: its topic, and the processor that fills the store. */
export interface GlobalNode {
  readonly source: SourceNode
  readonly processor: ProcessorNode
  readonly store: string
}

/** The frozen physical graph: what tasks run. */
export interface Topology {
  readonly application: string
  readonly nodes: readonly TopologyNode[]
  readonly stores: readonly TopologyStore[]
  readonly repartitionTopics: readonly RepartitionTopic[]
  readonly copartitionGroups: readonly CopartitionGroup[]
  readonly globals: readonly GlobalNode[]
  readonly subTopologies: readonly SubTopology[]
}

/** A connected part of the graph: nodes that hand records to each other or share a store. */
export interface SubTopology {
  /** In order of their first source's declaration: a task is `<id>_<partition>`. */
  readonly id: number
  /** In topological order. */
  readonly nodes: readonly TopologyNode[]
  /** Without the application's prefix where `internal`. */
  readonly sourceTopics: readonly string[]
  readonly stores: readonly TopologyStore[]
}
