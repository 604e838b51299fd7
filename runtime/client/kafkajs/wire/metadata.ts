import { Reader } from './reader.js'
import type { Request } from './request.js'
import { Writer } from './writer.js'

export interface ClusterMetadata {
  readonly brokers: readonly { readonly id: number; readonly address: string }[]
  readonly controller: number
  readonly topics: readonly TopicMetadata[]
}

export interface TopicMetadata {
  readonly name: string
  /** 0, or why there is nothing to know. */
  readonly error: number
  /** By partition: the leader's id, −1 where there is none at the moment. */
  readonly leaders: readonly number[]
}

/** Metadata of some topics, or with null of all, creating none; kafkajs's own fails as a whole if one of them has a fault. */
export function metadataRequest(topics: readonly string[] | null): Request<ClusterMetadata> {
  return {
    apiKey: 3,
    apiName: 'Metadata',
    apiVersion: 4,
    encode() {
      const writer = new Writer()
      if (topics === null) writer.int32(-1)
      else writer.array(topics, (topic) => writer.string(topic))
      return writer.int8(0)
    },
    decode(bytes) {
      const reader = new Reader(bytes, 4)
      const brokers = reader.array(() => {
        const id = reader.int32()
        const address = `${reader.string()}:${reader.int32()}`
        reader.string() // rack
        return { id, address }
      })
      reader.string() // cluster id
      const controller = reader.int32()
      const topics = reader.array(() => {
        const error = reader.int16()
        const name = reader.string() ?? ''
        reader.int8() // internal
        const partitions = reader.array(() => readPartition(reader))
        const leaders = partitions.sort((a, b) => a.partition - b.partition).map(({ leader }) => leader)
        return { name, error, leaders }
      })
      return { brokers, controller, topics }
    },
  }
}

function readPartition(reader: Reader): { partition: number; leader: number } {
  reader.int16() // an error of its own goes with a leader of −1
  const partition = reader.int32()
  const leader = reader.int32()
  reader.array(() => reader.int32()) // replicas
  reader.array(() => reader.int32()) // in-sync replicas
  return { partition, leader }
}
