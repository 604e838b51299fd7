import { StreamError } from '../core/errors.js'
import type { KeyValue, ValueAndTimestamp, Windowed } from '../core/record.js'
import type {
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyWindowStore,
  StateStore,
  VersionedKeyValueStore,
  WindowEntry,
} from '../stores/state-store.js'
import type { StoreSpec } from '../stores/store-spec.js'
import type {
  KeyQueryMetadata,
  Located,
  QueryableKeyValueStore,
  QueryableSessionStore,
  QueryableVersionedStore,
  QueryableWindowStore,
  Rows,
  StoreHost,
} from './queryable-store.js'
import { PagedRows, take } from './rows.js'

/** The stores of one name that are open here, one a task. Throws STORE_UNAVAILABLE while the app is not running. */
export type OpenStores = () => readonly StateStore[]

/** Where the store is, of all instances. */
export interface StoreLocator {
  ofKey(store: string, key: unknown): KeyQueryMetadata
  hosts(store: string): readonly StoreHost[]
}

export type QueryableStore<K, V> =
  | QueryableKeyValueStore<K, V>
  | QueryableWindowStore<K, V>
  | QueryableSessionStore<K, V>
  | QueryableVersionedStore<K, V>

/** The store as the service reads it; `spec` says what the tasks keep. */
export function queryable<K, V>(spec: StoreSpec, open: OpenStores, locator: StoreLocator): QueryableStore<K, V> {
  switch (spec.kind) {
    case 'keyValue':
    case 'timestampedKeyValue':
      return new KeyValueQueries<K, V>(spec, open, locator)
    case 'window':
    case 'timestampedWindow':
      return new WindowQueries<K, V>(spec, open, locator)
    case 'session':
      return new SessionQueries<K, V>(spec, open, locator)
    case 'versioned':
      return new VersionedQueries<K, V>(spec, open, locator)
  }
}

const pageRows = 500

/** What is common: all local tasks are asked, in their order. */
class Queries<K, S extends StateStore> implements Located<K> {
  readonly spec: StoreSpec
  readonly #open: OpenStores
  readonly #locator: StoreLocator

  constructor(spec: StoreSpec, open: OpenStores, locator: StoreLocator) {
    this.spec = spec
    this.#open = open
    this.#locator = locator
  }

  async queryMetadataForKey(key: K): Promise<KeyQueryMetadata> {
    return this.#locator.ofKey(this.spec.name, key)
  }

  async hosts(): Promise<readonly StoreHost[]> {
    return this.#locator.hosts(this.spec.name)
  }

  protected open(): readonly S[] {
    return this.#open() as readonly StateStore[] as readonly S[]
  }

  /** The answer of the one task that has one. */
  protected async first<T>(ask: (store: S) => T | undefined): Promise<T | undefined> {
    for (const store of this.open()) {
      const answer = ask(store)
      if (answer !== undefined) return answer
    }
    return undefined
  }

  /** Rows of all tasks; `pages` reads those of one. */
  protected rows<T>(pages: (store: S) => Iterable<readonly T[]>): Rows<T> {
    const self = this
    return new PagedRows(function* () {
      for (const store of self.open()) {
        for (const page of pages(store)) {
          yield page
          self.#checkStillHere(store)
        }
      }
    })
  }

  protected noTimestamps(): StreamError {
    return new StreamError('INVALID_STATE', `The store ${this.spec.name} keeps no timestamps.`, {
      store: this.spec.name,
      hint: `Make it of kind ${this.spec.kind === 'window' ? 'timestampedWindow' : 'timestampedKeyValue'}.`,
    })
  }

  #checkStillHere(store: S): void {
    if (this.open().includes(store)) return
    throw new StreamError('STORE_UNAVAILABLE', `The store ${this.spec.name} has moved to another instance while it was read.`, {
      store: this.spec.name,
      hint: 'Ask again.',
    })
  }
}

class KeyValueQueries<K, V> extends Queries<K, ReadOnlyKeyValueStore<K, unknown>> implements QueryableKeyValueStore<K, V> {
  readonly #valueOf = this.spec.kind === 'timestampedKeyValue' ? withoutTimestamp<V> : (stored: unknown) => stored as V

