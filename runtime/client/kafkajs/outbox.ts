import type { TopicPartition } from '../../core/record.js'
import type { ProducedRecord } from '../client.js'
import { BatchWriter } from './wire/batch-writer.js'

/** Who a producer is to the brokers; sequence numbers count within one identity. */
export interface ProducerIdentity {
  readonly producerId: bigint
  readonly producerEpoch: number
}

/** A batch is closed at this size; one record may be larger. */
const batchBytes = 256 * 1024
/** Most topics get far less at a time. */
const firstBytes = 4 * 1024
const sequences = 2 ** 31

/** Records of one partition that are sent together, already encoded. */
export class Batch {
  readonly queue: PartitionQueue
  readonly records: ProducedRecord[] = []
  readonly writer = new BatchWriter(firstBytes)
  readonly since: number
  /** Complete but for its identity, from the first try on. */
  sealed: Buffer | undefined
  /** As it was first sent: a broker knows a repetition by it. */
  identity: ProducerIdentity | undefined
  baseSequence = 0
  attempts = 0
  firstTry = 0

  constructor(queue: PartitionQueue, since: number) {
    this.queue = queue
    this.since = since
  }

  get bytes(): number {
    return this.writer.length
  }

  get full(): boolean {
    return this.bytes >= batchBytes
  }

  /** Counts a try to send it. */
  tried(): void {
    if (this.attempts === 0) this.firstTry = performance.now()
    this.attempts += 1
  }

  add(record: ProducedRecord): void {
    this.writer.append(record)
    this.records.push(record)
  }

  /** Two batches of half the records each, for a broker that refuses the whole. */
  halves(): [Batch, Batch] {
    const half = this.records.length >> 1
    const parts = [this.records.slice(0, half), this.records.slice(half)]
    return parts.map((records) => {
      const batch = new Batch(this.queue, this.since)
      for (const record of records) batch.add(record)
      return batch
    }) as [Batch, Batch]
  }
}

/** What waits for one partition, in order; at most one batch of it is under way. */
export class PartitionQueue implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly batches: Batch[] = []
  underWay = false
  /** Not tried before, after a failure. */
  notBefore = 0
  /** After the last record acknowledged since the last flush. */
  acknowledged: number | undefined
  #identity: ProducerIdentity | undefined
  #sequence = 0

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  /** Encodes the record; returns the bytes it takes. */
  add(record: ProducedRecord): number {
    const last = this.batches.at(-1)
    if (last !== undefined && !last.full && last.attempts === 0) {
      const before = last.bytes
      last.add(record)
      return last.bytes - before
    }
    const batch = new Batch(this, performance.now())
    batch.add(record)
    this.batches.push(batch)
    return batch.bytes
  }

  /** Gives a batch its place in the sequence, if it has none under this identity yet. */
  stamp(batch: Batch, identity: ProducerIdentity): void {
    if (batch.identity !== undefined) return
    if (this.#identity !== identity) {
      this.#identity = identity
      this.#sequence = 0
    }
    batch.identity = identity
    batch.baseSequence = this.#sequence
  }

  /** The batch is in the log: the next one follows it. */
  accepted(batch: Batch): void {
    if (batch.identity === this.#identity) this.#sequence = (batch.baseSequence + batch.records.length) % sequences
  }
}
