import type { TopicPartition } from '../../../core/record.js'
import type { IsolationLevel } from '../../client.js'
import { byTopic } from '../by-topic.js'
import { Reader } from './reader.js'
import type { Request } from './request.js'
import { Writer } from './writer.js'

export interface FetchOptions {
  readonly isolation: IsolationLevel
  readonly maxWaitMs: number
  /** Of the whole answer and of one partition in it; a first batch that is larger comes nevertheless. */
  readonly maxBytes: number
  readonly maxPartitionBytes: number
}

export interface FetchPosition extends TopicPartition {
  readonly offset: number
}

export interface FetchedPartition extends TopicPartition {
  readonly error: number
  readonly highWatermark: number
  /** Up to where no transaction is open. */
  readonly lastStableOffset: number
  readonly aborted: readonly AbortedTransaction[]
  /** Record batches. */
  readonly records: Buffer
}

export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: number
}

const nothing = Buffer.alloc(0)

/** Reads partitions of one leader: https://kafka.apache.org/protocol#The_Messages_Fetch (version 11, without a fetch session). */
export function fetchRequest(positions: readonly FetchPosition[], options: FetchOptions): Request<FetchedPartition[]> {
  return {
    apiKey: 1,
    apiName: 'Fetch',
    apiVersion: 11,
    timeoutMs: options.maxWaitMs + 30_000,
    encode() {
      const writer = new Writer()
      writer.int32(-1).int32(options.maxWaitMs).int32(1).int32(options.maxBytes)
      writer.int8(options.isolation === 'readCommitted' ? 1 : 0)
      writer.int32(0).int32(-1) // no session
      const topics = byTopic(positions)
      writer.array([...topics], ([topic, partitions]) => {
        writer.string(topic).array(partitions, ({ partition, offset }) => {
          writer.int32(partition).int32(-1).int64(offset).int64(-1).int32(options.maxPartitionBytes)
        })
      })
      return writer.int32(0).string('') // nothing forgotten, no rack
    },
    decode(bytes) {
      const reader = new Reader(bytes, 10) // throttle time, error and id of the session
      return reader
        .array(() => {
          const topic = reader.string() ?? ''
          return reader.array(() => readPartition(reader, topic))
        })
        .flat()
    },
  }
}

function readPartition(reader: Reader, topic: string): FetchedPartition {
  const partition = reader.int32()
  const error = reader.int16()
  const highWatermark = reader.int64()
  const lastStableOffset = reader.int64()
  reader.int64() // start of the log
  const aborted = reader.array(() => ({ producerId: readProducerId(reader), firstOffset: reader.int64() }))
  reader.int32() // preferred replica
  return { topic, partition, error, highWatermark, lastStableOffset, aborted, records: reader.sized() ?? nothing }
}

function readProducerId(reader: Reader): bigint {
  return reader.take(8).readBigInt64BE()
}
