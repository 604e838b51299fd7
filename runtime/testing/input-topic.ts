import type { Headers } from '../core/headers.js'
import type { KeyValue } from '../core/record.js'
import type { Serde } from '../serde/serde.js'

/** What a record brings beside key and value when it is piped in. */
export interface PipeOptions {
  /** Milliseconds since the epoch. Default: the driver's wall clock. */
  readonly timestamp?: number
  readonly headers?: Headers
  /** Default: by the key, as Java's producer chooses; without a key each in turn. */
  readonly partition?: number
}

/** A record as bytes, on its way into a topic. */
export interface PipedBytes {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly options: PipeOptions
}

/** An input topic of the driver. Types are the manifest's; Kafka's null is null. */
export class TestInputTopic<K, V> {
  /** On Kafka. */
  readonly name: string
  readonly #key: Serde<K>
  readonly #value: Serde<V>
  readonly #pipe: (records: readonly PipedBytes[]) => void

  /** `pipe` sends records to the topic, and returns when all is processed. */
  constructor(name: string, key: Serde<K>, value: Serde<V>, pipe: (records: readonly PipedBytes[]) => void) {
    this.name = name
    this.#key = key
    this.#value = value
    this.#pipe = pipe
  }

  /** Sends a record, and returns when all that it leads to is processed; throws what it fails with. */
  pipe(key: K, value: V, options: PipeOptions = {}): void {
    this.#pipe([this.#bytes(key, value, options)])
  }

  /** As `pipe`, of bytes: for records that do not decode. */
  pipeBytes(key: Uint8Array | null, value: Uint8Array | null, options: PipeOptions = {}): void {
    this.#pipe([{ key, value, options }])
  }

  /** Sends all of them, then processes. */
  pipeAll(records: Iterable<KeyValue<K, V> & PipeOptions>): void {
    this.#pipe(Array.from(records, (record) => this.#bytes(record.key, record.value, record)))
  }

  #bytes(key: K, value: V, options: PipeOptions): PipedBytes {
    return {
      key: key === null ? null : this.#key.serialize(key),
      value: value === null ? null : this.#value.serialize(value),
      options,
    }
  }
}
