import type { ValueAndTimestamp } from '../core/record.js'
import type { Serde } from '../serde/serde.js'
import type { ChangeLoggedStore, Flushed } from './change-logged-store.js'
import type { Slot } from './overlay.js'
import { readRow } from './read-row.js'
import type { FlushListener } from './state-store.js'

/**
 * Values of a store as its bytes, and as the records of its changelog. Kafka Streams' layout: stores with timestamps keep 8 bytes
 * of it (big endian) before the value, and log the value alone with the timestamp as the record's.
 */
export interface ValueCodec<V> {
  /** Puts a value; null deletes. Throws what the serde throws. */
  write(store: ChangeLoggedStore, id: string, value: V | null): void
  read(slot: Slot): V | undefined
  /** Null for what deletes. */
  toBytes(value: V | null): Uint8Array | null
  decode(bytes: Uint8Array): V
  /** As a table has it: without the timestamp. */
  decodePlain(bytes: Uint8Array): unknown
  /** Bytes of what `write` put without making them. */
  encode(decoded: unknown, time: number): Uint8Array
  /** Value and timestamp of the changelog record. */
  loggedValue(bytes: Uint8Array): Uint8Array
  loggedTimestamp(bytes: Uint8Array, recordTimestamp: number): number
  /** The store's bytes of a changelog record. */
  fromLog(value: Uint8Array, timestamp: number): Uint8Array
}

export function plainCodec<V>(store: string, serde: Serde<V>): ValueCodec<V> {
  const decode = (bytes: Uint8Array): V => readRow(store, serde, bytes)
  const toBytes = (value: V | null) => (value == null ? null : serde.serialize(value))
  return {
    write(target, id, value) {
      if (value != null && serde.isExact?.(value)) target.putDecoded(id, value, 0)
      else target.put(id, toBytes(value))
    },
    toBytes,
    read(slot) {
      if (slot.bytes === null) return undefined
      if (slot.decoded !== undefined) return slot.decoded as V
      const value = decode(slot.bytes!)
      if (isImmutable(value)) slot.decoded = value
      return value
    },
    decode,
    decodePlain: decode,
    encode: (decoded) => serde.serialize(decoded as V),
    loggedValue: (bytes) => bytes,
    loggedTimestamp: (_bytes, recordTimestamp) => recordTimestamp,
    fromLog: (value) => value,
  }
}

export function timestampedCodec<V>(store: string, serde: Serde<V>): ValueCodec<ValueAndTimestamp<V>> {
  const innerOf = (bytes: Uint8Array): V => readRow(store, serde, bytes.subarray(8))
  const toBytes = (pair: ValueAndTimestamp<V> | null) =>
    pair?.value == null ? null : withTimestamp(serde.serialize(pair.value), pair.timestamp)
  return {
    write(target, id, pair) {
      if (pair?.value != null && serde.isExact?.(pair.value)) target.putDecoded(id, pair.value, pair.timestamp)
      else target.put(id, toBytes(pair))
    },
    toBytes,
    read(slot) {
      if (slot.bytes === null) return undefined
      // The pair is made anew each time, since it can be written to by force; what is in it cannot.
      if (slot.decoded !== undefined) return { value: slot.decoded as V, timestamp: slot.time }
      const value = innerOf(slot.bytes!)
      const timestamp = readTime(slot.bytes!, 0)
      if (isImmutable(value)) {
        slot.decoded = value
        slot.time = timestamp
      }
      return { value, timestamp }
    },
    decode: (bytes) => ({ value: innerOf(bytes), timestamp: readTime(bytes, 0) }),
    decodePlain: innerOf,
    encode: (decoded, time) => withTimestamp(serde.serialize(decoded as V), time),
    loggedValue: (bytes) => bytes.subarray(8),
    loggedTimestamp: (bytes) => readTime(bytes, 0),
    fromLog: withTimestamp,
  }
}

/** What the flush of a record cache gives, as the store's listener takes it. */
export function flushedTo<K, V>(listener: FlushListener<K, unknown>, codec: ValueCodec<V>, keyOf: (key: Uint8Array) => K): Flushed {
  const plain = (bytes: Uint8Array | null) => (bytes === null ? null : codec.decodePlain(bytes))
  return (key, newValue, oldValue, recordTimestamp) => {
    const timestamp = newValue === null ? recordTimestamp : codec.loggedTimestamp(newValue, recordTimestamp)
    listener(keyOf(key), plain(newValue), plain(oldValue), timestamp)
  }
}

/** Puts a time of milliseconds (a safe integer) as 8 bytes, big endian, as Java's `ByteBuffer.putLong`. */
export function writeTime(bytes: Uint8Array, at: number, time: number): void {
  const high = Math.floor(time / 0x1_0000_0000)
  bytes[at] = high >>> 24
  bytes[at + 1] = high >>> 16
  bytes[at + 2] = high >>> 8
  bytes[at + 3] = high
  bytes[at + 4] = time >>> 24
  bytes[at + 5] = time >>> 16
  bytes[at + 6] = time >>> 8
  bytes[at + 7] = time
}

export function readTime(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  const low = (bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!
  return high * 0x1_0000_0000 + (low >>> 0)
}

export function withTimestamp(value: Uint8Array, timestamp: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(8 + value.length)
  writeTime(bytes, 0, timestamp)
  bytes.set(value, 8)
  return bytes
}

/** A value that nobody can change behind the store's back. */
function isImmutable(value: unknown): boolean {
  return typeof value !== 'object' && typeof value !== 'function'
}
