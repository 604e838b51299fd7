import type { ProducedRecord } from '../client/client.js'
import type { Header } from '../core/headers.js'
import { partitionOf } from './partitioner.js'

/** Where the records of tasks go: a producer, and what is known of the topics. */
export interface RecordOutput {
  send(record: ProducedRecord): void
  /** Partitions of a topic; undefined if nobody has asked yet: its records wait for `topicKnown`. */
  partitions(topic: string): number | undefined
}

/** Undefined: as without one. */
type ChoosePartition = (partitions: number) => number | undefined

/** Gives the records of one task their partitions, and hands them on as bytes. */
export class RecordCollector {
  readonly #output: RecordOutput
  /** Records of topics that are not known yet (routed by record), each sent when its topic is. */
  readonly #waiting = new Map<string, ((partitions: number) => void)[]>()
  #withoutKey = 0

  constructor(output: RecordOutput) {
    this.#output = output
  }

  /** To the partition that its key's bytes choose, as Java's producer does; without a key to each in turn. */
  send(topic: string, key: Uint8Array | null, value: Uint8Array | null, timestamp: number, headers: readonly Header[]): void {
    const partitions = this.#output.partitions(topic)
    if (partitions === undefined) {
      this.place(topic, () => undefined, key, value, timestamp, headers)
    } else {
      this.#output.send({ topic, partition: this.#default(key, partitions), key, value, timestamp, headers })
    }
  }

  /** To the partition that `choose` says; undefined: as `send`. */
  place(
    topic: string,
    choose: ChoosePartition,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: readonly Header[],
  ): void {
    const send = (partitions: number): void => {
      const partition = choose(partitions) ?? this.#default(key, partitions)
      this.#output.send({ topic, partition, key, value, timestamp, headers })
    }
    const partitions = this.#output.partitions(topic)
    const waiting = this.#waiting.get(topic)
    if (partitions !== undefined) send(partitions)
    else if (waiting === undefined) this.#waiting.set(topic, [send])
    else waiting.push(send)
  }

  /** To a partition known already: changelogs. */
  sendTo(record: ProducedRecord): void {
    this.#output.send(record)
  }

  /** Topics that records wait for: look them up, then call `topicKnown`, before the next commit. */
  get unknownTopics(): readonly string[] {
    return [...this.#waiting.keys()]
  }

  /** Sends what has waited for the topic. From then on the output must know it too. */
  topicKnown(topic: string, partitions: number): void {
    const waiting = this.#waiting.get(topic) ?? []
    this.#waiting.delete(topic)
    for (const send of waiting) send(partitions)
  }

  /** Drops what waits. */
  clear(): void {
    this.#waiting.clear()
  }

  #default(key: Uint8Array | null, partitions: number): number {
    if (key !== null) return partitionOf(key, partitions)
    this.#withoutKey = (this.#withoutKey + 1) % partitions
    return this.#withoutKey
  }
}
