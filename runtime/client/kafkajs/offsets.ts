import { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { CommittedOffset, IsolationLevel } from '../client.js'
import { byTopic } from './by-topic.js'
import type { Network } from './network.js'
import { ProtocolError } from './wire/errors.js'
import { offsetFetchRequest } from './wire/offset-fetch.js'

const timestamps = { earliest: -2, latest: -1 } as const

/** Where partitions begin or end; with readCommitted they end where no transaction is open. */
export function listOffsets(
  network: Network,
  partitions: readonly TopicPartition[],
  which: keyof typeof timestamps,
  isolation: IsolationLevel = 'readUncommitted',
): Promise<CommittedOffset[]> {
  const timestamp = timestamps[which]
  return network.retry(`list offsets of ${namesOf(partitions)}`, async () => {
    await learnAll(network, partitions)
    const answers = [...byLeader(network, partitions)].map(async ([address, mine]) => {
      const topics = [...byTopic(mine)].map(([topic, rows]) => ({
        topic,
        partitions: rows.map(({ partition }) => ({ partition, timestamp })),
      }))
      const isolationLevel = isolation === 'readCommitted' ? 1 : 0
      const node = await network.at(address)
      const { responses } = await node.use((broker) => broker.listOffsets({ replicaId: -1, isolationLevel, topics }))
      return responses.flatMap(({ topic, partitions: rows }) =>
        rows.map((row) => ({ topic, partition: row.partition, offset: toOffset(row.offset) })),
      )
    })
    return (await Promise.all(answers)).flat()
  })
}

/** What a group has committed, transactions that are coming to their end included; partitions without a commit are left out. */
export function committedOffsets(network: Network, groupId: string, partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
  if (partitions.length === 0) return Promise.resolve([])
  return network.retry(`read the committed offsets of group ${groupId}`, async () => {
    const node = await network.coordinator('group', groupId)
    const { error, offsets } = await node.send(offsetFetchRequest(groupId, byTopic(partitions)))
    for (const code of [error, ...offsets.map((offset) => offset.error)]) if (code !== 0) throw new ProtocolError(code)
    return offsets
      .filter(({ offset }) => offset >= 0)
      .map(({ topic, partition, offset, metadata }) => ({ topic, partition, offset, metadata: metadata ?? '' }))
  })
}

/** Commits as a member of a generation of the group, or with −1 and no member as an outsider, while the group has no members. */
export function commitOffsets(
  network: Network,
  member: { readonly groupId: string; readonly generationId: number; readonly memberId: string },
  offsets: readonly CommittedOffset[],
): Promise<void> {
  const { groupId, generationId, memberId } = member
  const topics = commitRows(offsets)
  return network.retry(`commit offsets of group ${groupId}`, async () => {
    const node = await network.coordinator('group', groupId)
    await node.use((broker) => broker.offsetCommit({ groupId, groupGenerationId: generationId, memberId, topics }))
  })
}

export function commitRows(offsets: readonly CommittedOffset[]) {
  return [...byTopic(offsets)].map(([topic, rows]) => ({
    topic,
    partitions: rows.map(({ partition, offset, metadata }) => ({ partition, offset: `${offset}`, metadata: metadata ?? '' })),
  }))
}

/** Learns all their leaders, or throws: one topic's fault, or that a partition has no leader at the moment. */
export async function learnAll(network: Network, partitions: readonly TopicPartition[]): Promise<void> {
  const faults = await network.learn(partitions.map(({ topic }) => topic))
  for (const fault of faults.values()) throw fault
  for (const { topic, partition } of partitions) {
    if (network.leader(topic, partition) !== undefined) continue
    const count = network.partitions(topic) ?? 0
    network.forgetLeaders(topic)
    if (partition < count) throw new ProtocolError(5) // LEADER_NOT_AVAILABLE
    throw new StreamError('INVALID_ARGUMENT', `topic ${topic} has ${count} partitions, so no partition ${partition}`, { topic, partition })
  }
}

/** Partitions by the address of their leader; all must be known. */
export function byLeader<P extends TopicPartition>(network: Network, partitions: Iterable<P>): Map<string, P[]> {
  const leaders = new Map<string, P[]>()
  for (const each of partitions) {
    const leader = network.leader(each.topic, each.partition)!
    const mine = leaders.get(leader)
    if (mine === undefined) leaders.set(leader, [each])
    else mine.push(each)
  }
  return leaders
}

/** kafkajs gives offsets as text. */
function toOffset(text: string): number {
  const offset = Number(text)
  if (!Number.isSafeInteger(offset)) throw new StreamError('UNEXPECTED', `offset ${text} is outside of the safe integers`)
  return offset
}

function namesOf(partitions: readonly TopicPartition[]): string {
  return [...byTopic(partitions)].map(([topic, rows]) => `${topic} [${rows.map(({ partition }) => partition).join(', ')}]`).join(', ')
}
