import { internalTopics } from '../app/internal-topics.js'
import { partitionCounts } from '../app/partition-counts.js'
import { topicName } from '../changelog/topic-names.js'
import type { TopicPartition } from '../core/record.js'
import type { StoreSpec } from '../stores/store-spec.js'
import type { TaskId } from '../tasks/task-id.js'
import type { SubTopology, Topology, TopologyStore } from '../topology/topology.js'

/** A task to be made. */
export interface TaskPlan {
  readonly id: TaskId
  readonly subTopology: SubTopology
  readonly partitions: readonly TopicPartition[]
}

/** A topic to be made. */
export interface TopicPlan {
  readonly name: string
  readonly partitions: number
  readonly config?: Readonly<Record<string, string>>
}

/** What of a topology runs where: its tasks and its topics. */
export interface Layout {
  readonly topology: Topology
  readonly tasks: readonly TaskPlan[]
  readonly topics: readonly TopicPlan[]
  readonly globals: readonly TopicPartition[]
}

/** The tasks of production, or with one partition the whole topology as one. */
export function layoutOf(topology: Topology, partitions: number): Layout {
  const { application } = topology
  const nameOf = (topic: string) => topicName(topology, application, topic)
  const whole = partitions === 1 ? { ...topology, subTopologies: asOne(topology) } : topology
  const globalTopics = topology.globals.flatMap(({ source }) => source.topics)
  const internal = new Set(topology.repartitionTopics.map(({ name }) => name))
  const sources = topology.subTopologies.flatMap(({ sourceTopics }) => sourceTopics)
  const sinks = topology.nodes.flatMap((node) => (node.kind === 'sink' && typeof node.topic === 'string' ? [node.topic] : []))
  const users = [...new Set([...sources, ...sinks, ...globalTopics])].filter((topic) => !internal.has(topic))
  const counts =
    partitions === 1
      ? new Map([...users, ...internal].map((topic) => [topic, 1]))
      : partitionCounts(topology, new Map(users.map((topic) => [topic, partitions])))
  const own = internalTopics(whole, counts)
  return {
    topology: whole,
    tasks: whole.subTopologies.flatMap((subTopology) => tasksOf(subTopology, counts, nameOf)),
    topics: [...users.map((name) => ({ name, partitions: counts.get(name)! })), ...own],
    globals: globalTopics.flatMap((topic) => range(counts.get(topic)!).map((partition) => ({ topic, partition }))),
  }
}

/** The topology with each store as `change` says. */
export function withStores(topology: Topology, change: (spec: StoreSpec) => StoreSpec): Topology {
  const changed = new Map(topology.stores.map((store) => [store, { ...store, spec: change(store.spec) }]))
  const of = (store: TopologyStore) => changed.get(store) ?? { ...store, spec: change(store.spec) }
  return {
    ...topology,
    stores: topology.stores.map(of),
    subTopologies: topology.subTopologies.map((sub) => ({ ...sub, stores: sub.stores.map(of) })),
  }
}

function asOne({ nodes, stores, subTopologies }: Topology): readonly SubTopology[] {
  if (subTopologies.length === 0) return []
  const sourceTopics = [...new Set(subTopologies.flatMap((sub) => sub.sourceTopics))]
  return [{ id: 0, nodes, sourceTopics, stores: stores.filter(({ global }) => !global) }]
}

function tasksOf(subTopology: SubTopology, counts: ReadonlyMap<string, number>, nameOf: (topic: string) => string): TaskPlan[] {
  const widest = Math.max(...subTopology.sourceTopics.map((topic) => counts.get(topic)!))
  return range(widest).map((partition) => ({
    id: { subTopology: subTopology.id, partition },
    subTopology,
    partitions: subTopology.sourceTopics
      .filter((topic) => partition < counts.get(topic)!)
      .map((topic) => ({ topic: nameOf(topic), partition })),
  }))
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
