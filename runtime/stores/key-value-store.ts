import { StreamError } from '../core/errors.js'
import type { KeyValue } from '../core/record.js'
import { stringSerde } from '../serde/primitives.js'
import type { Serde } from '../serde/serde.js'
import { compareBytes, idOf, isAscii, keyAfter, prefixEnd } from './bytes.js'
import { ChangeLoggedStore } from './change-logged-store.js'
import type { ChangelogRecord } from './change-sink.js'
import { mapped } from './iterables.js'
import { type LogChange, lastOfEachKey, type ManagedStore, type StoreChanges } from './managed-store.js'
import { readRow } from './read-row.js'
import type { CacheableStore, FlushListener, KeyValueStore } from './state-store.js'
import type { BytesStore, Entry, Mutation } from './store.js'
import type { StoreContext } from './store-context.js'
import { flushedTo, type ValueCodec } from './value-codec.js'

export interface KeyValueStoreOptions<K, V> {
  readonly name: string
  readonly key: Serde<K>
  readonly codec: ValueCodec<V>
  readonly caching: boolean
}

/** Kafka Streams' key-value store, timestamped or not (by its codec). Rows are the serialized key and value as they are. */
export class TypedKeyValueStore<K, V> implements KeyValueStore<K, V>, CacheableStore<K, unknown>, ManagedStore {
  readonly name: string
  readonly #key: Serde<K>
  readonly #codec: ValueCodec<V>
  readonly #store: ChangeLoggedStore
  #flushListener: FlushListener<K, unknown> | undefined

  constructor(options: KeyValueStoreOptions<K, V>, base: BytesStore, context: StoreContext) {
    this.name = options.name
    this.#key = options.key
    this.#codec = options.codec
    this.#store = new ChangeLoggedStore(base, context, { encode: options.codec.encode, caching: options.caching })
  }

  get(key: K): V | undefined {
    return this.#codec.read(this.#store.slot(this.#idOf(key)))
  }

  put(key: K, value: V | null): void {
    this.#codec.write(this.#store, this.#idOf(key), value)
  }

  putIfAbsent(key: K, value: V): V | undefined {
    const before = this.get(key)
    if (before === undefined) this.put(key, value)
    return before
  }

  putAll(entries: Iterable<KeyValue<K, V | null>>): void {
    for (const { key, value } of entries) this.put(key, value)
  }

  delete(key: K): V | undefined {
    const before = this.get(key)
    this.put(key, null)
    return before
  }

  range(from?: K, to?: K): Iterable<KeyValue<K, V>> {
    return this.#range(from, to, false)
  }

  reverseRange(from?: K, to?: K): Iterable<KeyValue<K, V>> {
    return this.#range(from, to, true)
  }

  all(): Iterable<KeyValue<K, V>> {
    return this.#range(undefined, undefined, false)
  }

  reverseAll(): Iterable<KeyValue<K, V>> {
    return this.#range(undefined, undefined, true)
  }

  prefixScan<P = K>(
    prefix: P,
    serialize: (prefix: P) => Uint8Array = (key) => this.#keyBytes(key as unknown as K),
  ): Iterable<KeyValue<K, V>> {
    const from = serialize(prefix)
    if (from.length === 0) {
      throw new StreamError('INVALID_ARGUMENT', `the prefix of a scan of the store ${this.name} has no bytes`, {
        store: this.name,
        hint: 'all() gives every entry.',
      })
    }
    return mapped(this.#store.range({ from, to: prefixEnd(from) }), this.#entry)
  }

  approximateNumEntries(): number {
    return this.#store.count()
  }

  get cached(): boolean {
    return this.#store.cached
  }

  setFlushListener(listener: FlushListener<K, unknown>): void {
    this.#flushListener = listener
  }

  get dirtyBytes(): number {
    return this.#store.dirtyBytes
  }

  flushCache(): boolean {
    const listener = this.#flushListener
    return this.#store.flushCache(listener && flushedTo(listener, this.#codec, (key) => this.#keyOf(key)))
  }

  drain(log: LogChange): StoreChanges | undefined {
    const mutations: Mutation[] = []
    this.#store.drain((key, value, timestamp) => {
      mutations.push([key, value])
      if (value === null) log(key, null, timestamp)
      else log(key, this.#codec.loggedValue(value), this.#codec.loggedTimestamp(value, timestamp))
    })
    return mutations.length === 0 ? undefined : { mutations, deleteRanges: [] }
  }

  settle(): void {
    this.#store.settle()
  }

  restore(records: readonly ChangelogRecord[]): StoreChanges {
    return { mutations: this.#mutationsOf(records), deleteRanges: [] }
  }

  relog(records: readonly ChangelogRecord[], log: LogChange): void {
    for (const { key, timestamp } of lastOfEachKey(records)) {
      const value = this.#store.get(key)
      if (value === undefined) log(key, null, timestamp)
      else log(key, this.#codec.loggedValue(value), this.#codec.loggedTimestamp(value, timestamp))
    }
  }

  restored(): void {
    this.#store.invalidate()
  }

  close(): void {
    this.#store.close()
  }

  #range(from: K | undefined, to: K | undefined, reverse: boolean): Iterable<KeyValue<K, V>> {
    const first = from == null ? undefined : this.#keyBytes(from)
    const last = to == null ? undefined : this.#keyBytes(to)
    if (first !== undefined && last !== undefined && compareBytes(first, last) > 0) return []
    return mapped(this.#store.range({ from: first, to: last && keyAfter(last), reverse }), this.#entry)
  }

  /** One at a time: a restore has many. A source topic that serves as changelog may have records without a key; its table ignores them. */
  *#mutationsOf(records: readonly ChangelogRecord[]): IterableIterator<Mutation> {
    for (const { key, value, timestamp } of records) {
      if (key !== null) yield [key, value === null ? null : this.#codec.fromLog(value, timestamp)]
    }
  }

  readonly #entry = ({ key, value }: Entry): KeyValue<K, V> => ({ key: this.#keyOf(key), value: this.#codec.decode(value) })

  /** Text of ASCII alone needs no serializing: most keys, on the way that every record takes. */
  #idOf(key: K): string {
    if (typeof key === 'string' && (this.#key as unknown) === stringSerde && isAscii(key)) return key
    return idOf(this.#keyBytes(key))
  }

  #keyBytes(key: K): Uint8Array {
    return serializeKey(this.name, this.#key, key)
  }

  #keyOf(bytes: Uint8Array): K {
    return readRow(this.name, this.#key, bytes)
  }
}

/** The key's bytes; throws INVALID_ARGUMENT for null, which no store takes. */
export function serializeKey<K>(store: string, serde: Serde<K>, key: K): Uint8Array {
  if (key == null) throw new StreamError('INVALID_ARGUMENT', `a key of the store ${store} is ${key}`, { store })
  return serde.serialize(key)
}
