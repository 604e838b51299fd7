import { StreamError } from '../core/errors.js'
import type { Serde } from '../serde/serde.js'
import { partitionOf } from '../tasks/partitioner.js'
import type { SubTopology, Topology } from '../topology/topology.js'
import type { AssignmentData } from './member-data.js'
import { taskCount } from './partition-counts.js'
import type { KeyQueryMetadata, StoreHost } from './queryable-store.js'

export interface PlacementOptions {
  readonly topology: Topology
  /** Partitions of each topic, as the topology calls it. */
  readonly counts: ReadonlyMap<string, number>
  /** Of this instance, if it says where it answers. */
  readonly host: string | undefined
}

/** Where the stores are: who runs which task, and who keeps its state, as the group's leader told at the last assignment. */
export class Placement {
  readonly #options: PlacementOptions
  #assignment: AssignmentData | undefined

  constructor(options: PlacementOptions) {
    this.#options = options
  }

  update(assignment: AssignmentData): void {
    this.#assignment = assignment
  }

  /** Throws STORE_UNAVAILABLE before the first assignment. */
  ofKey(store: string, key: unknown): KeyQueryMetadata {
    const { tasks, hosts, standbyHosts = {} } = this.#assigned(store)
    const { topology, counts, host } = this.#options
    const subTopology = this.#subTopologyOf(store)
    // Each instance has all of a global store.
    if (subTopology === undefined) return { partition: 0, activeHost: host, standbyHosts: [], isLocal: true }
    const partition = partitionOf(keySerdeOf(topology, subTopology, store).serialize(key), taskCount(subTopology, counts))
    const task = `${subTopology.id}_${partition}`
    const having = (placed: AssignmentData['hosts']) => Object.keys(placed).filter((each) => placed[each]!.includes(task))
    return { partition, activeHost: having(hosts)[0], standbyHosts: having(standbyHosts), isLocal: tasks.includes(task) }
  }

  /** Of the instances that say where they answer. Throws STORE_UNAVAILABLE before the first assignment. */
  hosts(store: string): readonly StoreHost[] {
    const { hosts, standbyHosts = {} } = this.#assigned(store)
    const subTopology = this.#subTopologyOf(store)
    const partitions = (tasks: readonly string[] = []) =>
      tasks.filter((task) => task.startsWith(`${subTopology?.id}_`)).map((task) => Number(task.slice(task.indexOf('_') + 1)))
    return [...new Set([...Object.keys(hosts), ...Object.keys(standbyHosts)])].sort().map((host) => {
      return { host, partitions: partitions(hosts[host]), standbyPartitions: partitions(standbyHosts[host]) }
    })
  }

  #assigned(store: string): AssignmentData {
    if (this.#assignment !== undefined) return this.#assignment
    throw new StreamError('STORE_UNAVAILABLE', `It is not known yet where the store ${store} is.`, {
      store,
      hint: 'Ask again when the app is RUNNING.',
    })
  }

  /** Undefined if the store is a global one. */
  #subTopologyOf(store: string): SubTopology | undefined {
    return this.#options.topology.subTopologies.find(({ stores }) => stores.some(({ spec, global }) => !global && spec.name === store))
  }
}

/** What the partition of a key comes of: its bytes as the topics have them that the tasks of the store read. In internal topics they are those of the store. */
function keySerdeOf(topology: Topology, { nodes }: SubTopology, store: string): Serde {
  const own = topology.stores.find(({ spec }) => spec.name === store)!.spec.key
  const internal = new Set(topology.repartitionTopics.map(({ name }) => name))
  const source = nodes.find(
    (node) => node.kind === 'source' && !node.topics.every((topic) => internal.has(topic)) && sameType(node.key, own),
  )
  return source?.kind === 'source' ? source.key : own
}

/** Apart from their encoding, which comes first in the name. */
function sameType(a: Serde, b: Serde): boolean {
  return typeOf(a) === typeOf(b)
}

function typeOf({ name }: Serde): string {
  return name.slice(name.indexOf(' ') + 1)
}
