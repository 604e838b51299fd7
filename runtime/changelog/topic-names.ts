import type { TopicPartition } from '../core/record.js'

/** Names of internal topics, as Kafka Streams makes them. */

/** `<application>-<store>-changelog`. */
export function changelogTopic(application: string, store: string): string {
  return `${application}-${store}-changelog`
}

/** On Kafka, of a topic as the topology calls it: repartition topics carry the application's prefix. */
export function topicName(
  topology: { readonly repartitionTopics: readonly { readonly name: string }[] },
  application: string,
  topic: string,
): string {
  return topology.repartitionTopics.some(({ name }) => name === topic) ? `${application}-${topic}` : topic
}

/** `topic-partition`: the name of a partition in messages, and of a position in the state. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
