import { isStreamError, StreamError } from '../core/errors.js'
import { type MaybePromise, run, type Steps, wait } from '../core/maybe-promise.js'
import { isRegistrySerde, type SchemaRegistry } from '../serde/registry.js'
import type { Serde } from '../serde/serde.js'
import type { GlobalNode, SinkNode, SourceNode, SubTopology, Topology, TopologyNode } from './topology.js'

/** Serdes of a topic, of its keys and values. */
export interface TopicSerdes {
  readonly key: Serde
  readonly value: Serde
}

/** Does a serde of the topic need a schema registry? */
export function needsRegistry({ key, value }: TopicSerdes): boolean {
  return isRegistrySerde(key) || isRegistrySerde(value)
}

/** Does any topic that the topology reads or writes need one? */
export function usesRegistry({ nodes, globals }: Topology): boolean {
  return nodes.some((node) => node.kind !== 'processor' && needsRegistry(node)) || globals.some(({ source }) => needsRegistry(source))
}

/**
 * The topology with its topics' serdes tied to `registry`: sources read what anyone wrote, sinks write with the ids of their subjects. At once if
 * the registry answers at once. Throws what the registry refuses, of all sinks.
 */
export function connectRegistry(topology: Topology, registry: SchemaRegistry): MaybePromise<Topology> {
  return run(connected(topology, registry))
}

/** A topic's serdes, to write it; at once if the registry answers at once. */
export function topicWriter(topic: string, serdes: TopicSerdes, registry: SchemaRegistry): MaybePromise<TopicSerdes> {
  return run(writing(topic, serdes, registry))
}

function* connected(topology: Topology, registry: SchemaRegistry): Steps<Topology> {
  const connect = (node: TopologyNode): MaybePromise<TopologyNode> =>
    node.kind === 'sink' ? run(connectedSink(node, registry)) : node.kind === 'source' ? reading(node, registry) : node
  const nodes = yield* all(topology.nodes.map((node) => () => connect(node)))
  const of = new Map(topology.nodes.map((node, index) => [node, nodes[index]!]))
  return {
    ...topology,
    nodes,
    globals: topology.globals.map((global): GlobalNode => ({ ...global, source: reading(global.source, registry) })),
    subTopologies: topology.subTopologies.map((sub): SubTopology => ({ ...sub, nodes: sub.nodes.map((node) => of.get(node)!) })),
  }
}

function* connectedSink(node: SinkNode, registry: SchemaRegistry): Steps<SinkNode> {
  if (!needsRegistry(node)) return node
  if (typeof node.topic === 'string') return { ...node, ...(yield* writing(node.topic, node, registry)) }
  const { routes = [] } = node
  const serdes = yield* all(routes.map((topic) => () => topicWriter(topic, node, registry)))
  return { ...node, routeSerdes: new Map(routes.map((topic, index) => [topic, serdes[index]!])) }
}

function reading(node: SourceNode, registry: SchemaRegistry): SourceNode {
  if (!needsRegistry(node)) return node
  const reader = (serde: Serde) => (isRegistrySerde(serde) ? serde.reader(registry) : serde)
  return { ...node, key: reader(node.key), value: reader(node.value) }
}

function* writing(topic: string, { key, value }: TopicSerdes, registry: SchemaRegistry): Steps<TopicSerdes> {
  const writer = (serde: Serde, side: 'key' | 'value') => (): MaybePromise<Serde> =>
    isRegistrySerde(serde) ? serde.writer(registry, { topic, side }) : serde
  const [keys, values] = yield* all([writer(key, 'key'), writer(value, 'value')])
  return { key: keys!, value: values! }
}

/** One after the other; throws what failed, of all of them. */
function* all<T>(actions: readonly (() => MaybePromise<T>)[]): Steps<readonly T[]> {
  const results: T[] = []
  const failures: unknown[] = []
  for (const action of actions) {
    try {
      results.push(yield* wait(action()))
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw together(failures)
  return results
}

/** All that is to be done, as one error: of the first one's code. */
function together(failures: readonly unknown[]): unknown {
  const [first] = failures
  if (failures.length === 1 || !failures.every(isStreamError) || !isStreamError(first)) return first
  const [head, ...rest] = [...new Set(failures.map(({ message }) => message))]
  const { code } = first
  return new StreamError(code, [head!.replace(`${code}: `, ''), ...rest].join('\n'), { cause: first })
}
