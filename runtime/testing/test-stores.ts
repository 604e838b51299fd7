import { StreamError } from '../core/errors.js'
import type { KeyValue, ValueAndTimestamp, Windowed } from '../core/record.js'
import type {
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyWindowStore,
  StateStore,
  VersionedKeyValueStore,
  VersionedRecord,
  WindowEntry,
} from '../stores/state-store.js'
import type { StoreSpec } from '../stores/store-spec.js'

/**
 * The stores of a driver as tests read them: those of all tasks together, updates that are not committed included. What
 * `app.stores` gives later, this gives at once, as values and arrays. Rows come task by task, each task's in the order of its store.
 */
abstract class TestStore<S extends StateStore> {
  readonly name: string
  protected readonly spec: StoreSpec
  readonly #open: () => readonly StateStore[]

  constructor(spec: StoreSpec, open: () => readonly StateStore[]) {
    this.name = spec.name
    this.spec = spec
    this.#open = open
  }

  protected first<T>(ask: (store: S) => T | undefined): T | undefined {
    for (const store of this.#open()) {
      const answer = ask(store as S)
      if (answer !== undefined) return answer
    }
    return undefined
  }

  protected rows<T>(ask: (store: S) => Iterable<T>): T[] {
    return this.#open().flatMap((store) => [...ask(store as S)])
  }

  /** A stored value without its timestamp, if the store keeps one. */
  protected valueOf<V>(stored: unknown): V {
    return this.spec.kind.startsWith('timestamped') ? (stored as ValueAndTimestamp<V>).value : (stored as V)
  }

  protected requireTimestamps(): void {
    if (this.spec.kind.startsWith('timestamped')) return
    throw new StreamError('INVALID_STATE', `The store ${this.name} keeps no timestamps.`, { store: this.name })
  }
}

export class TestKeyValueStore<K, V> extends TestStore<ReadOnlyKeyValueStore<K, unknown>> {
  get(key: K): V | undefined {
    const stored = this.first((store) => store.get(key))
    return stored === undefined ? undefined : this.valueOf<V>(stored)
  }

  /** Throws INVALID_STATE if the store keeps no timestamps. */
  getWithTimestamp(key: K): ValueAndTimestamp<V> | undefined {
    this.requireTimestamps()
    return this.first((store) => store.get(key)) as ValueAndTimestamp<V> | undefined
  }

  /** Ends are inclusive, undefined is open. */
  range(from?: K, to?: K): KeyValue<K, V>[] {
    return this.#values((store) => store.range(from, to))
  }

  reverseRange(from?: K, to?: K): KeyValue<K, V>[] {
    return this.#values((store) => store.reverseRange(from, to))
  }

  all(): KeyValue<K, V>[] {
    return this.#values((store) => store.all())
  }

  reverseAll(): KeyValue<K, V>[] {
    return this.#values((store) => store.reverseAll())
  }

  prefixScan<P = K>(prefix: P, serialize?: (prefix: P) => Uint8Array): KeyValue<K, V>[] {
    return this.#values((store) => store.prefixScan(prefix, serialize))
  }

  approximateNumEntries(): number {
    return this.rows((store) => [store.approximateNumEntries()]).reduce((sum, count) => sum + count, 0)
  }

  #values(read: (store: ReadOnlyKeyValueStore<K, unknown>) => Iterable<KeyValue<K, unknown>>): KeyValue<K, V>[] {
    return this.rows(read).map(({ key, value }) => ({ key, value: this.valueOf<V>(value) }))
  }
}

/** Windows by start, milliseconds since the epoch. */
export class TestWindowStore<K, V> extends TestStore<ReadOnlyWindowStore<K, unknown>> {
  fetch(key: K, start: number): V | undefined {
    const stored = this.first((store) => store.fetch(key, start))
    return stored === undefined ? undefined : this.valueOf<V>(stored)
  }

  /** Throws INVALID_STATE if the store keeps no timestamps. */
  fetchWithTimestamp(key: K, start: number): ValueAndTimestamp<V> | undefined {
    this.requireTimestamps()
    return this.first((store) => store.fetch(key, start)) as ValueAndTimestamp<V> | undefined
  }

  /** Windows of `key` with from <= start <= to, ascending. */
  fetchRange(key: K, from: number, to: number): WindowEntry<V>[] {
    return this.#entries((store) => store.fetchRange(key, from, to))
  }

