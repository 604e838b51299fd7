import { StreamError } from '../core/errors.js'
import type { KeyValue, Windowed } from '../core/record.js'
import type { Serde } from '../serde/serde.js'
import { compareBytes, idOf } from './bytes.js'
import type { ChangelogRecord } from './change-sink.js'
import { serializeKey } from './key-value-store.js'
import { type LogChange, lastOfEachKey, type ManagedStore, type StoreChanges } from './managed-store.js'
import { readRow } from './read-row.js'
import { keyEnd, keyOfRow, rowKey, segmentStart } from './row-keys.js'
import { SegmentedStore } from './segmented-store.js'
import type { CacheableStore, FlushListener, SessionStore } from './state-store.js'
import type { BytesStore, Mutation } from './store.js'
import type { StoreContext } from './store-context.js'
import { flushedTo, readTime, type ValueCodec, writeTime } from './value-codec.js'

export interface SessionStoreOptions<K, V> {
  readonly name: string
  readonly key: Serde<K>
  readonly codec: ValueCodec<V>
  readonly retentionMs: number
  readonly caching: boolean
  /** Kept in order of time as well (`TimeIndex`). */
  readonly timeOrdered: boolean
}

/** End and start, 8 bytes each; the start as its distance to the highest one, so that later starts come first. */
const suffixLength = 16
const highestTime = Number.MAX_SAFE_INTEGER

/**
 * Kafka Streams' session store, with the semantics of its in-memory one: a session is live while its end is above the highest end ever put
 * less the retention; sessions come by end, then key, then start from the last to the first.
 *
 * Rows: segment (of the end), key, end, start.
 */
export class TypedSessionStore<K, V> implements SessionStore<K, V>, CacheableStore<Windowed<K>, unknown>, ManagedStore {
  readonly name: string
  readonly #options: SessionStoreOptions<K, V>
  readonly #codec: ValueCodec<V>
  readonly #context: StoreContext
  readonly #segments: SegmentedStore
  #flushListener: FlushListener<Windowed<K>, unknown> | undefined

