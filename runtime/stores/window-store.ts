import { StreamError } from '../core/errors.js'
import type { KeyValue, Windowed } from '../core/record.js'
import type { Serde } from '../serde/serde.js'
import { compareBytes, idOf } from './bytes.js'
import type { ChangelogRecord } from './change-sink.js'
import { flatMapped } from './iterables.js'
import { serializeKey } from './key-value-store.js'
import { type LogChange, lastOfEachKey, type ManagedStore, type StoreChanges } from './managed-store.js'
import { readRow } from './read-row.js'
import { keyEnd, keyOfRow, rowKey, segmentStart } from './row-keys.js'
import { SegmentedStore } from './segmented-store.js'
import type { CacheableStore, FlushListener, WindowEntry, WindowStore } from './state-store.js'
import type { BytesStore, Entry, Mutation } from './store.js'
import type { StoreContext } from './store-context.js'
import { flushedTo, readTime, type ValueCodec, writeTime } from './value-codec.js'

export interface WindowStoreOptions<K, V> {
  readonly name: string
  readonly key: Serde<K>
  readonly codec: ValueCodec<V>
  readonly windowSizeMs: number
  readonly retentionMs: number
  readonly retainDuplicates: boolean
  readonly caching: boolean
  /** Kept in order of time as well (`TimeIndex`). */
  readonly timeOrdered: boolean
}

/** Where a window stands: its row's key, as bytes and as id. */
interface Row {
  readonly key: unknown
  readonly start: number
  readonly row: Uint8Array
  readonly id: string
}

/**
 * Kafka Streams' window store, with the semantics of its in-memory one: a window is live while its start is above the highest start
 * ever put less the retention, and several keys come by start, then key.
 *
 * Rows: segment, key, start (8 bytes), and with duplicates a sequence number (4 bytes).
 */
export class TypedWindowStore<K, V> implements WindowStore<K, V>, CacheableStore<Windowed<K>, unknown>, ManagedStore {
  readonly name: string
  readonly #options: WindowStoreOptions<K, V>
  readonly #codec: ValueCodec<V>
  readonly #context: StoreContext
  readonly #segments: SegmentedStore
  readonly #suffixLength: number
  #flushListener: FlushListener<Windowed<K>, unknown> | undefined
  #last: Row | undefined

