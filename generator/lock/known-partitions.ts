import { partitionCounts, type SubTopology, type Topology } from 'millrace/topology'

/**
 * Partitions of topics that the manifest lets be known, by their names in the graph: those that it states, and those of internal topics, where all
 * topics are stated that decide about them.
 */
export function knownPartitions(graph: Topology, stated: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const internal = new Set(graph.repartitionTopics.map(({ name }) => name))
  const known = new Map(stated)
  for (const { name, partitions } of graph.repartitionTopics) if (partitions !== undefined) known.set(name, partitions)
  for (const part of connected(graph)) {
    const topics = new Set(part.flatMap(({ sourceTopics }) => sourceTopics))
    if ([...topics].some((topic) => !internal.has(topic) && !stated.has(topic))) continue
    const counts = countsOf(
      {
        ...graph,
        subTopologies: part,
        repartitionTopics: graph.repartitionTopics.filter(({ name }) => topics.has(name)),
        copartitionGroups: graph.copartitionGroups.filter((group) => group.topics.every((topic) => topics.has(topic))),
      },
      stated,
    )
    for (const topic of topics) if (counts.has(topic)) known.set(topic, counts.get(topic)!)
  }
  return known
}

/** None where the numbers do not agree, which the start of the app tells. */
function countsOf(graph: Topology, stated: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  try {
    return partitionCounts(graph, stated)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'PARTITION_MISMATCH') return new Map()
    throw error
  }
}

/** Sub-topologies that write what another reads belong together. */
function connected({ subTopologies, repartitionTopics }: Topology): readonly (readonly SubTopology[])[] {
  const internal = new Set(repartitionTopics.map(({ name }) => name))
  let parts: { readonly members: readonly SubTopology[]; readonly topics: ReadonlySet<string> }[] = []
  for (const subTopology of subTopologies) {
    const written = subTopology.nodes.flatMap((node) => (node.kind === 'sink' && typeof node.topic === 'string' ? [node.topic] : []))
    const own = [...subTopology.sourceTopics, ...written].filter((topic) => internal.has(topic))
    const joined = parts.filter(({ topics }) => own.some((topic) => topics.has(topic)))
    const rest = parts.filter((part) => !joined.includes(part))
    const members = [...joined.flatMap((part) => part.members), subTopology]
    parts = [...rest, { members, topics: new Set([...joined.flatMap((part) => [...part.topics]), ...own]) }]
  }
  return parts.map(({ members }) => members)
}
