import { ChangeLoggedStore } from './change-logged-store.js'
import type { StoreChanges } from './managed-store.js'
import type { Encode } from './overlay.js'
import { metaKey, segmentOfRow, segmentStart, segmentsEnd } from './row-keys.js'
import type { BytesStore, Mutation, RangeOptions } from './store.js'
import type { StoreContext } from './store-context.js'
import { TimeIndex, wholeIndex } from './time-index.js'
import { readTime, writeTime } from './value-codec.js'

export interface SegmentedStoreOptions {
  /** How much time a segment spans, milliseconds. A store that has rows keeps the interval that they were put with. */
  readonly intervalMs: number
  readonly retentionMs: number
  readonly caching: boolean
  readonly encode: Encode
  /** Bytes at the end of a row's key that begin with its time; for the index by time, if there is to be one. */
  readonly timeOrdered?: { readonly suffixLength: number } | undefined
}

/**
 * Rows by segments of time: which segments there are, how far time has come, and the dropping of whole segments as it goes on. Time is
 * that of the rows put here (Kafka Streams' `observedStreamTime`), and is stored with them, so that it is known again after a restart.
 */
export class SegmentedStore {
  readonly rows: ChangeLoggedStore
  readonly byTime: TimeIndex | undefined
  readonly #context: StoreContext
  readonly #retentionMs: number
  readonly #intervalMs: number
  /** Segments that may have rows, ascending. */
  readonly #segments: number[]
  #observedTime = -1
  #sequence = 0
  #metaChanged = false
  /** The highest time that the changelog has. */
  #loggedTime: number
  /** The row that brought time to where it is, and the timestamp of the record that did. */
  #latest: { readonly row: Uint8Array; readonly timestamp: number } | undefined
  #expired: RangeOptions[] = []

  constructor(base: BytesStore, context: StoreContext, options: SegmentedStoreOptions) {
    this.rows = new ChangeLoggedStore(base, context, options)
    this.#context = context
    this.#retentionMs = options.retentionMs
    this.#intervalMs = options.intervalMs
    this.#segments = segmentsIn(base)
    const meta = base.get(metaKey)
    if (meta !== undefined) {
      this.#observedTime = readTime(meta, 0)
      this.#sequence = readTime(meta, 8)
      this.#intervalMs = readTime(meta, 16)
    }
    this.#loggedTime = this.#observedTime
    if (options.timeOrdered !== undefined) this.byTime = new TimeIndex(base, (time) => this.segmentOf(time))
    if (meta !== undefined) this.#matchIndex(base, readTime(meta, 24) === 1, options.timeOrdered?.suffixLength ?? 0)
  }

