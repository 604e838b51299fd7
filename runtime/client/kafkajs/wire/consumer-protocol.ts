import type { TopicPartition } from '../../../core/record.js'
import type { GroupMember, MemberAssignment } from '../../client.js'
import { byTopic } from '../by-topic.js'
import { Reader } from './reader.js'
import { Writer } from './writer.js'

/**
 * What members of a group tell each other through the coordinator, as Kafka's own consumers write it (ConsumerProtocolSubscription and
 * ConsumerProtocolAssignment), so that Kafka's tools can show such groups.
 */
export function writeSubscription(topics: readonly string[], userData: Uint8Array | null, generationId: number): Buffer {
  const writer = new Writer().int16(2)
  writer.array(topics, (topic) => writer.string(topic)).sized(userData)
  // No partitions are kept over a rebalance. The generation makes each subscription differ from the one before, without which a
  // coordinator would not let a member that joins again make the group rebalance.
  return writer.int32(0).int32(generationId).written
}

export function readSubscription(memberId: string, bytes: Buffer): GroupMember {
  const reader = new Reader(bytes, 2)
  const topics = reader.array(() => reader.string() ?? '')
  return { memberId, topics, userData: reader.sized() }
}

export function writeAssignment({ partitions, userData }: MemberAssignment): Buffer {
  const writer = new Writer().int16(1)
  writer.array([...byTopic(partitions)], ([topic, rows]) => {
    writer.string(topic).array(rows, ({ partition }) => writer.int32(partition))
  })
  return writer.sized(userData).written
}

/** A leader may leave a member out: it gets nothing. */
export function readAssignment(bytes: Buffer | null): MemberAssignment {
  if (bytes === null || bytes.length === 0) return { partitions: [], userData: null }
  const reader = new Reader(bytes, 2)
  const partitions = reader
    .array((): TopicPartition[] => {
      const topic = reader.string() ?? ''
      return reader.array(() => ({ topic, partition: reader.int32() }))
    })
    .flat()
  return { partitions, userData: reader.sized() }
}
