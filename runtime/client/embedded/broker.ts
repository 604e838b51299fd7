import { type AlarmClock, systemClock } from '../../core/clock.js'
import { StreamError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { TopicPartition } from '../../core/record.js'
import type { CommittedOffset, IsolationLevel, NewTopic, RecordBatch, TopicDescription } from '../client.js'
import { BrokerFolder } from './broker-folder.js'
import { CommittedOffsets, offsetEntry } from './committed-offsets.js'
import { compact, needsCompaction } from './compaction.js'
import { Faults } from './faults.js'
import { Group } from './group.js'
import { Idempotence } from './idempotence.js'
import { Journal } from './journal.js'
import type { PartitionLog, ReadOptions } from './partition-log.js'
import type { NewRecord } from './record-codec.js'
import { needsRetention, retain } from './retention.js'
import { SegmentCache } from './segment-cache.js'
import { Topic, type TopicSpec } from './topic.js'
import { checkTopicName } from './topic-config.js'
import { type ProducerIdentity, Transactions } from './transactions.js'

export interface EmbeddedBrokerOptions {
  /** For sessions, transaction timeouts, retention and waiting polls. Default: the system's. */
  readonly clock?: AlarmClock
  /** Make a topic that is missing when it is first used, with `defaultPartitions`. Default false: TOPIC_MISSING. */
  readonly autoCreateTopics?: boolean
  /** Default 1. */
  readonly defaultPartitions?: number
}

export interface StoredBrokerOptions extends EmbeddedBrokerOptions {
  /** The folder; made if it is missing. One process at a time. */
  readonly dir: string
  /** Hears of writes cut short by a crash. Default: the console. */
  readonly logger?: Logger
  /** Memory for records that are on disk and read again. Default 64 MiB. */
  readonly cacheBytes?: number
}

/**
 * Kafka in this process, for tests and for trying things. All its methods are synchronous and done when they return;
 * `embeddedClient(broker)` gives the port that apps use.
 */
export class EmbeddedBroker {
  readonly clock: AlarmClock
  /** Makes its clients fail, for tests. */
  readonly faults = new Faults((groupId) => this.group(groupId))
  /** Of producers with a transactional id. */
  readonly transactions: Transactions
  readonly #options: EmbeddedBrokerOptions
  readonly #topics = new Map<string, Topic>()
  readonly #offsets = new CommittedOffsets()
  readonly #journal: Journal
  readonly #folder: BrokerFolder | undefined
  readonly #groups = new Map<string, Group>()
  readonly #idempotence = new Idempotence()
  #nextMember = 1
  #nextTopicId = 1
  #closed = false

  /** A broker in memory; for one on disk see `open`. */
  constructor(options: EmbeddedBrokerOptions = {}, folder?: BrokerFolder) {
    this.#options = options
    this.clock = options.clock ?? systemClock
    this.#folder = folder
    this.#journal = new Journal(folder?.openJournal(this.clock))
    this.transactions = new Transactions({
      clock: this.clock,
      journal: this.#journal,
      log: (topic, partition) => this.log(topic, partition),
      offsetsCommitted: (group, offsets) => this.#takeOffsets(group, offsets),
    })
    this.#recover()
  }

  /**
   * A broker that keeps everything in a folder, and goes on where the last process that used it stopped or was killed; what the
   * machine had not written out when it lost power is lost. Throws STATE_LOCKED while another process uses the folder,
   * STATE_FOREIGN, STATE_VERSION and STATE_DIRECTORY if it cannot be used.
   */
  static async open(options: StoredBrokerOptions): Promise<EmbeddedBroker> {
    const cache = new SegmentCache(options.cacheBytes ?? 64 << 20)
    const folder = await BrokerFolder.open(options.dir, options.logger ?? console, cache)
    try {
      return new EmbeddedBroker(options, folder)
    } catch (error) {
      folder.close()
      throw error
    }
  }

  /** For messages. */
  get description(): string {
    return this.#folder === undefined ? 'embedded broker in memory' : `embedded broker in ${this.#folder.path}`
  }

  /** False if there is such a topic already; it is left as it is. Throws TOPIC_INVALID for what Kafka would refuse. */
  createTopic(topic: NewTopic): boolean {
    this.checkOpen()
    checkTopicName(topic.name)
    if (this.#topics.has(topic.name)) return false
    const partitions = topic.partitions === -1 ? this.#defaultPartitions : topic.partitions
    if (!Number.isInteger(partitions) || partitions < 1) {
      throw new StreamError('TOPIC_INVALID', `Topic ${topic.name} cannot have ${partitions} partitions.`, { topic: topic.name })
    }
    const spec = { id: this.#nextTopicId, name: topic.name, partitions, config: topic.config ?? {} }
    const made = this.#newTopic(spec)
    this.#journal.put([{ key: topicKey(spec), value: { kind: 'topic', ...spec } }])
    this.#nextTopicId++
    this.#topics.set(topic.name, made)
    return true
  }

  /** Throws TOPIC_MISSING. */
  deleteTopic(name: string): void {
    const topic = this.#topic(name, false)
    const starts = topic.logs.map((log) => ({ key: startKey(log), value: null }))
    this.#journal.put([...this.#offsets.deleteTopic(name), ...starts, { key: topicKey(topic.spec), value: null }])
    this.#topics.delete(name)
    this.transactions.forget(topic.logs)
    closeAll(topic.logs)
    this.#folder?.removeTopic(topic.spec)
  }

  /** undefined if there is none. */
  describeTopic(name: string): TopicDescription | undefined {
    this.checkOpen()
    const topic = this.#topics.get(name)
    return topic && { name, partitions: topic.spec.partitions, config: topic.config.all }
  }

  listTopics(): readonly string[] {
    this.checkOpen()
    return [...this.#topics.keys()]
  }

  /** Appends a record; returns its offset. Throws TOPIC_MISSING, and PRODUCTION for a record that Kafka would refuse. */
  append(topic: string, partition: number, record: NewRecord): number {
    return this.appendAll(topic, partition, [record])
  }

  /** Appends records; returns the offset of the first. Throws as `append`, before any is written. */
  appendAll(topic: string, partition: number, records: readonly NewRecord[]): number {
    const log = this.log(topic, partition)
    for (const record of records) {
      const refusal = log.refusal(record)
      if (refusal !== undefined) throw refusal
    }
    const first = log.append(records)
    this.#cleanWhenDue(log)
    return first
  }

  /**
   * Appends as an idempotent producer does: a request that was taken already is not taken again. `sequence` is the number of the
   * producer's first record in this partition. Throws TASK_MIGRATED for a transactional producer that is fenced.
   */
  produce(log: PartitionLog, records: readonly NewRecord[], identity: ProducerIdentity, sequence: number): number {
    const transactional = identity.transactionalId !== undefined
    if (transactional) this.transactions.addPartition(identity, log)
    const repeated = this.#idempotence.repeated(log, identity, sequence)
    if (repeated !== undefined) return repeated
    const first = log.append(records, transactional ? identity : undefined)
    this.#idempotence.appended(log, identity, sequence, records.length, first)
    this.#cleanWhenDue(log)
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
    if (this.#journal.isKept) this.#journal.put(offsets.map((offset) => offsetEntry(groupId, offset)))
    this.#takeOffsets(groupId, offsets)
  }

  committedOffset(groupId: string, partition: TopicPartition): CommittedOffset | undefined {
    this.checkOpen()
    return this.#offsets.get(groupId, partition)
  }

  /** Forgets the group's committed offsets. */
  deleteGroup(groupId: string): void {
    this.checkOpen()
    this.#journal.put(this.#offsets.deleteGroup(groupId))
  }

  /** The group of that name, which is empty until somebody joins. */
  group(groupId: string): Group {
    const group = this.#groups.get(groupId) ?? new Group(groupId, this.clock)
    this.#groups.set(groupId, group)
    return group
  }

  newMemberId(clientId: string): string {
    return `${clientId}-${this.#nextMember++}`
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
    this.checkOpen()
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
    for (const topic of this.#topics.values()) closeAll(topic.logs)
    for (const group of this.#groups.values()) group.wakeAll()
    this.#journal.close()
    this.#folder?.close()
  }

  get closed(): boolean {
    return this.#closed
  }

  /** The log of a partition; throws TOPIC_MISSING. */
  log(topic: string, partition: number): PartitionLog {
    return this.#topic(topic, this.#options.autoCreateTopics === true).log(partition)
  }

  #topic(name: string, create: boolean): Topic {
    this.checkOpen()
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

  #newTopic(spec: TopicSpec): Topic {
    return new Topic(spec, this.clock, (partition) =>
      this.#folder?.storage(spec, partition, (offset) => {
        const place = { topic: spec.name, partition }
        this.#journal.put([{ key: startKey(place), value: { kind: 'start', ...place, offset } }])
      }),
    )
  }

  /** Takes over what the folder has; transactions that were open are aborted, since their producers died with the process. */
  #recover(): void {
    const folder = this.#folder
    if (folder === undefined) return
    const values = this.#journal.values()
    const starts = new Map(values.flatMap((value) => (value.kind === 'start' ? [[startKey(value), value.offset]] : [])))
    for (const value of values) {
      if (value.kind === 'offset') this.#takeOffsets(value.group, [value])
      if (value.kind !== 'topic') continue
      const topic = this.#newTopic(value)
      for (const log of topic.logs) folder.recover(log, starts.get(startKey(log)))
      this.#topics.set(value.name, topic)
      this.#nextTopicId = Math.max(this.#nextTopicId, value.id + 1)
    }
    folder.removeAllBut([...this.#topics.values()].map(({ spec }) => spec))
    for (const value of values) if (value.kind === 'commit') this.transactions.finish(value)
    for (const log of [...this.#topics.values()].flatMap(({ logs }) => logs)) {
      for (const producerId of log.transactions.openProducers()) log.appendMarker(producerId, false)
    }
  }

  get #defaultPartitions(): number {
    return this.#options.defaultPartitions ?? 1
  }

  #takeOffsets(groupId: string, offsets: readonly CommittedOffset[]): void {
    for (const offset of offsets) this.#offsets.set(groupId, offset)
  }

  #cleanWhenDue(log: PartitionLog): void {
    if (needsCompaction(log)) compact(log, this.clock.now())
    if (needsRetention(log)) retain(log, this.clock.now())
  }

  /** Throws INVALID_STATE. */
  checkOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', 'The embedded broker is closed.')
  }
}

/** Closes logs, and tells who waits at them. */
function closeAll(logs: readonly PartitionLog[]): void {
  for (const log of logs) {
    log.close()
    for (const listener of log.listeners) listener()
  }
}

function topicKey({ id }: TopicSpec): string {
  return JSON.stringify(['topic', id])
}

function startKey({ topic, partition }: TopicPartition): string {
  return JSON.stringify(['start', topic, partition])
}
