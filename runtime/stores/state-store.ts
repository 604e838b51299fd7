import type { KeyValue, ValueAndTimestamp, Windowed } from '../core/record.js'

/** What every store of the Processor API has. Names and semantics are Kafka Streams' (org.apache.kafka.streams.state). */
export interface StateStore {
  readonly name: string
}

export interface ReadOnlyKeyValueStore<K, V> extends StateStore {
  get(key: K): V | undefined
  /** Ends are inclusive, undefined is open; in order of the serialized key. */
  range(from?: K, to?: K): Iterable<KeyValue<K, V>>
  reverseRange(from?: K, to?: K): Iterable<KeyValue<K, V>>
  all(): Iterable<KeyValue<K, V>>
  reverseAll(): Iterable<KeyValue<K, V>>
  /** Entries whose serialized key starts with the bytes of `prefix`, written by the key serde or by `serialize`. */
  prefixScan<P = K>(prefix: P, serialize?: (prefix: P) => Uint8Array): Iterable<KeyValue<K, V>>
  approximateNumEntries(): number
}

export interface KeyValueStore<K, V> extends ReadOnlyKeyValueStore<K, V> {
  /** Null deletes. */
  put(key: K, value: V | null): void
  /** Returns the value that was there before. */
  putIfAbsent(key: K, value: V): V | undefined
  putAll(entries: Iterable<KeyValue<K, V | null>>): void
  /** Returns the value that was there before. */
  delete(key: K): V | undefined
}

/** A key-value store that keeps the timestamp of each value: what tables and aggregations use. */
export type TimestampedKeyValueStore<K, V> = KeyValueStore<K, ValueAndTimestamp<V>>

export interface WindowEntry<V> {
  /** Start of the window, milliseconds. */
  readonly start: number
  readonly value: V
}

export interface ReadOnlyWindowStore<K, V> extends StateStore {
  /** The value of the window that starts at `start`. */
  fetch(key: K, start: number): V | undefined
  /** Windows of `key` with from <= start <= to, ascending. */
  fetchRange(key: K, from: number, to: number): Iterable<WindowEntry<V>>
  backwardFetchRange(key: K, from: number, to: number): Iterable<WindowEntry<V>>
  /** Windows of keys from `fromKey` to `toKey` (inclusive; undefined is open) with from <= start <= to, by time, then key. */
  fetchKeyRange(fromKey: K | undefined, toKey: K | undefined, from: number, to: number): Iterable<KeyValue<Windowed<K>, V>>
  backwardFetchKeyRange(fromKey: K | undefined, toKey: K | undefined, from: number, to: number): Iterable<KeyValue<Windowed<K>, V>>
  fetchAll(from: number, to: number): Iterable<KeyValue<Windowed<K>, V>>
  backwardFetchAll(from: number, to: number): Iterable<KeyValue<Windowed<K>, V>>
  all(): Iterable<KeyValue<Windowed<K>, V>>
  backwardAll(): Iterable<KeyValue<Windowed<K>, V>>
}

export interface WindowStore<K, V> extends ReadOnlyWindowStore<K, V> {
  /** Null deletes (with `retainDuplicates`: is ignored). Windows older than the retention are dropped, with a metric. */
  put(key: K, value: V | null, start: number): void
}

export type TimestampedWindowStore<K, V> = WindowStore<K, ValueAndTimestamp<V>>

export interface ReadOnlySessionStore<K, V> extends StateStore {
  /** Sessions of `key` (or of keys from..to) with end >= earliestEnd and start <= latestStart, in Kafka Streams' order. */
  findSessions(key: K, earliestEnd: number, latestStart: number): Iterable<KeyValue<Windowed<K>, V>>
  findSessionsInKeyRange(
    from: K | undefined,
    to: K | undefined,
    earliestEnd: number,
    latestStart: number,
  ): Iterable<KeyValue<Windowed<K>, V>>
  /** Sessions of all keys with from <= end <= to, by end, then key, then descending start. */
  findSessionsByEnd(from: number, to: number): Iterable<KeyValue<Windowed<K>, V>>
  fetchSession(key: K, start: number, end: number): V | undefined
  /** All sessions of `key`. */
  fetch(key: K): Iterable<KeyValue<Windowed<K>, V>>
  fetchKeyRange(from: K | undefined, to: K | undefined): Iterable<KeyValue<Windowed<K>, V>>
  backwardFindSessions(key: K, earliestEnd: number, latestStart: number): Iterable<KeyValue<Windowed<K>, V>>
  backwardFetch(key: K): Iterable<KeyValue<Windowed<K>, V>>
}

export interface SessionStore<K, V> extends ReadOnlySessionStore<K, V> {
  /** Null removes. */
  put(session: Windowed<K>, value: V | null): void
  remove(session: Windowed<K>): void
}

/** One version of a key: valid from `timestamp` to `validTo` (undefined: still the latest). KIP-889. */
export interface VersionedRecord<V> extends ValueAndTimestamp<V> {
  readonly validTo: number | undefined
}

export interface VersionedKeyValueStore<K, V> extends StateStore {
  /**
   * Null deletes as of `timestamp`. Returns `validTo` of the new version (undefined: it is the latest), or `'expired'` if
   * it is older than the history retention and was dropped.
   */
  put(key: K, value: V | null, timestamp: number): number | undefined | 'expired'
  delete(key: K, timestamp: number): VersionedRecord<V> | undefined
  get(key: K, asOfTimestamp?: number): VersionedRecord<V> | undefined
}

/**
 * A store with the record cache on (`statestore.cache.max.bytes`): updates collect in the overlay and `listener` gets one per
 * key when it is flushed. Without a cache the listener is never called and the processor forwards each update itself.
 */
export interface CacheableStore<K, V> extends StateStore {
  readonly cached: boolean
  setFlushListener(listener: FlushListener<K, V>): void
}

/**
 * The values as the table has them, without the timestamp that the store keeps beside; `timestamp` is the new value's, or that of the record
 * that deleted it. Keys of window and session stores are `Windowed`. Called under the origin of the last update of the key.
 */
// biome-ignore lint/suspicious/noExplicitAny: a flush carries whatever the store holds
export type FlushListener<K = any, V = any> = (key: K, newValue: V | null, oldValue: V | null, timestamp: number) => void
