import { needsSchemas, schemasTopic } from './schemas.js'
import type { Topology, TopologyNode, TopologyStore } from './topology.js'

/** A topology as data for people and tools: names, and what is connected. Internal topics have their names on Kafka. */
export interface TopologyDescription {
  readonly application: string
  readonly subTopologies: readonly SubTopologyDescription[]
  readonly globals: readonly GlobalDescription[]
  /** Topics that the application makes for itself. */
  readonly internalTopics: readonly InternalTopicDescription[]
}

export interface SubTopologyDescription {
  readonly id: number
  readonly nodes: readonly NodeDescription[]
  readonly stores: readonly StoreDescription[]
}

export interface NodeDescription {
  readonly kind: 'source' | 'processor' | 'sink'
  readonly name: string
  /** Read by a source; written by a sink: empty if any topic may be. */
  readonly topics: readonly string[]
  readonly stores: readonly string[]
  readonly children: readonly string[]
}

export interface StoreDescription {
  readonly name: string
  readonly kind: string
  readonly persistence: 'lmdb' | 'memory'
  readonly queryable: boolean
  /** A topic on Kafka; absent: what is lost with the folder stays lost. */
  readonly changelog?: string
}

export interface GlobalDescription {
  readonly topic: string
  readonly store: StoreDescription
}

export interface InternalTopicDescription {
  readonly name: string
  readonly kind: 'repartition' | 'changelog' | 'schemas'
  /** Of repartition topics, if the manifest says; else as many as what is read together with it. */
  readonly partitions?: number
}

/** What `gen --describe` shows (Kafka Streams: `Topology.describe`). */
export function describeTopology(topology: Topology): TopologyDescription {
  const { application, repartitionTopics, globals, subTopologies, stores } = topology
  const internal = new Set(repartitionTopics.map(({ name }) => name))
  const onKafka = (topic: string): string => (internal.has(topic) ? `${application}-${topic}` : topic)
  const globalStores = new Map(stores.filter(({ global }) => global).map((store) => [store.spec.name, store]))
  return {
    application,
    subTopologies: subTopologies.map(({ id, nodes, stores }) => ({
      id,
      nodes: nodes.map((node) => describeNode(node, nodes, onKafka)),
      stores: stores.map((store) => describeStore(store, application)),
    })),
    globals: globals.flatMap(({ source, store }) => {
      const filled = globalStores.get(store)
      return filled === undefined ? [] : [{ topic: source.topics[0]!, store: describeStore(filled, application) }]
    }),
    internalTopics: [
      ...repartitionTopics.map(({ name, partitions }) => ({
        name: onKafka(name),
        kind: 'repartition' as const,
        ...(partitions !== undefined && { partitions }),
      })),
      ...stores.flatMap(({ spec, global }) => {
        const isOwn = !global && spec.logging !== false && spec.changelogTopic === undefined
        return isOwn ? [{ name: `${application}-${spec.name}-changelog`, kind: 'changelog' as const }] : []
      }),
      ...(needsSchemas(topology) ? [{ name: schemasTopic(application), kind: 'schemas' as const }] : []),
    ],
  }
}

function describeNode(node: TopologyNode, nodes: readonly TopologyNode[], onKafka: (topic: string) => string): NodeDescription {
  const { kind, name } = node
  const topics =
    kind === 'source' ? node.topics : kind === 'sink' ? (typeof node.topic === 'string' ? [node.topic] : (node.routes ?? [])) : []
  const children = nodes.filter((other) => other.kind !== 'source' && other.parents.includes(name)).map((other) => other.name)
  return { kind, name, topics: topics.map(onKafka), stores: kind === 'processor' ? node.stores : [], children }
}

function describeStore({ spec, global, queryable }: TopologyStore, application: string): StoreDescription {
  const { name, kind, persistence = 'lmdb', logging, changelogTopic } = spec
  const changelog = global || logging === false ? undefined : (changelogTopic ?? `${application}-${name}-changelog`)
  return { name, kind, persistence, queryable, ...(changelog !== undefined && { changelog }) }
}
