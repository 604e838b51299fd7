import type { TopicPartition } from '../../core/record.js'

/** Kafka's requests list partitions under their topics. */
export function byTopic<P extends TopicPartition>(partitions: Iterable<P>): Map<string, P[]> {
  const topics = new Map<string, P[]>()
  for (const each of partitions) {
    const list = topics.get(each.topic)
    if (list === undefined) topics.set(each.topic, [each])
    else list.push(each)
  }
  return topics
}
