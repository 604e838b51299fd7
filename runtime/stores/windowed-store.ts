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
import type { CacheableStore, FlushListener } from './state-store.js'
import type { BytesStore, Mutation } from './store.js'
import type { StoreContext } from './store-context.js'
import { flushedTo, type ValueCodec } from './value-codec.js'

export interface WindowedStoreOptions<K, V> {
  readonly name: string
  readonly key: Serde<K>
  readonly codec: ValueCodec<V>
  readonly retentionMs: number
  readonly caching: boolean
  /** Kept in order of time as well (`TimeIndex`). */
  readonly timeOrdered: boolean
}

/** How rows lie in the base. */
export interface RowLayout {
  /** How much time a segment spans, milliseconds. */
  readonly intervalMs: number
  /** Bytes of a row's key behind the user's key; they begin with the row's time. */
  readonly suffixLength: number
}

/** Keys from the one to the other, both inclusive, as bytes; undefined is open. */
export interface KeyRange {
  readonly from: Uint8Array | undefined
  readonly to: Uint8Array | undefined
}

/**
 * What window and session stores share: rows by segments of a time of theirs, live while that is above the highest time ever put less the retention; the
 * record cache, the changelog, and scans by time. Rows: segment, key, suffix.
 */
export abstract class WindowedStore<K, V> implements CacheableStore<Windowed<K>, unknown>, ManagedStore {
  readonly name: string
  protected readonly codec: ValueCodec<V>
  protected readonly segments: SegmentedStore
  protected readonly suffixLength: number
  readonly #key: Serde<K>
  readonly #context: StoreContext
  #flushListener: FlushListener<Windowed<K>, unknown> | undefined

  protected constructor(options: WindowedStoreOptions<K, V>, layout: RowLayout, base: BytesStore, context: StoreContext) {
    const { name, key, codec, retentionMs, caching, timeOrdered } = options
    const { intervalMs, suffixLength } = layout
    this.name = name
    this.codec = codec
    this.suffixLength = suffixLength
    this.#key = key
    this.#context = context
    this.segments = new SegmentedStore(base, context, {
      intervalMs,
      retentionMs,
      caching,
      encode: codec.encode,
      timeOrdered: timeOrdered ? { suffixLength } : undefined,
    })
  }

  /** The time that decides how long a row is kept. */
  protected abstract timeOf(row: Uint8Array): number
  protected abstract windowed(row: Uint8Array): Windowed<K>
  /** A key of the changelog, for a row. */
  protected abstract loggedKey(row: Uint8Array): Uint8Array
  protected abstract timeOfLogged(key: Uint8Array): number
  protected abstract rowOfLogged(segment: number, key: Uint8Array): Uint8Array

  get cached(): boolean {
    return this.segments.rows.cached
  }

  setFlushListener(listener: FlushListener<Windowed<K>, unknown>): void {
    this.#flushListener = listener
  }

  get dirtyBytes(): number {
    return this.segments.dirtyBytes
  }

  flushCache(): boolean {
    const listener = this.#flushListener
    return this.segments.rows.flushCache(listener && flushedTo(listener, this.codec, (row) => this.windowed(row)))
  }

  drain(log: LogChange): StoreChanges | undefined {
    return this.segments.drain((row, value, timestamp) => {
      this.#log(log, this.loggedKey(row), value, timestamp)
      return this.timeOf(row)
    })
  }

  settle(): void {
    this.segments.settle()
  }

  restore(records: readonly ChangelogRecord[]): StoreChanges {
    for (const { key } of records) if (key !== null) this.segments.advance(this.timeOfLogged(key))
    const { liveFrom } = this.segments
    const mutations: Mutation[] = []
    for (const { key, value, timestamp } of records) {
      if (key === null) continue
      const time = this.timeOfLogged(key)
      if (time < liveFrom) continue
      const row = this.rowOfLogged(this.segments.segmentFor(time), key)
      mutations.push([row, value === null ? null : this.codec.fromLog(value, timestamp)])
      if (this.segments.byTime !== undefined) mutations.push(this.segments.byTime.mutation(row, time, value !== null))
    }
    return this.segments.changesWith(mutations)
  }