  backwardFetchRange(key: K, from: number, to: number): WindowEntry<V>[] {
    return this.#entries((store) => store.backwardFetchRange(key, from, to))
  }

  /** Ends are inclusive, undefined is open. */
  fetchKeyRange(fromKey: K | undefined, toKey: K | undefined, from: number, to: number): KeyValue<Windowed<K>, V>[] {
    return this.#windows((store) => store.fetchKeyRange(fromKey, toKey, from, to))
  }

  backwardFetchKeyRange(fromKey: K | undefined, toKey: K | undefined, from: number, to: number): KeyValue<Windowed<K>, V>[] {
    return this.#windows((store) => store.backwardFetchKeyRange(fromKey, toKey, from, to))
  }

  fetchAll(from: number, to: number): KeyValue<Windowed<K>, V>[] {
    return this.#windows((store) => store.fetchAll(from, to))
  }

  backwardFetchAll(from: number, to: number): KeyValue<Windowed<K>, V>[] {
    return this.#windows((store) => store.backwardFetchAll(from, to))
  }

  all(): KeyValue<Windowed<K>, V>[] {
    return this.#windows((store) => store.all())
  }

  backwardAll(): KeyValue<Windowed<K>, V>[] {
    return this.#windows((store) => store.backwardAll())
  }

  #entries(read: (store: ReadOnlyWindowStore<K, unknown>) => Iterable<WindowEntry<unknown>>): WindowEntry<V>[] {
    return this.rows(read).map(({ start, value }) => ({ start, value: this.valueOf<V>(value) }))
  }

  #windows(read: (store: ReadOnlyWindowStore<K, unknown>) => Iterable<KeyValue<Windowed<K>, unknown>>): KeyValue<Windowed<K>, V>[] {
    return this.rows(read).map(({ key, value }) => ({ key, value: this.valueOf<V>(value) }))
  }
}

export class TestSessionStore<K, V> extends TestStore<ReadOnlySessionStore<K, V>> {
  fetchSession(key: K, start: number, end: number): V | undefined {
    return this.first((store) => store.fetchSession(key, start, end))
  }

  /** All sessions of `key`. */
  fetch(key: K): KeyValue<Windowed<K>, V>[] {
    return this.rows((store) => store.fetch(key))
  }

  backwardFetch(key: K): KeyValue<Windowed<K>, V>[] {
    return this.rows((store) => store.backwardFetch(key))
  }

  /** Ends are inclusive, undefined is open. */
  fetchKeyRange(from?: K, to?: K): KeyValue<Windowed<K>, V>[] {
    return this.rows((store) => store.fetchKeyRange(from, to))
  }

  /** Sessions of `key` with end >= earliestEnd and start <= latestStart. */
  findSessions(key: K, earliestEnd: number, latestStart: number): KeyValue<Windowed<K>, V>[] {
    return this.rows((store) => store.findSessions(key, earliestEnd, latestStart))
  }

  backwardFindSessions(key: K, earliestEnd: number, latestStart: number): KeyValue<Windowed<K>, V>[] {
    return this.rows((store) => store.backwardFindSessions(key, earliestEnd, latestStart))
  }
}

export class TestVersionedStore<K, V> extends TestStore<VersionedKeyValueStore<K, V>> {
  /** The latest value, or the one that was valid at `asOfTimestamp`, milliseconds since the epoch. */
  get(key: K, asOfTimestamp?: number): V | undefined {
    return this.getVersion(key, asOfTimestamp)?.value
  }

  getVersion(key: K, asOfTimestamp?: number): VersionedRecord<V> | undefined {
    return this.first((store) => store.get(key, asOfTimestamp))
  }
}

export type AnyTestStore =
  | TestKeyValueStore<unknown, unknown>
  | TestWindowStore<unknown, unknown>
  | TestSessionStore<unknown, unknown>
  | TestVersionedStore<unknown, unknown>

/** `open` gives the stores of that name, one a task. */
export function testStore(spec: StoreSpec, open: () => readonly StateStore[]): AnyTestStore {
  switch (spec.kind) {
    case 'keyValue':
    case 'timestampedKeyValue':
      return new TestKeyValueStore(spec, open)
    case 'window':
    case 'timestampedWindow':
      return new TestWindowStore(spec, open)
    case 'session':
      return new TestSessionStore(spec, open)
    case 'versioned':
      return new TestVersionedStore(spec, open)
  }
}