  async get(key: K): Promise<V | undefined> {
    return this.first((store) => optional(store.get(key), this.#valueOf))
  }

  async getWithTimestamp(key: K): Promise<ValueAndTimestamp<V> | undefined> {
    if (this.spec.kind !== 'timestampedKeyValue') throw this.noTimestamps()
    return this.first((store) => store.get(key) as ValueAndTimestamp<V> | undefined)
  }

  range(from?: K, to?: K): Rows<KeyValue<K, V>> {
    return this.#paged((store, last) => store.range(last ?? from, to))
  }

  reverseRange(from?: K, to?: K): Rows<KeyValue<K, V>> {
    return this.#paged((store, last) => store.reverseRange(from, last ?? to))
  }

  all(): Rows<KeyValue<K, V>> {
    return this.range()
  }

  reverseAll(): Rows<KeyValue<K, V>> {
    return this.reverseRange()
  }

  prefixScan<P = K>(prefix: P, serialize?: (prefix: P) => Uint8Array): Rows<KeyValue<K, V>> {
    return this.rows((store) => [this.#values([...store.prefixScan(prefix, serialize)])])
  }

  async approximateNumEntries(): Promise<number> {
    return this.open().reduce((total, store) => total + store.approximateNumEntries(), 0)
  }

  /** Each page goes on at the key where the last one ended, which comes again if it is still there. */
  #paged(read: (store: ReadOnlyKeyValueStore<K, unknown>, last: K | undefined) => Iterable<KeyValue<K, unknown>>): Rows<KeyValue<K, V>> {
    const self = this
    return this.rows(function* (store) {
      let last: K | undefined
      for (;;) {
        const rows = take(read(store, last), pageRows + 1)
        if (last !== undefined && rows.length > 0 && self.#sameKey(rows[0]!.key, last)) rows.shift()
        if (rows.length === 0) return
        yield self.#values(rows)
        last = rows.at(-1)!.key
      }
    })
  }

  #sameKey(a: K, b: K): boolean {
    return Buffer.compare(this.spec.key.serialize(a), this.spec.key.serialize(b)) === 0
  }

  #values(rows: readonly KeyValue<K, unknown>[]): KeyValue<K, V>[] {
    return rows.map(({ key, value }) => ({ key, value: this.#valueOf(value) }))
  }
}

class WindowQueries<K, V> extends Queries<K, ReadOnlyWindowStore<K, unknown>> implements QueryableWindowStore<K, V> {
  readonly #valueOf = this.spec.kind === 'timestampedWindow' ? withoutTimestamp<V> : (stored: unknown) => stored as V

  async fetch(key: K, start: number): Promise<V | undefined> {
    return this.first((store) => optional(store.fetch(key, start), this.#valueOf))
  }

  async fetchWithTimestamp(key: K, start: number): Promise<ValueAndTimestamp<V> | undefined> {
    if (this.spec.kind !== 'timestampedWindow') throw this.noTimestamps()
    return this.first((store) => store.fetch(key, start) as ValueAndTimestamp<V> | undefined)
  }

  fetchRange(key: K, from: number, to: number): Rows<WindowEntry<V>> {
    return this.#entries((store) => store.fetchRange(key, from, to))
  }

  backwardFetchRange(key: K, from: number, to: number): Rows<WindowEntry<V>> {
    return this.#entries((store) => store.backwardFetchRange(key, from, to))
  }

  fetchKeyRange(fromKey: K | undefined, toKey: K | undefined, from: number, to: number): Rows<KeyValue<Windowed<K>, V>> {
    return this.#windows((store) => store.fetchKeyRange(fromKey, toKey, from, to))
  }

  backwardFetchKeyRange(fromKey: K | undefined, toKey: K | undefined, from: number, to: number): Rows<KeyValue<Windowed<K>, V>> {
    return this.#windows((store) => store.backwardFetchKeyRange(fromKey, toKey, from, to))
  }

  fetchAll(from: number, to: number): Rows<KeyValue<Windowed<K>, V>> {
    return this.#windows((store) => store.fetchAll(from, to))
  }

  backwardFetchAll(from: number, to: number): Rows<KeyValue<Windowed<K>, V>> {
    return this.#windows((store) => store.backwardFetchAll(from, to))
  }

  all(): Rows<KeyValue<Windowed<K>, V>> {
    return this.#windows((store) => store.all())
  }

  backwardAll(): Rows<KeyValue<Windowed<K>, V>> {
    return this.#windows((store) => store.backwardAll())
  }

  #entries(read: (store: ReadOnlyWindowStore<K, unknown>) => Iterable<WindowEntry<unknown>>): Rows<WindowEntry<V>> {
    return this.rows((store) => [Array.from(read(store), ({ start, value }) => ({ start, value: this.#valueOf(value) }))])
  }

  #windows(read: (store: ReadOnlyWindowStore<K, unknown>) => Iterable<KeyValue<Windowed<K>, unknown>>): Rows<KeyValue<Windowed<K>, V>> {
    return this.rows((store) => [Array.from(read(store), ({ key, value }) => ({ key, value: this.#valueOf(value) }))])
  }
}

class SessionQueries<K, V> extends Queries<K, ReadOnlySessionStore<K, V>> implements QueryableSessionStore<K, V> {
  async fetchSession(key: K, start: number, end: number): Promise<V | undefined> {
    return this.first((store) => store.fetchSession(key, start, end))
  }

  fetch(key: K): Rows<KeyValue<Windowed<K>, V>> {
    return this.rows((store) => [[...store.fetch(key)]])
  }

  backwardFetch(key: K): Rows<KeyValue<Windowed<K>, V>> {
    return this.rows((store) => [[...store.backwardFetch(key)]])
  }

  fetchKeyRange(from: K | undefined, to: K | undefined): Rows<KeyValue<Windowed<K>, V>> {
    return this.rows((store) => [[...store.fetchKeyRange(from, to)]])
  }

  findSessions(key: K, earliestEnd: number, latestStart: number): Rows<KeyValue<Windowed<K>, V>> {
    return this.rows((store) => [[...store.findSessions(key, earliestEnd, latestStart)]])
  }

  backwardFindSessions(key: K, earliestEnd: number, latestStart: number): Rows<KeyValue<Windowed<K>, V>> {
    return this.rows((store) => [[...store.backwardFindSessions(key, earliestEnd, latestStart)]])
  }
}

class VersionedQueries<K, V> extends Queries<K, VersionedKeyValueStore<K, V>> implements QueryableVersionedStore<K, V> {
  async get(key: K, asOfTimestamp?: number): Promise<V | undefined> {
    return this.first((store) => store.get(key, asOfTimestamp)?.value)
  }

  async getVersion(key: K, asOfTimestamp?: number) {
    return this.first((store) => store.get(key, asOfTimestamp))
  }
}

function withoutTimestamp<V>(stored: unknown): V {
  return (stored as ValueAndTimestamp<V>).value
}

function optional<T, R>(value: T | undefined, map: (value: T) => R): R | undefined {
  return value === undefined ? undefined : map(value)
}
