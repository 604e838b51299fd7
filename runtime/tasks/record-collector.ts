import type { ProducedRecord } from '../client/client.js'
import type { Header } from '../core/headers.js'
import { partitionOf } from './partitioner.js'

/** Where the records of tasks go: a producer, and what is known of the topics. */
export interface RecordOutput {
  send(record: ProducedRecord): void
  /** Partitions of a topic; undefined if nobody has asked yet: its records wait for `topicKnown`. */
  partitions(topic: string): number | undefined
}

type Unplaced = Omit<ProducedRecord, 'partition'>

/** Gives the records of one task their partitions, and hands them on as bytes. */
export class RecordCollector {
  readonly #output: RecordOutput
  /** Records of topics that are not known yet (routed by record). */
  readonly #waiting = new Map<string, Unplaced[]>()
  #withoutKey = 0

  constructor(output: RecordOutput) {
    this.#output = output
  }

  /** To the partition that its key's bytes choose, as Java's producer does; without a key to each in turn. */
  send(topic: string, key: Uint8Array | null, value: Uint8Array | null, timestamp: number, headers: readonly Header[]): void {
    const partitions = this.#output.partitions(topic)
    const waiting = this.#waiting.get(topic)
    if (partitions !== undefined && waiting === undefined) {
      this.#output.send({ topic, partition: this.#partition(key, partitions), key, value, timestamp, headers })
    } else if (waiting === undefined) {
      this.#waiting.set(topic, [{ topic, key, value, timestamp, headers }])
    } else {
      waiting.push({ topic, key, value, timestamp, headers })
    }
  }

  sendTo(record: ProducedRecord): void {
    this.#output.send(record)
  }

  /** Undefined: not known yet. */
  partitions(topic: string): number | undefined {
    return this.#output.partitions(topic)
  }

  /** Topics that records wait for: look them up, then call `topicKnown`, before the next commit. */
  get unknownTopics(): readonly string[] {
    return [...this.#waiting.keys()]
  }

  /** Sends what has waited for the topic. */
  topicKnown(topic: string, partitions: number): void {
    const waiting = this.#waiting.get(topic) ?? []
    this.#waiting.delete(topic)
    for (const record of waiting) this.#output.send({ ...record, partition: this.#partition(record.key, partitions) })
  }

  /** Drops what waits. */
  clear(): void {
    this.#waiting.clear()
  }

  #partition(key: Uint8Array | null, partitions: number): number {
    if (key !== null) return partitionOf(key, partitions)
    this.#withoutKey = (this.#withoutKey + 1) % partitions
    return this.#withoutKey
  }
}