  constructor(options: WindowStoreOptions<K, V>, base: BytesStore, context: StoreContext) {
    this.name = options.name
    this.#options = options
    this.#codec = options.codec
    this.#context = context
    this.#suffixLength = options.retainDuplicates ? 12 : 8
    this.#segments = new SegmentedStore(base, context, {
      // Tumbling windows: one start per segment, so that scans by time need no sorting; and never many segments.
      intervalMs: Math.max(1, options.windowSizeMs, Math.ceil(options.retentionMs / 32)),
      retentionMs: options.retentionMs,
      // Duplicates have nothing to be merged in a cache; Kafka Streams turns it off as well.
      caching: options.caching && !options.retainDuplicates,
      encode: options.codec.encode,
      timeOrdered: options.timeOrdered ? { suffixLength: this.#suffixLength } : undefined,
    })
  }

  put(key: K, value: V | null, start: number): void {
    if (!Number.isSafeInteger(start)) throw this.#refuse(`${start} is not a window's start`)
    const { retainDuplicates } = this.#options
    const known = retainDuplicates ? undefined : this.#rowOf(key, start)
    const row = known?.row ?? this.#rowKey(this.#segments.segmentOf(start), this.#keyBytes(key), start)
    if (start < 0) return
    const advanced = this.#segments.advance(start)
    if (start < this.#segments.liveFrom) {
      this.#dropExpired(row, value)
      return
    }
    this.#segments.segmentFor(start)
    if (retainDuplicates) writeSequence(row, this.#segments.nextSequence())
    if (advanced) this.#segments.advancedBy(row)
    if (value == null && retainDuplicates) return
    this.#codec.write(this.#segments.rows, known?.id ?? idOf(row), value)
    this.#segments.byTime?.set(row, start, value != null)
  }

  /** A row too old to be kept: with the record cache on it goes downstream all the same, as in Kafka Streams, and at once. */
  #dropExpired(row: Uint8Array, value: V | null): void {
    this.#context.expired(this.name)
    const listener = this.#flushListener
    if (!this.cached || listener === undefined) return
    flushedTo(listener, this.#codec, (key) => this.#windowed(key))(
      row,
      this.#codec.toBytes(value),
      null,
      this.#context.recordOrigin().timestamp,
    )
  }

  fetch(key: K, start: number): V | undefined {
    const { id } = this.#rowOf(key, start)
    if (!(start >= this.#segments.liveFrom && start <= this.#segments.observedTime)) return undefined
    return this.#codec.read(this.#segments.rows.slot(id))
  }

  fetchRange(key: K, from: number, to: number): Iterable<WindowEntry<V>> {
    const keyBytes = this.#keyBytes(key)
    return { [Symbol.iterator]: () => this.#fetch(keyBytes, from, to, false) }
  }

  backwardFetchRange(key: K, from: number, to: number): Iterable<WindowEntry<V>> {
    const keyBytes = this.#keyBytes(key)
    return { [Symbol.iterator]: () => this.#fetch(keyBytes, from, to, true) }
  }

  fetchKeyRange(fromKey: K | undefined, toKey: K | undefined, from: number, to: number): Iterable<KeyValue<Windowed<K>, V>> {
    return this.#fetchKeys(fromKey, toKey, from, to, false)
  }

  backwardFetchKeyRange(fromKey: K | undefined, toKey: K | undefined, from: number, to: number): Iterable<KeyValue<Windowed<K>, V>> {
    return this.#fetchKeys(fromKey, toKey, from, to, true)
  }

  fetchAll(from: number, to: number): Iterable<KeyValue<Windowed<K>, V>> {
    return this.#fetchKeys(undefined, undefined, from, to, false)
  }

  backwardFetchAll(from: number, to: number): Iterable<KeyValue<Windowed<K>, V>> {
    return this.#fetchKeys(undefined, undefined, from, to, true)
  }

  all(): Iterable<KeyValue<Windowed<K>, V>> {
    return this.#fetchKeys(undefined, undefined, 0, Number.POSITIVE_INFINITY, false)
  }

  backwardAll(): Iterable<KeyValue<Windowed<K>, V>> {
    return this.#fetchKeys(undefined, undefined, 0, Number.POSITIVE_INFINITY, true)
  }

  get cached(): boolean {
    return this.#segments.rows.cached
  }

  setFlushListener(listener: FlushListener<Windowed<K>, unknown>): void {
    this.#flushListener = listener
  }

  get dirtyBytes(): number {
    return this.#segments.dirtyBytes
  }

  flushCache(): boolean {
    const listener = this.#flushListener
    return this.#segments.rows.flushCache(listener && flushedTo(listener, this.#codec, (row) => this.#windowed(row)))
  }

  /** Changelog keys are Kafka Streams' `WindowKeySchema`: key, start (8 bytes), sequence number (4 bytes). */
  drain(log: LogChange): StoreChanges | undefined {
    return this.#segments.drain((row, value, timestamp) => {
      const logged = keyOfRow(row, this.#suffixLength, 12)
      const keyLength = logged.length - 12
      for (let at = 0; at < 12; at++) logged[keyLength + at] = at < this.#suffixLength ? row[row.length - this.#suffixLength + at]! : 0
      if (value === null) log(logged, null, timestamp)
      else log(logged, this.#codec.loggedValue(value), this.#codec.loggedTimestamp(value, timestamp))
      return this.#startOf(row)
    })
  }

  settle(): void {
    this.#segments.settle()
  }

  restore(records: readonly ChangelogRecord[]): StoreChanges {
    const { retainDuplicates } = this.#options
    for (const { key } of records) if (key !== null) this.#segments.advance(readTime(key, key.length - 12))
    const liveFrom = this.#segments.liveFrom
    const mutations: Mutation[] = []
    for (const { key, value, timestamp } of records) {
      if (key === null) continue
      const start = readTime(key, key.length - 12)
      const sequence = key.subarray(key.length - 4)
      if (retainDuplicates) this.#segments.sequence = readSequence(key)
      if (start < liveFrom) continue
      const row = this.#rowKey(this.#segments.segmentFor(start), key.subarray(0, key.length - 12), start)
      if (retainDuplicates) row.set(sequence, row.length - 4)
      mutations.push([row, value === null ? null : this.#codec.fromLog(value, timestamp)])
      if (this.#segments.byTime !== undefined) mutations.push(this.#segments.byTime.mutation(row, start, value !== null))
    }
    return this.#segments.changesWith(mutations)
  }

  relog(records: readonly ChangelogRecord[], log: LogChange): void {
    const { retainDuplicates } = this.#options
    for (const { key, timestamp } of lastOfEachKey(records)) {
      const start = readTime(key, key.length - 12)
      const row = this.#rowKey(this.#segments.segmentOf(start), key.subarray(0, key.length - 12), start)
      if (retainDuplicates) row.set(key.subarray(key.length - 4), row.length - 4)
      const value = start < this.#segments.liveFrom ? undefined : this.#segments.rows.get(row)
      if (value === undefined) log(key, null, timestamp)
      else log(key, this.#codec.loggedValue(value), this.#codec.loggedTimestamp(value, timestamp))
    }
  }

  restored(): void {
    this.#segments.invalidate()
  }

  close(): void {
    this.#segments.close()
  }

  #fetch(key: Uint8Array, from: number, to: number, reverse: boolean): IterableIterator<WindowEntry<V>> {
    const first = Math.max(from, this.#segments.liveFrom)
    const last = Math.min(to, this.#segments.observedTime)
    const rowsOf = (segment: number): Iterable<Entry> =>
      this.#segments.rows.range({ from: this.#rowKey(segment, key, first), to: this.#rowKey(segment, key, last + 1), reverse })
    return flatMapped(this.#segments.segmentsBetween(first, last, reverse), rowsOf, this.#entry)
  }

  readonly #entry = (row: Entry): WindowEntry<V> => ({ start: this.#startOf(row.key), value: this.#codec.decode(row.value) })

  #fetchKeys(fromKey: K | undefined, toKey: K | undefined, from: number, to: number, reverse: boolean): Iterable<KeyValue<Windowed<K>, V>> {
    const lower = fromKey == null ? undefined : this.#keyBytes(fromKey)
    const upper = toKey == null ? undefined : this.#keyBytes(toKey)
    if (lower !== undefined && upper !== undefined && compareBytes(lower, upper) > 0) return []
    return { [Symbol.iterator]: () => this.#scan(lower, upper, from, to, reverse) }
  }

  /** Segment by segment, each sorted by time: rows stand by key first, for `fetch`. */
  *#scan(
    fromKey: Uint8Array | undefined,
    toKey: Uint8Array | undefined,
    from: number,
    to: number,
    reverse: boolean,
  ): IterableIterator<KeyValue<Windowed<K>, V>> {
    const first = Math.max(from, this.#segments.liveFrom)
    const last = Math.min(to, this.#segments.observedTime)
    if (last < first) return
    if (this.#segments.byTime !== undefined && fromKey === undefined && toKey === undefined) {
      for (const row of this.#segments.byTime.rows(first, last, reverse)) {
        const value = this.#codec.read(this.#segments.rows.slot(idOf(row)))
        if (value !== undefined) yield { key: this.#windowed(row), value }
      }
      return
    }
    for (const segment of this.#segments.segmentsBetween(first, last, reverse)) {
      const bounds = {
        from: fromKey === undefined ? segmentStart(segment) : rowKey(segment, fromKey, 0),
        to: toKey === undefined ? segmentStart(segment + 1) : keyEnd(segment, toKey),
      }
      const rows: { readonly start: number; readonly key: Uint8Array; readonly value: Uint8Array }[] = []
      for (const { key, value } of this.#segments.rows.range(bounds)) {
        const start = this.#startOf(key)
        if (start >= first && start <= last) rows.push({ start, key, value })
      }
      rows.sort((left, right) => left.start - right.start)
      if (reverse) rows.reverse()
      for (const { key, value } of rows) yield { key: this.#windowed(key), value: this.#codec.decode(value) }
    }
  }

  /** The row of a window; an aggregation asks twice for it, to read and to write. Keys that may change since then are not remembered. */
  #rowOf(key: K, start: number): Row {
    if (this.#last?.start === start && Object.is(this.#last.key, key)) return this.#last
    const row = this.#rowKey(this.#segments.segmentOf(start), this.#keyBytes(key), start)
    const made = { key, start, row, id: idOf(row) }
    if (typeof key !== 'object') this.#last = made
    return made
  }

  #rowKey(segment: number, key: Uint8Array, start: number): Uint8Array {
    const row = rowKey(segment, key, this.#suffixLength)
    writeTime(row, row.length - this.#suffixLength, start)
    if (this.#options.retainDuplicates) writeSequence(row, 0)
    return row
  }

  #startOf(row: Uint8Array): number {
    return readTime(row, row.length - this.#suffixLength)
  }

  #windowed(row: Uint8Array): Windowed<K> {
    const start = this.#startOf(row)
    const key = readRow(this.name, this.#options.key, keyOfRow(row, this.#suffixLength))
    return { key, start, end: Math.min(start + this.#options.windowSizeMs, Number.MAX_SAFE_INTEGER) }
  }

  #keyBytes(key: K): Uint8Array {
    return serializeKey(this.name, this.#options.key, key)
  }

  #refuse(what: string): StreamError {
    return new StreamError('INVALID_ARGUMENT', `${what} (store ${this.name})`, { store: this.name })
  }
}

function writeSequence(row: Uint8Array, sequence: number): void {
  Buffer.prototype.writeInt32BE.call(row, sequence, row.length - 4)
}

function readSequence(key: Uint8Array): number {
  return Buffer.prototype.readInt32BE.call(key, key.length - 4)
}
