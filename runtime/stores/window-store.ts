import type { KeyValue, Windowed } from '../core/record.js'
import { idOf } from './bytes.js'
import type { ChangelogRecord } from './change-sink.js'
import { flatMapped } from './iterables.js'
import type { StoreChanges } from './managed-store.js'
import { keyOfRow, rowKey } from './row-keys.js'
import type { WindowEntry, WindowStore } from './state-store.js'
import type { BytesStore, Entry } from './store.js'
import type { StoreContext } from './store-context.js'
import { readTime, writeTime } from './value-codec.js'
import { WindowedStore, type WindowedStoreOptions } from './windowed-store.js'

export interface WindowStoreOptions<K, V> extends WindowedStoreOptions<K, V> {
  readonly windowSizeMs: number
  readonly retainDuplicates: boolean
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
export class TypedWindowStore<K, V> extends WindowedStore<K, V> implements WindowStore<K, V> {
  readonly #windowSizeMs: number
  readonly #retainDuplicates: boolean
  #last: Row | undefined

  constructor(options: WindowStoreOptions<K, V>, base: BytesStore, context: StoreContext) {
    const { windowSizeMs, retentionMs, retainDuplicates, caching } = options
    // Tumbling windows: one start per segment, so that scans by time need no sorting; and never many segments.
    const layout = { intervalMs: Math.max(1, windowSizeMs, Math.ceil(retentionMs / 32)), suffixLength: retainDuplicates ? 12 : 8 }
    // Duplicates have nothing to be merged in a cache; Kafka Streams turns it off as well.
    super({ ...options, caching: caching && !retainDuplicates }, layout, base, context)
    this.#windowSizeMs = windowSizeMs
    this.#retainDuplicates = retainDuplicates
  }

  put(key: K, value: V | null, start: number): void {
    if (!Number.isSafeInteger(start)) throw this.refuse(`${start} is not a window's start`)
    const retainDuplicates = this.#retainDuplicates
    const known = retainDuplicates ? undefined : this.#rowOf(key, start)
    const row = known?.row ?? this.#rowKey(this.segments.segmentOf(start), this.keyBytes(key), start)
    if (start < 0) return
    const advanced = this.segments.advance(start)
    if (start < this.segments.liveFrom) {
      this.dropExpired(row, value)
      return
    }
    this.segments.segmentFor(start)
    if (retainDuplicates) writeSequence(row, this.segments.nextSequence())
    if (advanced) this.segments.advancedBy(row)
    if (value == null && retainDuplicates) return
    this.codec.write(this.segments.rows, known?.id ?? idOf(row), value)
    this.segments.byTime?.set(row, start, value != null)
  }

  fetch(key: K, start: number): V | undefined {
    const { id } = this.#rowOf(key, start)
    if (!this.isLive(start)) return undefined
    return this.codec.read(this.segments.rows.slot(id))
  }

  fetchRange(key: K, from: number, to: number): Iterable<WindowEntry<V>> {
    const keyBytes = this.keyBytes(key)
    return { [Symbol.iterator]: () => this.#fetch(keyBytes, from, to, false) }
  }

  backwardFetchRange(key: K, from: number, to: number): Iterable<WindowEntry<V>> {
    const keyBytes = this.keyBytes(key)
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

  override restore(records: readonly ChangelogRecord[]): StoreChanges {
    if (this.#retainDuplicates) {
      // Records without a value only carry time (`SegmentedStore.advancedBy`): they come behind rows with higher numbers.
      for (const { key, value } of records) if (key !== null && value !== null) this.segments.sequence = readSequence(key)
    }
    return super.restore(records)
  }

  protected override timeOf(row: Uint8Array): number {
    return readTime(row, row.length - this.suffixLength)
  }

  protected override windowed(row: Uint8Array): Windowed<K> {
    const start = this.timeOf(row)
    return { key: this.keyOf(row), start, end: Math.min(start + this.#windowSizeMs, Number.MAX_SAFE_INTEGER) }
  }

  /** Changelog keys are Kafka Streams' `WindowKeySchema`: key, start (8 bytes), sequence number (4 bytes). */
  protected override loggedKey(row: Uint8Array): Uint8Array {
    const logged = keyOfRow(row, this.suffixLength, 12)
    const keyLength = logged.length - 12
    for (let at = 0; at < 12; at++) logged[keyLength + at] = at < this.suffixLength ? row[row.length - this.suffixLength + at]! : 0
    return logged
  }

  protected override timeOfLogged(key: Uint8Array): number {
    return readTime(key, key.length - 12)
  }

  protected override rowOfLogged(segment: number, key: Uint8Array): Uint8Array {
    const row = this.#rowKey(segment, key.subarray(0, key.length - 12), this.timeOfLogged(key))
    if (this.#retainDuplicates) row.set(key.subarray(key.length - 4), row.length - 4)
    return row
  }

  #fetch(key: Uint8Array, from: number, to: number, reverse: boolean): IterableIterator<WindowEntry<V>> {
    const first = Math.max(from, this.segments.liveFrom)
    const last = Math.min(to, this.segments.observedTime)
    const rowsOf = (segment: number): Iterable<Entry> =>
      this.segments.rows.range({ from: this.#rowKey(segment, key, first), to: this.#rowKey(segment, key, last + 1), reverse })
    return flatMapped(this.segments.segmentsBetween(first, last, reverse), rowsOf, this.#entry)
  }

  readonly #entry = (row: Entry): WindowEntry<V> => ({ start: this.timeOf(row.key), value: this.codec.decode(row.value) })

  #fetchKeys(fromKey: K | undefined, toKey: K | undefined, from: number, to: number, reverse: boolean): Iterable<KeyValue<Windowed<K>, V>> {
    const range = this.keyRange(fromKey, toKey)
    return range === undefined ? [] : { [Symbol.iterator]: () => this.scan(range, from, to, reverse) }
  }

  /** The row of a window; an aggregation asks twice for it, to read and to write. Keys that may change since then are not remembered. */
  #rowOf(key: K, start: number): Row {
    if (this.#last?.start === start && Object.is(this.#last.key, key)) return this.#last
    const row = this.#rowKey(this.segments.segmentOf(start), this.keyBytes(key), start)
    const made = { key, start, row, id: idOf(row) }
    if (typeof key !== 'object') this.#last = made
    return made
  }

  #rowKey(segment: number, key: Uint8Array, start: number): Uint8Array {
    const row = rowKey(segment, key, this.suffixLength)
    writeTime(row, row.length - this.suffixLength, start)
    if (this.#retainDuplicates) writeSequence(row, 0)
    return row
  }
}

function writeSequence(row: Uint8Array, sequence: number): void {
  Buffer.prototype.writeInt32BE.call(row, sequence, row.length - 4)
}

function readSequence(key: Uint8Array): number {
  return Buffer.prototype.readInt32BE.call(key, key.length - 4)
}
