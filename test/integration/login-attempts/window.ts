import type { Client } from 'millrace'
import type { ConsumedRecord, IsolationLevel } from '../../../runtime/dist/client/client.js'
import { partitions, partitionsOf, repartitionTopic } from './topics.js'

/**
 * What a kill may have cut off: the events that were processed and not committed, by partition.
 *
 * - The filter has no state. What it read from its committed offset on it reads again, so events from there on may be in the repartition
 *   topic twice: those that are, are counted twice.
 * - The count has its own input positions beside its rows: with its state in place it counts no record of the repartition topic twice. Where the
 *   state is restored from the changelog (the folder is lost, or another instance takes over), it reads from its committed offset on, while the
 *   changelog may have some of what followed: records from there to the end that the topic had at the kill may be counted twice.
 */
export interface Window {
  /** Committed offsets of the filter's input. */
  readonly filtered: readonly number[]
  /** Committed offsets of the count's input, and its ends. */
  readonly counted: readonly number[]
  readonly readable: readonly number[]
}

/** To be called when the process is dead: what it had sent is in the log then, what it had not will never be. */
export async function windowAfterKill(client: Client, application: string): Promise<Window> {
  const admin = client.admin()
  const committed = async (topic: string) => {
    const offsets = await admin.committedOffsets(application, partitionsOf(topic))
    return Array.from({ length: partitions }, (_, partition) => offsets.find((offset) => offset.partition === partition)?.offset ?? 0)
  }
  const ends = await admin.endOffsets(partitionsOf(repartitionTopic(application)))
  return {
    filtered: await committed(`${application}-logins`),
    counted: await committed(repartitionTopic(application)),
    readable: Array.from({ length: partitions }, (_, partition) => ends.find((end) => end.partition === partition)!.offset),
  }
}

export interface PlacedRecord extends ConsumedRecord {
  readonly partition: number
}

/** All records that a topic has, or those that are committed. */
export async function recordsOf(
  client: Client,
  topic: string,
  isolation: IsolationLevel = 'readUncommitted',
): Promise<readonly PlacedRecord[]> {
  const admin = client.admin()
  const starts = await admin.beginningOffsets(partitionsOf(topic))
  const left = new Map((await admin.endOffsets(partitionsOf(topic), isolation)).map(({ partition, offset }) => [partition, offset]))
  for (const { partition, offset } of starts) if (left.get(partition) === offset) left.delete(partition)
  const reader = client.createReader({ isolation })
  await reader.assign(new Map(starts.map(({ partition, offset }) => [{ topic, partition }, offset])))
  const found: PlacedRecord[] = []
  while (left.size > 0) {
    for (const { partition, records, nextOffset } of await reader.poll(1_000)) {
      for (const record of records) found.push({ ...record, partition })
      if (nextOffset >= (left.get(partition) ?? Number.POSITIVE_INFINITY)) left.delete(partition)
    }
  }
  await reader.close()
  return found
}