  /** A store may be opened with an index where it had none, or the other way round. */
  #matchIndex(base: BytesStore, indexed: boolean, suffixLength: number): void {
    if (indexed === (this.byTime !== undefined)) return
    this.#metaChanged = true
    if (indexed) this.#expired.push(wholeIndex)
    for (const { key } of base.range({ from: segmentStart(0), to: segmentsEnd })) {
      this.byTime?.set(key, readTime(key, key.length - suffixLength), true)
    }
  }

  /** The highest time put so far; -1 before the first. */
  get observedTime(): number {
    return this.#observedTime
  }

  /** The lowest time that is live: the retention is counted from the highest. */
  get liveFrom(): number {
    return Math.max(0, this.#observedTime - this.#retentionMs + 1)
  }

  /** Time has come to `time` at least; segments that are wholly expired are dropped. Returns whether time went on. */
  advance(time: number): boolean {
    if (time <= this.#observedTime) return false
    this.#observedTime = time
    this.#metaChanged = true
    this.#dropBefore(this.liveFrom)
    return true
  }

  /** The row that brought time forward. The changelog will have its key even if nothing is kept of it, since a restore takes time from there. */
  advancedBy(row: Uint8Array): void {
    this.#latest = { row, timestamp: this.#context.recordOrigin().timestamp }
  }

  /** A number that no row of this store has had for long: 1, 2, … 2^31 - 1, 0, 1, … */
  nextSequence(): number {
    this.sequence = (this.#sequence + 1) & 0x7fffffff
    return this.#sequence
  }

  set sequence(sequence: number) {
    this.#sequence = sequence
    this.#metaChanged = true
  }

  segmentOf(time: number): number {
    return Math.floor(time / this.#intervalMs)
  }

  /** The segment of `time`, to put a row into. */
  segmentFor(time: number): number {
    const segment = this.segmentOf(time)
    const segments = this.#segments
    if (segments[segments.length - 1] === segment) return segment
    const at = segments.findIndex((other) => other >= segment)
    if (at === -1) segments.push(segment)
    else if (segments[at] !== segment) segments.splice(at, 0, segment)
    return segment
  }

  /** Segments that may have rows of times from `from` to `to`, both inclusive. */
  segmentsBetween(from: number, to: number, reverse: boolean): readonly number[] {
    const first = this.segmentOf(from)
    const last = this.segmentOf(to)
    const found: number[] = []
    for (const segment of this.#segments) if (segment >= first && segment <= last) found.push(segment)
    return reverse ? found.reverse() : found
  }

  /** Changes since the last drain; `each` logs a row, and returns its time. */
  drain(each: (row: Uint8Array, value: Uint8Array | null, timestamp: number) => number): StoreChanges | undefined {
    const mutations: Mutation[] = []
    this.byTime?.drain(mutations)
    this.rows.drain((row, value, timestamp) => {
      mutations.push([row, value])
      this.#loggedTime = Math.max(this.#loggedTime, each(row, value, timestamp))
    })
    const latest = this.#latest
    if (latest !== undefined && this.#loggedTime < this.#observedTime) each(latest.row, null, latest.timestamp)
    const changes = this.changesWith(mutations)
    return mutations.length === 0 && changes.deleteRanges.length === 0 ? undefined : changes
  }

  /** Mutations, and what else the base is to know: time, and the segments that expired. */
  changesWith(mutations: Mutation[]): StoreChanges {
    const deleteRanges = this.#expired
    this.#expired = []
    this.#latest = undefined
    this.#loggedTime = this.#observedTime
    this.#pushMeta(mutations)
    return { mutations, deleteRanges }
  }

  get dirtyBytes(): number {
    return this.rows.dirtyBytes + (this.byTime?.dirtyBytes ?? 0)
  }

  settle(): void {
    this.rows.settle()
    this.byTime?.settle()
  }

  /** The base was written to by a restore. */
  invalidate(): void {
    this.rows.invalidate()
    this.byTime?.invalidate()
  }

  close(): void {
    this.rows.close()
    this.byTime?.close()
  }

  #pushMeta(mutations: Mutation[]): void {
    if (!this.#metaChanged) return
    this.#metaChanged = false
    const meta = Buffer.allocUnsafe(32)
    writeTime(meta, 0, this.#observedTime)
    writeTime(meta, 8, this.#sequence)
    writeTime(meta, 16, this.#intervalMs)
    writeTime(meta, 24, this.byTime === undefined ? 0 : 1)
    mutations.push([metaKey, meta])
  }

  #dropBefore(time: number): void {
    const segments = this.#segments
    const firstLive = this.segmentOf(time)
    if (segments.length === 0 || segments[0]! >= firstLive) return
    const range = { from: segmentStart(0), to: segmentStart(firstLive) }
    const live = segments.findIndex((segment) => segment >= firstLive)
    segments.splice(0, live === -1 ? segments.length : live)
    this.rows.forget(range.from, range.to)
    this.#expired.push(range)
    if (this.byTime !== undefined) this.#expired.push(this.byTime.forgetBefore(firstLive * this.#intervalMs))
  }
}

/** One look per segment: to its first row, and on to the next segment. */
function segmentsIn(base: BytesStore): number[] {
  const segments: number[] = []
  let from = segmentStart(0)
  for (;;) {
    const first = firstKey(base.range({ from, to: segmentsEnd }))
    if (first === undefined) return segments
    const segment = segmentOfRow(first)
    segments.push(segment)
    from = segmentStart(segment + 1)
  }
}

function firstKey(entries: Iterable<{ readonly key: Uint8Array }>): Uint8Array | undefined {
  for (const { key } of entries) return key
  return undefined
}
