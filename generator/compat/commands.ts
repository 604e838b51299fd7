import type { LockedTopology } from '../lock/lock.js'

/** Commands for those who deploy. `BROKER` stands for the bootstrap servers, which no lock knows. */

export function deleteTopics(topics: readonly string[]): readonly string[] {
  return topics.map((topic) => `kafka-topics.sh --bootstrap-server BROKER --delete --topic ${topic}`)
}

export function setTopicConfig(topic: string, key: string, value: number): string {
  return `kafka-configs.sh --bootstrap-server BROKER --alter --topic ${topic} --add-config ${key}=${value}`
}

export function alterPartitions(topic: string, partitions: number): string {
  return `kafka-topics.sh --bootstrap-server BROKER --alter --topic ${topic} --partitions ${partitions}`
}

export function deleteGroup(application: string): string {
  return `kafka-consumer-groups.sh --bootstrap-server BROKER --delete --group ${application}`
}

/**
 * A reset of a whole application, as it ran: inputs are read from the start, internal topics are deleted, and so is the state of each instance. Only
 * with all instances stopped.
 */
export function resetApplication(application: string, topology: LockedTopology): readonly string[] {
  const own = new Set(Object.keys(topology.internalTopics))
  const inputs = [...new Set(topology.subTopologies.flatMap(({ sources }) => sources))].filter((topic) => !own.has(topic)).sort()
  const topics = inputs.length > 0 ? ` --input-topics ${inputs.join(',')}` : ''
  return [
    `npx millrace reset --bootstrap-server BROKER --application-id ${application}${topics}`,
    `rm -r .millrace/${application}    # the stateDir, on each instance`,
  ]
}
