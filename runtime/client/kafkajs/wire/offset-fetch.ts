import type { TopicPartition } from '../../../core/record.js'
import type { CommittedOffset } from '../../client.js'
import { Reader } from './reader.js'
import type { Request } from './request.js'
import { Writer } from './writer.js'

export interface FetchedOffsets {
  /** 0, or why there are none. */
  readonly error: number
  /** Offset −1 where nothing is committed. */
  readonly offsets: readonly (CommittedOffset & { readonly error: number })[]
}

/**
 * Stable offsets of a group: while a transaction that commits some is coming to its end, the answer is UNSTABLE_OFFSET_COMMIT (KIP-447), where
 * kafkajs's own request would be answered with those before it. Kafka 2.5 and later.
 */
export function offsetFetchRequest(groupId: string, topics: ReadonlyMap<string, readonly TopicPartition[]>): Request<FetchedOffsets> {
  return {
    apiKey: 9,
    apiName: 'OffsetFetch',
    apiVersion: 7,
    encode() {
      const writer = new Writer()
      writer.tags().compactString(groupId)
      writer.compactArray([...topics], ([topic, partitions]) => {
        writer.compactString(topic)
        writer.compactArray(partitions, ({ partition }) => writer.int32(partition)).tags()
      })
      return writer.int8(1).tags()
    },
    decode(bytes) {
      const reader = new Reader(bytes)
      reader.tags()
      reader.int32() // throttled for
      const topics = reader.compactArray(() => {
        const topic = reader.compactString() ?? ''
        const partitions = reader.compactArray(() => readPartition(reader, topic))
        reader.tags()
        return partitions
      })
      return { offsets: topics.flat(), error: reader.int16() }
    },
  }
}

function readPartition(reader: Reader, topic: string): FetchedOffsets['offsets'][number] {
  const partition = reader.int32()
  const offset = reader.int64()
  reader.int32() // leader epoch
  const metadata = reader.compactString() ?? ''
  const error = reader.int16()
  reader.tags()
  return { topic, partition, offset, metadata, error }
}
