import type { TopicPartition } from '../../../core/record.js'
import { byTopic } from '../by-topic.js'
import { Reader } from './reader.js'
import type { Request } from './request.js'
import { Writer } from './writer.js'

export interface SealedBatch extends TopicPartition {
  readonly bytes: Buffer
}

export interface ProducedPartition extends TopicPartition {
  readonly error: number
  /** Of its first record; −1 where the broker does not know (a duplicate of long ago). */
  readonly baseOffset: number
}

const timeoutMs = 30_000

/** Writes one batch to each of some partitions of one leader: https://kafka.apache.org/protocol#The_Messages_Produce (version 7). */
export function produceRequest(batches: readonly SealedBatch[], transactionalId: string | null): Request<ProducedPartition[]> {
  return {
    apiKey: 0,
    apiName: 'Produce',
    apiVersion: 7,
    encode() {
      const size = batches.reduce((sum, { bytes, topic }) => sum + bytes.length + topic.length * 3 + 32, 256)
      const writer = new Writer(size)
      writer.string(transactionalId).int16(-1).int32(timeoutMs)
      const topics = byTopic(batches)
      return writer.array([...topics], ([topic, partitions]) => {
        writer.string(topic).array(partitions, ({ partition, bytes }) => writer.int32(partition).sized(bytes))
      })
    },
    decode(bytes) {
      const reader = new Reader(bytes)
      return reader
        .array(() => {
          const topic = reader.string() ?? ''
          return reader.array(() => readPartition(reader, topic))
        })
        .flat()
    },
  }
}

function readPartition(reader: Reader, topic: string): ProducedPartition {
  const partition = reader.int32()
  const error = reader.int16()
  const baseOffset = reader.int64()
  reader.int64() // time of the append
  reader.int64() // start of the log
  return { topic, partition, error, baseOffset }
}
