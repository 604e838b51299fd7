import type { KeyValue, Windowed } from '#runtime/core/record.js'
import type { VersionedRecord, WindowEntry } from '#runtime/stores/state-store.js'
import type { Random } from '../helpers/random.js'

/** Stores as plain arrays: what Kafka Streams' stores in memory do, without an index, a segment, a byte. */

/** By the bytes of their UTF-8, not by UTF-16 code units. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

export class KeyValueModel<V> {
  readonly #values = new Map<string, V>()

  get(key: string): V | undefined {
    return this.#values.get(key)
  }

  put(key: string, value: V | null): void {
    if (value === null) this.#values.delete(key)
    else this.#values.set(key, value)
  }

  delete(key: string): V | undefined {
    const before = this.get(key)
    this.#values.delete(key)
    return before
  }

  putIfAbsent(key: string, value: V): V | undefined {
    const before = this.get(key)
    if (before === undefined) this.put(key, value)
    return before
  }

  range(from?: string, to?: string): KeyValue<string, V>[] {
    return [...this.#values]
      .filter(([key]) => (from === undefined || compareKeys(from, key) <= 0) && (to === undefined || compareKeys(key, to) <= 0))
      .sort(([left], [right]) => compareKeys(left, right))
      .map(([key, value]) => ({ key, value }))
  }

  prefix(prefix: string): KeyValue<string, V>[] {
    return this.range().filter(({ key }) => Buffer.from(key).subarray(0, Buffer.byteLength(prefix)).equals(Buffer.from(prefix)))
  }
}

export interface WindowOptions {
  readonly windowSizeMs: number
  readonly retentionMs: number
  readonly retainDuplicates: boolean
}

export class WindowModel {
  readonly options: WindowOptions
  #rows: { readonly key: string; readonly start: number; readonly value: number }[] = []
  #observed = -1

  constructor(options: WindowOptions) {
    this.options = options
  }

  /** False if the window has expired. */
  put(key: string, value: number | null, start: number): boolean {
    this.#observed = Math.max(this.#observed, start)
    if (start <= this.#observed - this.options.retentionMs) return false
    if (!this.options.retainDuplicates) this.#rows = this.#rows.filter((row) => row.key !== key || row.start !== start)
    if (value !== null) this.#rows.push({ key, start, value })
    return true
  }

  fetch(key: string, start: number): number | undefined {
    return this.#live().find((row) => row.key === key && row.start === start)?.value
  }

  fetchRange(key: string, from: number, to: number): WindowEntry<number>[] {
    return this.#live()
      .filter((row) => row.key === key && row.start >= from && row.start <= to)
      .map(({ start, value }) => ({ start, value }))
  }

  fetchKeys(fromKey?: string, toKey?: string, from = 0, to: number = Number.POSITIVE_INFINITY): KeyValue<Windowed<string>, number>[] {
    return this.#live()
      .filter(
        ({ key }) => (fromKey === undefined || compareKeys(fromKey, key) <= 0) && (toKey === undefined || compareKeys(key, toKey) <= 0),
      )
      .filter(({ start }) => start >= from && start <= to)
      .map(({ key, start, value }) => ({ key: { key, start, end: start + this.options.windowSizeMs }, value }))
  }

  /** By start, key, and order of arrival. */
  #live() {
    return this.#rows
      .filter(({ start }) => start > this.#observed - this.options.retentionMs)
      .sort((left, right) => left.start - right.start || compareKeys(left.key, right.key))
  }
}

export class SessionModel {
  readonly #retentionMs: number
  #rows: KeyValue<Windowed<string>, number>[] = []
  #observed = -1

  constructor(retentionMs: number) {
    this.#retentionMs = retentionMs
  }

  /** False if the session has expired. */
  put(session: Windowed<string>, value: number | null): boolean {
    this.#observed = Math.max(this.#observed, session.end)
    if (session.end <= this.#observed - this.#retentionMs) return false
    this.remove(session)
    if (value !== null) this.#rows.push({ key: session, value })
    return true
  }

  remove(session: Windowed<string>): void {
    this.#rows = this.#rows.filter(({ key }) => !same(key, session))
  }

  fetchSession(session: Windowed<string>): number | undefined {
    return this.find().find(({ key }) => same(key, session))?.value
  }

  /** By end, key, and descending start. */
  find(earliestEnd = 0, latestStart: number = Number.POSITIVE_INFINITY): KeyValue<Windowed<string>, number>[] {
    return this.#rows
      .filter(({ key }) => key.end > this.#observed - this.#retentionMs && key.end >= earliestEnd && key.start <= latestStart)
      .sort(({ key: left }, { key: right }) => left.end - right.end || compareKeys(left.key, right.key) || right.start - left.start)
  }

  pick(random: Random): Windowed<string> | undefined {
    return this.#rows.length === 0 ? undefined : random.pick(this.#rows).key
  }
}

function same(left: Windowed<string>, right: Windowed<string>): boolean {
  return left.key === right.key && left.start === right.start && left.end === right.end
}

interface Version {
  /** Null is a tombstone. */
  readonly value: number | null
  /** Was there a later version when it was put? */
  readonly outOfOrder: boolean
  /** Was a tombstone put at its time while nothing was valid? */
  readonly ended: boolean
}

/** All versions ever put, by time. */
export class VersionedModel {
  readonly #retentionMs: number
  readonly #versions = new Map<string, Map<number, Version>>()
  #observed = -1

  constructor(retentionMs: number) {
    this.#retentionMs = retentionMs
  }

  put(key: string, value: number | null, timestamp: number): number | undefined | 'expired' {
    if (timestamp < this.#observed - this.#retentionMs) return 'expired'
    this.#observed = Math.max(this.#observed, timestamp)
    const versions = this.#versions.get(key) ?? new Map<number, Version>()
    this.#versions.set(key, versions)
    const times = this.#times(key)
    const next = times.find((time) => time > timestamp)
    // Kafka Streams forgets the latest version when it is deleted at its own time, unless an earlier one is known to end then, or a tombstone was put
    // at that time before.
    const there = versions.get(timestamp)
    const ended = there?.ended === true || (value === null && next === undefined && there?.value == null)
    const deletesLatest = value === null && times.at(-1) === timestamp && there?.value != null
    const before = versions.get(times.at(-2) ?? -1)
    if (deletesLatest && !ended && (before === undefined || (before.value === null && !before.outOfOrder))) versions.delete(timestamp)
    else versions.set(timestamp, { value, outOfOrder: next !== undefined, ended })
    return next
  }

  delete(key: string, timestamp: number): VersionedRecord<number> | undefined {
    const before = timestamp < this.#observed - this.#retentionMs ? undefined : this.get(key, timestamp)
    this.put(key, null, timestamp)
    return before
  }

  get(key: string, asOf: number = Number.POSITIVE_INFINITY): VersionedRecord<number> | undefined {
    const times = this.#times(key)
    const at = times.findLastIndex((time) => time <= asOf)
    const timestamp = times[at]
    if (timestamp === undefined) return undefined
    const validTo = times[at + 1]
    if (validTo !== undefined && asOf < this.#observed - this.#retentionMs) return undefined
    const value = this.#versions.get(key)?.get(timestamp)?.value
    return value == null ? undefined : { value, timestamp, validTo }
  }

  pick(key: string, random: Random): number | undefined {
    const times = this.#times(key)
    return times.length === 0 ? undefined : random.pick(times)
  }

  #times(key: string): number[] {
    return [...(this.#versions.get(key)?.keys() ?? [])].sort((left, right) => left - right)
  }
}