  relog(records: readonly ChangelogRecord[], log: LogChange): void {
    for (const { key, timestamp } of lastOfEachKey(records)) {
      const time = this.timeOfLogged(key)
      const row = this.rowOfLogged(this.segments.segmentOf(time), key)
      this.#log(log, key, time < this.segments.liveFrom ? null : (this.segments.rows.get(row) ?? null), timestamp)
    }
  }

  restored(): void {
    this.segments.invalidate()
  }

  close(): void {
    this.segments.close()
  }

  #log(log: LogChange, key: Uint8Array, value: Uint8Array | null, timestamp: number): void {
    if (value === null) log(key, null, timestamp)
    else log(key, this.codec.loggedValue(value), this.codec.loggedTimestamp(value, timestamp))
  }

  /** A row too old to be kept: with the record cache on it goes downstream all the same, as in Kafka Streams, and at once. */
  protected dropExpired(row: Uint8Array, value: V | null): void {
    this.#context.expired(this.name)
    const listener = this.#flushListener
    if (!this.cached || listener === undefined) return
    const flushed = flushedTo(listener, this.codec, (key) => this.windowed(key))
    flushed(row, this.codec.toBytes(value), null, this.#context.recordOrigin().timestamp)
  }

  protected isLive(time: number): boolean {
    return time >= this.segments.liveFrom && time <= this.segments.observedTime
  }

  /** Rows of times from the one to the other, both inclusive, by time, then key: segment by segment, each sorted, since rows stand by key first. */
  protected *scan(
    { from, to }: KeyRange,
    earliest: number,
    latest: number,
    reverse: boolean,
    isWanted: (row: Uint8Array) => boolean = () => true,
  ): IterableIterator<KeyValue<Windowed<K>, V>> {
    const { byTime, liveFrom, observedTime, rows } = this.segments
    const first = Math.max(earliest, liveFrom)
    const last = Math.min(latest, observedTime)
    if (last < first) return
    if (byTime !== undefined && from === undefined && to === undefined) {
      for (const row of byTime.rows(first, last, reverse)) {
        const value = isWanted(row) ? this.codec.read(rows.slot(idOf(row))) : undefined
        if (value !== undefined) yield { key: this.windowed(row), value }
      }
      return
    }
    for (const segment of this.segments.segmentsBetween(first, last, reverse)) {
      const bounds = {
        from: from === undefined ? segmentStart(segment) : rowKey(segment, from, 0),
        to: to === undefined ? segmentStart(segment + 1) : keyEnd(segment, to),
      }
      const found: { readonly time: number; readonly key: Uint8Array; readonly value: Uint8Array }[] = []
      for (const { key, value } of rows.range(bounds)) {
        const time = this.timeOf(key)
        if (time >= first && time <= last && isWanted(key)) found.push({ time, key, value })
      }
      found.sort((left, right) => left.time - right.time)
      if (reverse) found.reverse()
      for (const { key, value } of found) yield { key: this.windowed(key), value: this.codec.decode(value) }
    }
  }

  protected keyBytes(key: K): Uint8Array {
    return serializeKey(this.name, this.#key, key)
  }

  protected keyOf(row: Uint8Array): K {
    return readRow(this.name, this.#key, keyOfRow(row, this.suffixLength))
  }

  /** Undefined if `from` is above `to`. */
  protected keyRange(from: K | undefined, to: K | undefined): KeyRange | undefined {
    const range = { from: from == null ? undefined : this.keyBytes(from), to: to == null ? undefined : this.keyBytes(to) }
    const isEmpty = range.from !== undefined && range.to !== undefined && compareBytes(range.from, range.to) > 0
    return isEmpty ? undefined : range
  }

  protected refuse(what: string): StreamError {
    return new StreamError('INVALID_ARGUMENT', `${what} (store ${this.name})`, { store: this.name })
  }
}
