import { type AlarmClock, systemClock } from '../../core/clock.js'
import { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { CommittedOffset, IsolationLevel, NewTopic, RecordBatch, TopicDescription } from '../client.js'
import { CommittedOffsets, offsetEntry } from './committed-offsets.js'
import { compact, needsCompaction } from './compaction.js'
import { Journal } from './journal.js'
import type { PartitionLog, ReadOptions, TransactionStamp } from './partition-log.js'
import type { NewRecord } from './record-codec.js'
import { retain } from './retention.js'
import { Topic } from './topic.js'
import { checkTopicName } from './topic-config.js'

export interface EmbeddedBrokerOptions {
  /** For sessions, transaction timeouts, retention and waiting polls. Default: the system's. */
  readonly clock?: AlarmClock
  /** Make a topic that is missing when it is first used, with `defaultPartitions`. Default false: TOPIC_MISSING. */
  readonly autoCreateTopics?: boolean
  /** Default 1. */
  readonly defaultPartitions?: number
}

/**
 * Kafka in this process, for tests and for trying things. All its methods are synchronous and done when they return;
 * `embeddedClient(broker)` gives the port that apps use.
 */
export class EmbeddedBroker {
  readonly clock: AlarmClock
  readonly #options: EmbeddedBrokerOptions
  readonly #topics = new Map<string, Topic>()
  readonly #offsets = new CommittedOffsets()
  readonly #journal = new Journal()
  #nextTopicId = 1
  #closed = false

  constructor(options: EmbeddedBrokerOptions = {}) {
    this.#options = options
    this.clock = options.clock ?? systemClock
  }

  /** False if there is such a topic already; it is left as it is. Throws TOPIC_INVALID for what Kafka would refuse. */
  createTopic(topic: NewTopic): boolean {
    this.#checkOpen()
    checkTopicName(topic.name)
    if (this.#topics.has(topic.name)) return false
    const partitions = topic.partitions === -1 ? this.#defaultPartitions : topic.partitions
    if (!Number.isInteger(partitions) || partitions < 1) {
      throw new StreamError('TOPIC_INVALID', `Topic ${topic.name} cannot have ${partitions} partitions.`, { topic: topic.name })
    }
    const spec = { id: this.#nextTopicId++, name: topic.name, partitions, config: topic.config ?? {} }
    this.#topics.set(topic.name, new Topic(spec, this.clock, () => undefined))
    return true
  }

  /** Throws TOPIC_MISSING. */
  deleteTopic(name: string): void {
    const topic = this.#topic(name, false)
    this.#journal.put([...this.#offsets.deleteTopic(name)])
    this.#topics.delete(name)
    for (const log of topic.logs) {
      log.close()
      for (const listener of log.listeners) listener()
    }
  }

  /** undefined if there is none. */
  describeTopic(name: string): TopicDescription | undefined {
    this.#checkOpen()
    const topic = this.#topics.get(name)
    return topic && { name, partitions: topic.spec.partitions, config: topic.config.all }
  }

  listTopics(): readonly string[] {
    this.#checkOpen()
    return [...this.#topics.keys()]
  }

  /** Appends a record; returns its offset. Throws TOPIC_MISSING, and PRODUCTION for a record that Kafka would refuse. */
  append(topic: string, partition: number, record: NewRecord): number {
    return this.appendAll(topic, partition, [record])
  }

  /** Appends records; returns the offset of the first. Throws as `append`, before any is written. */
  appendAll(topic: string, partition: number, records: readonly NewRecord[], stamp?: TransactionStamp): number {
    const log = this.log(topic, partition)
    for (const record of records) {
      const refusal = log.refusal(record)
      if (refusal !== undefined) throw refusal
    }
    const first = log.append(records, stamp)
    if (needsCompaction(log)) compact(log, this.clock.now())
    return first
  }

  /** Reads from an offset on: nothing at the end. Throws TOPIC_MISSING and OFFSET_OUT_OF_RANGE. */
  read(topic: string, partition: number, from: number, options?: ReadOptions): RecordBatch {
    return this.log(topic, partition).read(from, options)
  }

  beginningOffset(topic: string, partition: number): number {
    return this.log(topic, partition).startOffset
  }

  /** The offset that the next record gets; with `readCommitted` the last stable offset. */
  endOffset(topic: string, partition: number, isolation: IsolationLevel = 'readUncommitted'): number {
    const log = this.log(topic, partition)
    return isolation === 'readCommitted' ? log.lastStableOffset : log.endOffset
  }

  commitOffsets(groupId: string, offsets: readonly CommittedOffset[]): void {
    for (const { topic, partition } of offsets) this.log(topic, partition)
    this.#journal.put(offsets.map((offset) => offsetEntry(groupId, offset)))
    for (const offset of offsets) this.#offsets.set(groupId, offset)
  }

  committedOffset(groupId: string, partition: TopicPartition): CommittedOffset | undefined {
    this.#checkOpen()
    return this.#offsets.get(groupId, partition)
  }

  /** Forgets the group's committed offsets. */
  deleteGroup(groupId: string): void {
    this.#checkOpen()
    this.#journal.put(this.#offsets.deleteGroup(groupId))
  }

  /** Deletes records before `offset`; -1 is all. Throws OFFSET_OUT_OF_RANGE beyond the end. */
  deleteRecords(topic: string, partition: number, before: number): void {
    const log = this.log(topic, partition)
    if (!log.config.delete) {
      throw new StreamError('TOPIC_INVALID', `Records of ${topic} cannot be deleted by offset, it is compacted.`, { topic, partition })
    }
    log.deleteBefore(before)
  }

  /** Runs compaction and retention now, on one topic or on all; compaction also runs by itself when enough is new. */
  clean(topic?: string): void {
    this.#checkOpen()
    for (const each of topic === undefined ? this.#topics.values() : [this.#topic(topic, false)]) {
      for (const log of each.logs) {
        if (log.config.compact) compact(log, this.clock.now())
        retain(log, this.clock.now())
      }
    }
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const topic of this.#topics.values()) {
      for (const log of topic.logs) {
        log.close()
        for (const listener of log.listeners) listener()
      }
    }
  }

  get closed(): boolean {
    return this.#closed
  }

  /** The log of a partition; throws TOPIC_MISSING. */
  log(topic: string, partition: number): PartitionLog {
    return this.#topic(topic, this.#options.autoCreateTopics === true).log(partition)
  }

  #topic(name: string, create: boolean): Topic {
    this.#checkOpen()
    const topic = this.#topics.get(name)
    if (topic !== undefined) return topic
    if (create) {
      this.createTopic({ name, partitions: this.#defaultPartitions })
      return this.#topics.get(name)!
    }
    throw new StreamError('TOPIC_MISSING', `There is no topic ${name}.`, {
      topic: name,
      hint: 'Create it first, or make the broker with autoCreateTopics.',
    })
  }

  get #defaultPartitions(): number {
    return this.#options.defaultPartitions ?? 1
  }

  #checkOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', 'The embedded broker is closed.')
  }
}
