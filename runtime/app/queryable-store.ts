import type { KeyValue, ValueAndTimestamp, Windowed } from '../core/record.js'
import type { VersionedRecord, WindowEntry } from '../stores/state-store.js'

/**
 * The stores of a running app, as the service around it reads them (`app.stores`): those of the tasks that this instance
 * runs, uncommitted updates included. A key whose partition another instance runs is not found here: `queryMetadataForKey` tells whom to ask. Every other call
 * rejects with STORE_UNAVAILABLE while the app is not RUNNING. Kafka Streams: interactive queries.
 */

/** Where a key is. Kafka Streams: `KeyQueryMetadata`. */
export interface KeyQueryMetadata {
  readonly partition: number
  /** `applicationServer` of the instance that runs the key's task; undefined if it does not say one, or no instance ran it at the last assignment. */
  readonly activeHost: string | undefined
  /** Of those that keep standbys of the task. */
  readonly standbyHosts: readonly string[]
  /** Is it this instance that runs the task? */
  readonly isLocal: boolean
}

/** What an instance has of a store. Kafka Streams: `StreamsMetadata`. */
export interface StoreHost {
  /** Its `applicationServer`. */
  readonly host: string
  /** Of a global store none: each instance has all of it. */
  readonly partitions: readonly number[]
  readonly standbyPartitions: readonly number[]
}

/** Where a store is, over all instances. Both reject with STORE_UNAVAILABLE before the app has its first tasks. */
export interface Located<K> {
  /** By the partitioner of Java's producer: not where topics are written by another, or keys of the store are not those of its inputs (a processor's own). */
  queryMetadataForKey(key: K): Promise<KeyQueryMetadata>
  /** Of the instances that say an `applicationServer`. */
  hosts(): Promise<readonly StoreHost[]>
}

/** The rows of a query, task by task. Ranges of keys are read page by page as they are iterated, the rest of a task at once; updates go on meanwhile. */
export interface Rows<T> extends AsyncIterable<T> {
  toArray(): Promise<T[]>
}

/** Values come without their timestamps; `getWithTimestamp` gives both. */
export interface QueryableKeyValueStore<K, V> extends Located<K> {
  get(key: K): Promise<V | undefined>
  /** A store that keeps no timestamps (`kind: keyValue` of a processor) rejects with INVALID_STATE. */
  getWithTimestamp(key: K): Promise<ValueAndTimestamp<V> | undefined>
  /** Ends are inclusive, undefined is open. By task, and within a task in order of the serialized key. */
  range(from?: K, to?: K): Rows<KeyValue<K, V>>
  reverseRange(from?: K, to?: K): Rows<KeyValue<K, V>>
  all(): Rows<KeyValue<K, V>>
  reverseAll(): Rows<KeyValue<K, V>>
  /** Rows whose serialized key starts with the bytes of `prefix`, written by the key serde or by `serialize`. */
  prefixScan<P = K>(prefix: P, serialize?: (prefix: P) => Uint8Array): Rows<KeyValue<K, V>>
  approximateNumEntries(): Promise<number>
}

/** Windows by start, milliseconds since the epoch. */
export interface QueryableWindowStore<K, V> extends Located<K> {
  /** The value of the window that starts at `start`. */
  fetch(key: K, start: number): Promise<V | undefined>
  fetchWithTimestamp(key: K, start: number): Promise<ValueAndTimestamp<V> | undefined>
  /** Windows of `key` with from <= start <= to, ascending. */
  fetchRange(key: K, from: number, to: number): Rows<WindowEntry<V>>
  backwardFetchRange(key: K, from: number, to: number): Rows<WindowEntry<V>>
  /** Windows of keys from `fromKey` to `toKey` (inclusive; undefined is open) with from <= start <= to. */
  fetchKeyRange(fromKey: K | undefined, toKey: K | undefined, from: number, to: number): Rows<KeyValue<Windowed<K>, V>>
  backwardFetchKeyRange(fromKey: K | undefined, toKey: K | undefined, from: number, to: number): Rows<KeyValue<Windowed<K>, V>>
  fetchAll(from: number, to: number): Rows<KeyValue<Windowed<K>, V>>
  backwardFetchAll(from: number, to: number): Rows<KeyValue<Windowed<K>, V>>
  all(): Rows<KeyValue<Windowed<K>, V>>
  backwardAll(): Rows<KeyValue<Windowed<K>, V>>
}

export interface QueryableSessionStore<K, V> extends Located<K> {
  fetchSession(key: K, start: number, end: number): Promise<V | undefined>
  /** All sessions of `key`. */
  fetch(key: K): Rows<KeyValue<Windowed<K>, V>>
  backwardFetch(key: K): Rows<KeyValue<Windowed<K>, V>>
  /** Sessions of keys from `from` to `to` (inclusive; undefined is open). */
  fetchKeyRange(from: K | undefined, to: K | undefined): Rows<KeyValue<Windowed<K>, V>>
  /** Sessions of `key` with end >= earliestEnd and start <= latestStart. */
  findSessions(key: K, earliestEnd: number, latestStart: number): Rows<KeyValue<Windowed<K>, V>>
  backwardFindSessions(key: K, earliestEnd: number, latestStart: number): Rows<KeyValue<Windowed<K>, V>>
}

export interface QueryableVersionedStore<K, V> extends Located<K> {
  /** The latest value, or the one that was valid at `asOfTimestamp`, milliseconds since the epoch. */
  get(key: K, asOfTimestamp?: number): Promise<V | undefined>
  getVersion(key: K, asOfTimestamp?: number): Promise<VersionedRecord<V> | undefined>
}
