import type { SubTopology, Topology } from '../topology/topology.js'

/** The name of a topic of the graph on Kafka: repartition topics carry the application's prefix. */
export function topicName(topology: Topology, topic: string): string {
  return topology.repartitionTopics.some(({ name }) => name === topic) ? `${topology.application}-${topic}` : topic
}

/** The topics that tasks of a sub-topology read, by their names on Kafka. */
export function sourceTopics(topology: Topology, subTopology: SubTopology): readonly string[] {
  return subTopology.sourceTopics.map((topic) => topicName(topology, topic))
}
