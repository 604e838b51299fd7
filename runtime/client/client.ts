import type { Header } from '../core/headers.js'
import type { TopicPartition } from '../core/record.js'

/**
 * The only door to Kafka: bytes in, bytes out, no library's types. The embedded broker and kafkajs implement it, and
 * test/conformance/client-suite.ts is run against each. Failures are `StreamError`s.
 */
export interface Client {
  /** For messages: what it is connected to, such as `kafkajs localhost:9092` or `embedded broker in ./data`. */
  readonly description: string
  admin(): Admin
  createProducer(options?: ProducerOptions): Producer
  createGroupConsumer(options: GroupConsumerOptions): GroupConsumer
  createReader(options?: ReaderOptions): PartitionReader
  /** Closes what is still open. Idempotent. */
  close(): Promise<void>
}

export interface ConsumedRecord {
  readonly offset: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly Header[]
}

/** Consecutive records of one partition; none, where only control records, aborted ones or gaps were passed, or records to be read are gone. */
export interface RecordBatch extends TopicPartition {
  readonly records: readonly ConsumedRecord[]
  /** Where the partition is read on: after the last record, and after control records and gaps of compaction that follow it. */
  readonly nextOffset: number
  /** End of the partition as the broker told it with the batch; undefined if it did not. */
  readonly highWatermark: number | undefined
}

export interface ProducedRecord extends TopicPartition {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: readonly Header[]
}

export type IsolationLevel = 'readUncommitted' | 'readCommitted'

export interface ProducerOptions {
  /** Makes it transactional; a second producer of the same id fences the first. */
  readonly transactionalId?: string
  readonly transactionTimeoutMs?: number
  /** How long a record may wait for company, milliseconds. Default 20. */
  readonly lingerMs?: number
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
}

/** Where a partition ends for this producer: the offset after the last record acknowledged to it. */
export interface Acknowledged extends TopicPartition {
  readonly nextOffset: number
}

/** A record that the broker refused for good. */
export interface FailedRecord {
  readonly record: ProducedRecord
  readonly error: Error
}

/** Idempotent, in order per partition. */
export interface Producer {
  /** Queues a record; it is sent in the background. */
  send(record: ProducedRecord): void
  /** Bytes queued or in flight, for backpressure. */
  readonly bufferedBytes: number
  /**
   * Waits until all that was queued is acknowledged, and says how far each partition written since the last flush has come.
   * Records refused for good are handed over in `failed` (the production handler decides); an error that ends the producer is thrown.
   */
  flush(): Promise<FlushResult>
  /** Transactional producers: fences older ones and finishes what they left. Called once, first. */
  initTransactions(): Promise<void>
  beginTransaction(): Promise<void>
  sendOffsets(groupId: string, offsets: readonly CommittedOffset[]): Promise<void>
  commitTransaction(): Promise<void>
  abortTransaction(): Promise<void>
  close(): Promise<void>
}

export interface FlushResult {
  readonly acknowledged: readonly Acknowledged[]
  readonly failed: readonly FailedRecord[]
}

export interface CommittedOffset extends TopicPartition {
  readonly offset: number
  readonly metadata?: string
}

export interface GroupConsumerOptions {
  readonly groupId: string
  readonly clientId: string
  readonly topics: readonly string[]
  readonly assignor: Assignor
  readonly isolation: IsolationLevel
  /** Where a partition without a committed offset starts. */
  readonly offsetReset: (topic: string) => 'earliest' | 'latest' | 'none'
  readonly sessionTimeoutMs?: number
  readonly rebalanceTimeoutMs?: number
  readonly maxPollBytes?: number
}

/**
 * A member of a consumer group, pulled like Java's: the listener is only ever called within `poll`, and the group goes on
 * (heartbeats too) while `poll` is being called. `poll` again within the session timeout, or call `heartbeat`.
 */
export interface GroupConsumer {
  /** Joins the group; `listener` hears of rebalances during `poll`. */
  start(listener: RebalanceListener): Promise<void>
  /** Batches that have come, or nothing after `maxWaitMs`. Paused partitions give nothing and lose nothing. */
  poll(maxWaitMs: number): Promise<readonly RecordBatch[]>
  heartbeat(): Promise<void>
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /** Goes on reading from `offset`; drops what was fetched and not yet polled. */
  seek(partition: TopicPartition, offset: number): void
  /** Throws TASK_MIGRATED if the group has moved on. */
  commit(offsets: readonly CommittedOffset[]): Promise<void>
  memberId(): string
  /** Makes the group rebalance (user data has changed). */
  requestRebalance(): void
  /** Leaves the group. Idempotent. */
  close(): Promise<void>
}

export interface RebalanceListener {
  /** The group rebalances: commit what was processed, then give up `partitions`. */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>
  /** They belong to another member already: drop them without a commit. */
  onLost(partitions: readonly TopicPartition[]): Promise<void>
  /** The whole new assignment, and what the leader's assignor said to this member. Reading starts when it resolves. */
  onAssigned(partitions: readonly TopicPartition[], userData: Uint8Array | null): Promise<void>
}

export interface GroupMember {
  readonly memberId: string
  readonly topics: readonly string[]
  readonly userData: Uint8Array | null
}

export interface MemberAssignment {
  readonly partitions: readonly TopicPartition[]
  readonly userData: Uint8Array | null
}

/** The application's own assignment (Kafka's consumer protocol: the group's leader assigns). */
export interface Assignor {
  readonly name: string
  /** What this member tells the leader; asked for at every join. */
  userData(): Uint8Array | null
  assign(members: readonly GroupMember[], partitionsOf: ReadonlyMap<string, number>): ReadonlyMap<string, MemberAssignment>
}

export interface ReaderOptions {
  readonly isolation?: IsolationLevel
  readonly clientId?: string
}

/** Reads partitions by hand, outside of any group of the user's: restore, standbys, global tables. */
export interface PartitionReader {
  /** Reads exactly these partitions, each from its offset. Those added keep nothing of earlier; those kept go on. */
  assign(partitions: ReadonlyMap<TopicPartition, number>): Promise<void>
  poll(maxWaitMs: number): Promise<readonly RecordBatch[]>
  close(): Promise<void>
}

export interface TopicDescription {
  readonly name: string
  readonly partitions: number
  readonly config: Readonly<Record<string, string>>
}

export interface NewTopic {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor?: number
  readonly config?: Readonly<Record<string, string>>
}

export interface Admin {
  /** Those that exist. */
  describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>>
  listTopics(): Promise<readonly string[]>
  /** Names in use already are left as they are and returned. */
  createTopics(topics: readonly NewTopic[]): Promise<readonly string[]>
  deleteTopics(names: readonly string[]): Promise<void>
  /** Deletes records before each offset (purge of repartition topics). */
  deleteRecords(offsets: readonly CommittedOffset[]): Promise<void>
  beginningOffsets(partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]>
  /** With readCommitted: the last stable offset, where the client can tell. */
  endOffsets(partitions: readonly TopicPartition[], isolation?: IsolationLevel): Promise<readonly CommittedOffset[]>
  /** Partitions without a commit are not listed. */
  committedOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]>
  /** Of a group without members. */
  setCommittedOffsets(groupId: string, offsets: readonly CommittedOffset[]): Promise<void>
  deleteGroup(groupId: string): Promise<void>
}
