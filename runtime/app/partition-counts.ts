import { StreamError } from '../core/errors.js'
import type { CopartitionGroup, RepartitionTopic, SubTopology, Topology } from '../topology/topology.js'

/**
 * Partitions of every topic that the topology reads. Repartition topics without a number of their own get the largest number among
 * the sources of the sub-topologies that write them; then those that must be co-partitioned are made equal.
 * Kafka Streams: RepartitionTopics, CopartitionedTopicsEnforcer (the second step does not run on downstream either).
 *
 * `known` holds the user's topics. Throws PARTITION_MISMATCH with all groups that do not agree.
 */
export function partitionCounts(topology: Topology, known: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const counts = new Map(known)
  const fixed = new Set<string>()
  for (const { name, partitions } of topology.repartitionTopics) {
    if (partitions === undefined) continue
    counts.set(name, partitions)
    fixed.add(name)
  }
  countFromUpstream(topology, counts)
  const internal = new Map(topology.repartitionTopics.map((topic) => [topic.name, topic]))
  const problems = topology.copartitionGroups.map((group) => makeEqual(group, internal, fixed, counts)).filter((text) => text !== undefined)
  if (problems.length > 0) {
    throw new StreamError('PARTITION_MISMATCH', problems.join('\n'), {
      hint: 'Give the topics the same number of partitions, or put a repartition step before the join or merge.',
    })
  }
  return counts
}

/** Tasks of a sub-topology: as many as its widest source has partitions. */
export function taskCount(subTopology: SubTopology, counts: ReadonlyMap<string, number>): number {
  return Math.max(0, ...subTopology.sourceTopics.map((topic) => counts.get(topic) ?? 0))
}

function countFromUpstream(topology: Topology, counts: Map<string, number>): void {
  const writers = new Map<string, SubTopology[]>()
  for (const subTopology of topology.subTopologies) {
    for (const node of subTopology.nodes) {
      if (node.kind === 'sink' && typeof node.topic === 'string') writers.set(node.topic, [...(writers.get(node.topic) ?? []), subTopology])
    }
  }
  let open = topology.repartitionTopics.filter(({ name }) => !counts.has(name))
  // First those with all sources known; only a circle of repartition topics is counted from what is known of it.
  for (let wait = true; open.length > 0; ) {
    const left = open.filter(({ name }) => {
      const sources = (writers.get(name) ?? []).flatMap((writer) => writer.sourceTopics)
      const found = sources.map((topic) => counts.get(topic))
      const numbers = found.filter((count) => count !== undefined)
      if (numbers.length === 0 || (wait && numbers.length < found.length)) return true
      counts.set(name, Math.max(...numbers))
      return false
    })
    if (left.length === open.length && !wait) {
      const names = left.map(({ name }) => name).join(', ')
      throw new StreamError('PARTITION_MISMATCH', `Nothing tells the number of partitions of ${names}.`, {
        hint: 'Write partitions: at the repartition steps.',
      })
    }
    wait = left.length < open.length
    open = left
  }
}

/** Sets the topics that may be set; returns what is wrong if the others do not agree. */
function makeEqual(
  group: CopartitionGroup,
  internal: ReadonlyMap<string, RepartitionTopic>,
  fixed: ReadonlySet<string>,
  counts: Map<string, number>,
): string | undefined {
  const given = group.topics.filter((topic) => !internal.has(topic) || fixed.has(topic))
  const numbers = new Set(given.map((topic) => counts.get(topic)))
  if (numbers.size > 1) {
    const found = given.map((topic) => `${topic} has ${counts.get(topic)}`).join(', ')
    return `The inputs of step ${group.step} must have the same number of partitions, but ${found}.`
  }
  const [agreed = Math.max(...group.topics.map((topic) => counts.get(topic) ?? 0))] = numbers
  for (const topic of group.topics) if (agreed !== undefined) counts.set(topic, agreed)
  return undefined
}
