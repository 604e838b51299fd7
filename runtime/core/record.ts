import type { Headers } from './headers.js'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A key with a value, as `map` and `flatMap` return them and stores list them. */
export interface KeyValue<K, V> {
  readonly key: K
  readonly value: V
}

/** One record on its way through a topology (Kafka Streams' `Record`); `timestamp` in milliseconds since the epoch. */
export class StreamRecord<K, V> {
  readonly key: K
  readonly value: V
  readonly timestamp: number
  readonly headers: Headers

  constructor(key: K, value: V, timestamp: number, headers: Headers) {
    this.key = key
    this.value = value
    this.timestamp = timestamp
    this.headers = headers
  }

  withKey<K2>(key: K2): StreamRecord<K2, V> {
    return new StreamRecord(key, this.value, this.timestamp, this.headers)
  }

  withValue<V2>(value: V2): StreamRecord<K, V2> {
    return new StreamRecord(this.key, value, this.timestamp, this.headers)
  }

  withTimestamp(timestamp: number): StreamRecord<K, V> {
    return new StreamRecord(this.key, this.value, timestamp, this.headers)
  }

  withHeaders(headers: Headers): StreamRecord<K, V> {
    return new StreamRecord(this.key, this.value, this.timestamp, headers)
  }
}

/** Where a record came from (Kafka Streams' `RecordMetadata`). */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** What a record brings along beside key and value: processing goes on under it (`ProcessorContext.runWith`). */
export interface RecordOrigin {
  /** Undefined for what a punctuation made. */
  readonly metadata: RecordMetadata | undefined
  readonly timestamp: number
  readonly headers: Headers
}

/** A key within a window, `start` inclusive and `end` exclusive (sessions: inclusive), in milliseconds since the epoch. */
export interface Windowed<K> {
  readonly key: K
  readonly start: number
  readonly end: number
}

/** A value and the timestamp of the update that made it, in milliseconds since the epoch. */
export interface ValueAndTimestamp<V> {
  readonly value: V
  readonly timestamp: number
}

/** What happened to a key of a table: its new and its old value, null where there is none. */
export interface Change<V> {
  readonly newValue: V | null
  readonly oldValue: V | null
  /** False for an out-of-order update of a versioned table: no aggregate or join takes it (KIP-914). */
  readonly isLatest: boolean
}
