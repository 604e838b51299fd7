import type { KeyValue, Windowed } from '../core/record.js'
import { idOf } from './bytes.js'
import { keyEnd, keyOfRow, rowKey } from './row-keys.js'
import type { SessionStore } from './state-store.js'
import type { BytesStore } from './store.js'
import type { StoreContext } from './store-context.js'
import { readTime, writeTime } from './value-codec.js'
import { WindowedStore, type WindowedStoreOptions } from './windowed-store.js'

/** End and start, 8 bytes each; the start as its distance to the highest one, so that later starts come first. */
const suffixLength = 16
const highestTime = Number.MAX_SAFE_INTEGER

/**
 * Kafka Streams' session store, with the semantics of its in-memory one: a session is live while its end is above the highest end ever put
 * less the retention; sessions come by end, then key, then start from the last to the first.
 *
 * Rows: segment (of the end), key, end, start.
 */
export class TypedSessionStore<K, V> extends WindowedStore<K, V> implements SessionStore<K, V> {
  constructor(options: WindowedStoreOptions<K, V>, base: BytesStore, context: StoreContext) {
    // Few segments, since a search for sessions looks into each that is later than the record.
    super(options, { intervalMs: Math.max(1, Math.ceil(options.retentionMs / 2)), suffixLength }, base, context)
  }

  put(session: Windowed<K>, value: V | null): void {
    this.#check(session)
    const key = this.keyBytes(session.key)
    const advanced = this.segments.advance(session.end)
    if (session.end < this.segments.liveFrom) {
      this.dropExpired(sessionRow(this.segments.segmentOf(session.end), key, session.end, session.start), value)
      return
    }
    const row = sessionRow(this.segments.segmentFor(session.end), key, session.end, session.start)
    if (advanced) this.segments.advancedBy(row)
    this.codec.write(this.segments.rows, idOf(row), value)
    this.segments.byTime?.set(row, session.end, value != null)
  }

  remove(session: Windowed<K>): void {
    this.#check(session)
    const key = this.keyBytes(session.key)
    if (!this.isLive(session.end)) return
    const row = sessionRow(this.segments.segmentOf(session.end), key, session.end, session.start)
    this.segments.rows.put(idOf(row), null)
    this.segments.byTime?.set(row, session.end, false)
  }

  fetchSession(key: K, start: number, end: number): V | undefined {
    const keyBytes = this.keyBytes(key)
    if (!this.isLive(end)) return undefined
    return this.codec.read(this.segments.rows.slot(idOf(sessionRow(this.segments.segmentOf(end), keyBytes, end, start))))
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
    const range = this.keyRange(from, to)
    if (range === undefined) return []
    return { [Symbol.iterator]: () => this.scan(range, earliestEnd, highestTime, false, (row) => startOf(row) <= latestStart) }
  }

  findSessionsByEnd(from: number, to: number): Iterable<KeyValue<Windowed<K>, V>> {
    return { [Symbol.iterator]: () => this.scan({ from: undefined, to: undefined }, from, to, false) }
  }

  /** Throws INVALID_ARGUMENT if `from` is above `to`. */
  fetchKeyRange(from: K | undefined, to: K | undefined): Iterable<KeyValue<Windowed<K>, V>> {
    const range = this.keyRange(from, to)
    if (range === undefined) throw this.refuse('the first key of a range is above its last')
    return { [Symbol.iterator]: () => this.scan(range, 0, highestTime, false) }
  }

  protected override timeOf(row: Uint8Array): number {
    return readTime(row, row.length - 16)
  }

  protected override windowed(row: Uint8Array): Windowed<K> {
    return { key: this.keyOf(row), start: startOf(row), end: this.timeOf(row) }
  }

  /** Changelog keys are Kafka Streams' `SessionKeySchema`: key, end, start (8 bytes each). */
  protected override loggedKey(row: Uint8Array): Uint8Array {
    const logged = keyOfRow(row, suffixLength, 16)
    writeTime(logged, logged.length - 16, this.timeOf(row))
    writeTime(logged, logged.length - 8, startOf(row))
    return logged
  }

  protected override timeOfLogged(key: Uint8Array): number {
    return readTime(key, key.length - 16)
  }

  protected override rowOfLogged(segment: number, key: Uint8Array): Uint8Array {
    return sessionRow(segment, key.subarray(0, key.length - 16), this.timeOfLogged(key), readTime(key, key.length - 8))
  }

  #find(key: K, earliestEnd: number, latestStart: number, reverse: boolean): Iterable<KeyValue<Windowed<K>, V>> {
    const keyBytes = this.keyBytes(key)
    return { [Symbol.iterator]: () => this.#fetch(keyBytes, earliestEnd, latestStart, reverse) }
  }

  *#fetch(key: Uint8Array, earliestEnd: number, latestStart: number, reverse: boolean): IterableIterator<KeyValue<Windowed<K>, V>> {
    const first = Math.max(earliestEnd, this.segments.liveFrom)
    for (const segment of this.segments.segmentsBetween(first, this.segments.observedTime, reverse)) {
      const bounds = { from: sessionRow(segment, key, first, highestTime), to: keyEnd(segment, key), reverse }
      for (const row of this.segments.rows.range(bounds)) {
        if (startOf(row.key) <= latestStart) yield { key: this.windowed(row.key), value: this.codec.decode(row.value) }
      }
    }
  }

  #check({ start, end }: Windowed<K>): void {
    if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end) return
    throw this.refuse(`${start} to ${end} is not a session`)
  }
}

function sessionRow(segment: number, key: Uint8Array, end: number, start: number): Uint8Array {
  const row = rowKey(segment, key, suffixLength)
  writeTime(row, row.length - 16, end)
  writeTime(row, row.length - 8, highestTime - start)
  return row
}

function startOf(row: Uint8Array): number {
  return highestTime - readTime(row, row.length - 8)
}
