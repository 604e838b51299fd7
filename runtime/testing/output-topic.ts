import { Headers } from '../core/headers.js'
import type { KeyValue } from '../core/record.js'
import type { Serde } from '../serde/serde.js'
import type { SentBytes, SentReader } from './sent-reader.js'

/** A record of an output topic. */
export interface TestRecord<K, V> {
  readonly key: K
  readonly value: V
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly headers: Headers
  readonly partition: number
  readonly offset: number
}

/** An output topic of the driver: each record is read once, in the order in which they were sent. Throws DESERIALIZATION. */
export class TestOutputTopic<K, V> {
  /** On Kafka. */
  readonly name: string
  readonly #key: Serde<K>
  readonly #value: Serde<V>
  readonly #reader: SentReader

  constructor(name: string, key: Serde<K>, value: Serde<V>, reader: SentReader) {
    this.name = name
    this.#key = key
    this.#value = value
    this.#reader = reader
  }

  get isEmpty(): boolean {
    return this.#reader.peek() === undefined
  }

  /** Undefined if there is nothing more. */
  read(): TestRecord<K, V> | undefined {
    const record = this.#reader.next()
    if (record === undefined) return undefined
    const { key, value, timestamp, headers, partition, offset } = record
    return {
      key: key === null ? (null as K) : this.#key.deserialize(key),
      value: value === null ? (null as V) : this.#value.deserialize(value),
      timestamp,
      headers: Headers.of(headers),
      partition,
      offset,
    }
  }

  /** As `read`, of bytes. */
  readBytes(): SentBytes | undefined {
    return this.#reader.next()
  }

  readAll(): TestRecord<K, V>[] {
    const records: TestRecord<K, V>[] = []
    for (let record = this.read(); record !== undefined; record = this.read()) records.push(record)
    return records
  }

  readValues(): V[] {
    return this.readAll().map(({ value }) => value)
  }

  readKeyValues(): KeyValue<K, V>[] {
    return this.readAll().map(({ key, value }) => ({ key, value }))
  }

  /** The last value of each key (keys are compared as a `Map` does). */
  readTable(): Map<K, V> {
    return new Map(this.readAll().map(({ key, value }) => [key, value]))
  }
}
