import type { TopicPartition } from '../core/record.js'

/** Names of internal topics, as Kafka Streams makes them. */

/** `<application>-<store>-changelog`. */
export function changelogTopic(application: string, store: string): string {
  return `${application}-${store}-changelog`
}

/** On Kafka, of a repartition topic that the topology calls `<step>-repartition`: `<application>-<step>-repartition`. */
export function repartitionTopic(application: string, name: string): string {
  return `${application}-${name}`
}

/** `topic-partition`: the name of a partition in messages, and of a position in the state. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
