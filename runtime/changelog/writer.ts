import type { ProducedRecord } from '../client/client.js'
import type { ChangeSink } from '../stores/change-sink.js'
import { changelogTopic } from './topic-names.js'

/** Writes what changes in the stores of a task to the task's partition of their changelogs. */
export function changelogWriter(application: string, partition: number, send: (record: ProducedRecord) => void): ChangeSink {
  const topics = new Map<string, string>()
  return (store, key, value, timestamp, headers = []) => {
    let topic = topics.get(store)
    if (topic === undefined) {
      topic = changelogTopic(application, store)
      topics.set(store, topic)
    }
    send({ topic, partition, key, value, timestamp, headers })
  }
}