  constructor(options: SessionStoreOptions<K, V>, base: BytesStore, context: StoreContext) {
    this.name = options.name
    this.#options = options
    this.#codec = options.codec
    this.#context = context
    this.#segments = new SegmentedStore(base, context, {
      // Few segments, since a search for sessions looks into each that is later than the record.
      intervalMs: Math.max(1, Math.ceil(options.retentionMs / 2)),
      retentionMs: options.retentionMs,
      caching: options.caching,
      encode: options.codec.encode,
      timeOrdered: options.timeOrdered ? { suffixLength } : undefined,
    })
  }

  put(session: Windowed<K>, value: V | null): void {
    this.#check(session)
    const key = this.#keyBytes(session.key)
    const advanced = this.#segments.advance(session.end)
    if (session.end < this.#segments.liveFrom) {
      this.#dropExpired(sessionRow(this.#segments.segmentOf(session.end), key, session.end, session.start), value)
      return
    }
    const row = sessionRow(this.#segments.segmentFor(session.end), key, session.end, session.start)
    if (advanced) this.#segments.advancedBy(row)
    this.#codec.write(this.#segments.rows, idOf(row), value)
    this.#segments.byTime?.set(row, session.end, value != null)
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

  remove(session: Windowed<K>): void {
    this.#check(session)
    const key = this.#keyBytes(session.key)
    if (!this.#isLive(session.end)) return
    const row = sessionRow(this.#segments.segmentOf(session.end), key, session.end, session.start)
    this.#segments.rows.put(idOf(row), null)
    this.#segments.byTime?.set(row, session.end, false)
  }

  fetchSession(key: K, start: number, end: number): V | undefined {
    const keyBytes = this.#keyBytes(key)
    if (!this.#isLive(end)) return undefined
    return this.#codec.read(this.#segments.rows.slot(idOf(sessionRow(this.#segments.segmentOf(end), keyBytes, end, start))))
  }

  findSessions(key: K, earliestEnd: number, latestStart: number): Iterable<KeyValue<Windowed<K>, V>> {
    return this.#find(key, earliestEnd, latestStart, false)
  }

  backwardFindSessions(key: K, earliestEnd: number, latestStart: number): Iterable<KeyValue<Windowed<K>, V>> {
    return this.#find(key, earliestEnd, latestStart, true)
  }

  fetch(key: K): Iterable<KeyValue<Windowed<K>, V>> {
    return this.#find(key, 0, highestTime, false)
  }

  backwardFetch(key: K): Iterable<KeyValue<Windowed<K>, V>> {
    return this.#find(key, 0, highestTime, true)
  }

  findSessionsInKeyRange(
    from: K | undefined,
    to: K | undefined,
    earliestEnd: number,
    latestStart: number,
  ): Iterable<KeyValue<Windowed<K>, V>> {
    const range = this.#keyRange(from, to)
    if (range === undefined) return []
    return { [Symbol.iterator]: () => this.#scan(range, earliestEnd, highestTime, latestStart) }
  }

  findSessionsByEnd(from: number, to: number): Iterable<KeyValue<Windowed<K>, V>> {
    return { [Symbol.iterator]: () => this.#scan({ from: undefined, to: undefined }, from, to, highestTime) }
  }

  /** Throws INVALID_ARGUMENT if `from` is above `to`. */
  fetchKeyRange(from: K | undefined, to: K | undefined): Iterable<KeyValue<Windowed<K>, V>> {
    const range = this.#keyRange(from, to)
    if (range === undefined) throw this.#refuse('the first key of a range is above its last')
    return { [Symbol.iterator]: () => this.#scan(range, 0, highestTime, highestTime) }
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

  /** Changelog keys are Kafka Streams' `SessionKeySchema`: key, end, start (8 bytes each). */
  drain(log: LogChange): StoreChanges | undefined {
    return this.#segments.drain((row, value, timestamp) => {
      const logged = keyOfRow(row, suffixLength, 16)
      writeTime(logged, logged.length - 16, endOf(row))
      writeTime(logged, logged.length - 8, startOf(row))
      if (value === null) log(logged, null, timestamp)
      else log(logged, this.#codec.loggedValue(value), this.#codec.loggedTimestamp(value, timestamp))
      return endOf(row)
    })
  }

  settle(): void {
    this.#segments.settle()
  }

  restore(records: readonly ChangelogRecord[]): StoreChanges {
    for (const { key } of records) if (key !== null) this.#segments.advance(readTime(key, key.length - 16))
    const liveFrom = this.#segments.liveFrom
    const mutations: Mutation[] = []
    for (const { key, value, timestamp } of records) {
      if (key === null) continue
      const end = readTime(key, key.length - 16)
      if (end < liveFrom) continue
      const row = sessionRow(this.#segments.segmentFor(end), key.subarray(0, key.length - 16), end, readTime(key, key.length - 8))
      mutations.push([row, value === null ? null : this.#codec.fromLog(value, timestamp)])
      if (this.#segments.byTime !== undefined) mutations.push(this.#segments.byTime.mutation(row, end, value !== null))
    }
    return this.#segments.changesWith(mutations)
  }

  relog(records: readonly ChangelogRecord[], log: LogChange): void {
    for (const { key, timestamp } of lastOfEachKey(records)) {
      const end = readTime(key, key.length - 16)
      const row = sessionRow(this.#segments.segmentOf(end), key.subarray(0, key.length - 16), end, readTime(key, key.length - 8))
      const value = end < this.#segments.liveFrom ? undefined : this.#segments.rows.get(row)
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

  #isLive(end: number): boolean {
    return end >= this.#segments.liveFrom && end <= this.#segments.observedTime
  }

  #find(key: K, earliestEnd: number, latestStart: number, reverse: boolean): Iterable<KeyValue<Windowed<K>, V>> {
    const keyBytes = this.#keyBytes(key)
    return { [Symbol.iterator]: () => this.#fetch(keyBytes, earliestEnd, latestStart, reverse) }
  }

  *#fetch(key: Uint8Array, earliestEnd: number, latestStart: number, reverse: boolean): IterableIterator<KeyValue<Windowed<K>, V>> {
    const first = Math.max(earliestEnd, this.#segments.liveFrom)
    for (const segment of this.#segments.segmentsBetween(first, this.#segments.observedTime, reverse)) {
      const bounds = { from: sessionRow(segment, key, first, highestTime), to: keyEnd(segment, key), reverse }
      for (const row of this.#segments.rows.range(bounds)) {
        if (startOf(row.key) <= latestStart) yield { key: this.#windowed(row.key), value: this.#codec.decode(row.value) }
      }
    }
  }

  /** Segment by segment, each sorted by end: rows stand by key first, for `findSessions` of one key. */
  *#scan(range: KeyRange, earliestEnd: number, latestEnd: number, latestStart: number): IterableIterator<KeyValue<Windowed<K>, V>> {
    const first = Math.max(earliestEnd, this.#segments.liveFrom)
    const last = Math.min(latestEnd, this.#segments.observedTime)
    if (last < first) return
    if (this.#segments.byTime !== undefined && range.from === undefined && range.to === undefined) {
      for (const row of this.#segments.byTime.rows(first, last, false)) {
        const value = startOf(row) <= latestStart ? this.#codec.read(this.#segments.rows.slot(idOf(row))) : undefined
        if (value !== undefined) yield { key: this.#windowed(row), value }
      }
      return
    }
    for (const segment of this.#segments.segmentsBetween(first, last, false)) {
      const bounds = {
        from: range.from === undefined ? segmentStart(segment) : rowKey(segment, range.from, 0),
        to: range.to === undefined ? segmentStart(segment + 1) : keyEnd(segment, range.to),
      }
      const rows: { readonly end: number; readonly key: Uint8Array; readonly value: Uint8Array }[] = []
      for (const { key, value } of this.#segments.rows.range(bounds)) {
        const end = endOf(key)
        if (end >= first && end <= last && startOf(key) <= latestStart) rows.push({ end, key, value })
      }
      rows.sort((left, right) => left.end - right.end)
      for (const { key, value } of rows) yield { key: this.#windowed(key), value: this.#codec.decode(value) }
    }
  }

  #keyRange(from: K | undefined, to: K | undefined): KeyRange | undefined {
    const range = { from: from == null ? undefined : this.#keyBytes(from), to: to == null ? undefined : this.#keyBytes(to) }
    const empty = range.from !== undefined && range.to !== undefined && compareBytes(range.from, range.to) > 0
    return empty ? undefined : range
  }

  #windowed(row: Uint8Array): Windowed<K> {
    return { key: readRow(this.name, this.#options.key, keyOfRow(row, suffixLength)), start: startOf(row), end: endOf(row) }
  }

  #keyBytes(key: K): Uint8Array {
    return serializeKey(this.name, this.#options.key, key)
  }

  #check({ start, end }: Windowed<K>): void {
    if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end) return
    throw this.#refuse(`${start} to ${end} is not a session`)
  }

  #refuse(what: string): StreamError {
    return new StreamError('INVALID_ARGUMENT', `${what} (store ${this.name})`, { store: this.name })
  }
}

interface KeyRange {
  readonly from: Uint8Array | undefined
  readonly to: Uint8Array | undefined
}

function sessionRow(segment: number, key: Uint8Array, end: number, start: number): Uint8Array {
  const row = rowKey(segment, key, suffixLength)
  writeTime(row, row.length - 16, end)
  writeTime(row, row.length - 8, highestTime - start)
  return row
}

function endOf(row: Uint8Array): number {
  return readTime(row, row.length - 16)
}

function startOf(row: Uint8Array): number {
  return highestTime - readTime(row, row.length - 8)
}
