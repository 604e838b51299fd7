import { topicName } from '../changelog/topic-names.js'
import type { SubTopology, Topology } from '../topology/topology.js'

/** The topics that tasks of a sub-topology read, by their names on Kafka. */
export function sourceTopics(topology: Topology, subTopology: SubTopology): readonly string[] {
  return subTopology.sourceTopics.map((topic) => topicName(topology, topology.application, topic))
}
