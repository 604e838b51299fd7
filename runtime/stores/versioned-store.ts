import { strict as assert } from 'node:assert'
import { StreamError } from '../core/errors.js'
import type { Serde } from '../serde/serde.js'
import { idOf } from './bytes.js'
import type { ChangelogRecord } from './change-sink.js'
import { serializeKey } from './key-value-store.js'
import type { LogChange, ManagedStore, StoreChanges } from './managed-store.js'
import { readRow } from './read-row.js'
import { keyEnd, latestKey, rowKey } from './row-keys.js'
import { SegmentedStore } from './segmented-store.js'
import type { VersionedKeyValueStore, VersionedRecord } from './state-store.js'
import type { BytesStore } from './store.js'
import type { StoreContext } from './store-context.js'
import { readTime, withTimestamp, writeTime } from './value-codec.js'

export interface VersionedStoreOptions<K, V> {
  readonly name: string
  readonly key: Serde<K>
  readonly value: Serde<V>
  readonly historyRetentionMs: number
}

/** A version that is not the latest: valid from its timestamp to that of the next one; null is a tombstone. */
interface PastVersion {
  readonly validFrom: number
  readonly validTo: number
  readonly value: Uint8Array | null
}

/**
 * Kafka Streams' versioned store (KIP-889, KIP-914; `RocksDBVersionedStore`): the latest version of a key, which never expires, and past
 * ones while someone may ask for their time.
 *
 * Rows: the latest by key, as timestamp and value; past versions by segment (of the time up to which they were valid), key and timestamp.
 */
export class TypedVersionedStore<K, V> implements VersionedKeyValueStore<K, V>, ManagedStore {
  readonly name: string
  readonly #options: VersionedStoreOptions<K, V>
  readonly #context: StoreContext
  readonly #segments: SegmentedStore
  /**
   * What was put since the last drain, all of it and in order: a version put and deleted at one time leaves another history than the tombstone alone,
   * so a restore has to see both.
   */
  #log: { readonly key: Uint8Array; readonly value: Uint8Array | null; readonly timestamp: number }[] = []

  constructor(options: VersionedStoreOptions<K, V>, base: BytesStore, context: StoreContext) {
    this.name = options.name
    this.#options = options
    this.#context = context
    this.#segments = new SegmentedStore(base, context, {
      intervalMs: segmentIntervalMs(options.historyRetentionMs),
      retentionMs: options.historyRetentionMs,
      caching: false,
      encode: () => assert.fail('versions are put as bytes'),
    })
  }

  put(key: K, value: V | null, timestamp: number): number | undefined | 'expired' {
    const keyBytes = this.#keyBytes(key)
    this.#check(timestamp)
    const bytes = value == null ? null : this.#options.value.serialize(value)
    return this.#put(keyBytes, bytes, timestamp)
  }

  delete(key: K, timestamp: number): VersionedRecord<V> | undefined {
    const keyBytes = this.#keyBytes(key)
    this.#check(timestamp)
    const before = this.#isExpired(timestamp) ? undefined : this.get(key, timestamp)
    this.#put(keyBytes, null, timestamp)
    return before
  }

  get(key: K, asOfTimestamp?: number): VersionedRecord<V> | undefined {
    const version = this.#get(this.#keyBytes(key), asOfTimestamp)
    return version === undefined ? undefined : { ...version, value: this.#valueOf(version.value) }
  }

  get dirtyBytes(): number {
    return this.#segments.dirtyBytes
  }

  flushCache(): boolean {
    return false
  }

  /** Changelog records are those put: key, value, and the version's timestamp as the record's. */
  drain(log: LogChange): StoreChanges | undefined {
    const puts = this.#log
    this.#log = []
    for (const { key, value, timestamp } of puts) log(key, value, timestamp)
    return this.#segments.drain(() => 0)
  }

  settle(): void {
    this.#segments.settle()
  }

  restore(records: readonly ChangelogRecord[]): StoreChanges {
    for (const { key, value, timestamp } of records) {
      if (key !== null && !this.#isExpired(timestamp)) this.#apply(key, value, timestamp)
    }
    return this.#segments.drain(() => 0) ?? { mutations: [], deleteRanges: [] }
  }

  /** The version that the store has at the time of each record; a version cannot be taken out of a changelog. */
  relog(records: readonly ChangelogRecord[], log: LogChange): void {
    for (const { key, timestamp } of records) if (key !== null) log(key, this.#get(key, timestamp)?.value ?? null, timestamp)
  }

  restored(): void {
    this.#segments.settle()
  }

  close(): void {
    this.#segments.close()
    this.#log = []
  }

  #get(key: Uint8Array, asOfTimestamp: number | undefined): VersionedRecord<Uint8Array> | undefined {
    const latest = this.#segments.rows.get(latestKey(key))
    if (latest !== undefined) {
      const timestamp = readTime(latest, 0)
      if (asOfTimestamp === undefined || timestamp <= asOfTimestamp) return { value: latest.subarray(8), timestamp, validTo: undefined }
    }
    if (asOfTimestamp === undefined || this.#isExpired(asOfTimestamp)) return undefined
    const past = this.#firstValidAfter(key, asOfTimestamp)
    if (past === undefined || past.validFrom > asOfTimestamp || past.value === null) return undefined
    return { value: past.value, timestamp: past.validFrom, validTo: past.validTo }
  }

  #put(key: Uint8Array, value: Uint8Array | null, timestamp: number): number | undefined | 'expired' {
    if (this.#isExpired(timestamp)) {
      this.#context.expired(this.name)
      return 'expired'
    }
    this.#log.push({ key, value, timestamp })
    return this.#apply(key, value, timestamp)
  }

  /** Puts a version in its place in the key's history; returns the timestamp of the next one. */
  #apply(key: Uint8Array, value: Uint8Array | null, timestamp: number): number | undefined {
    this.#segments.advance(timestamp)
    const { rows } = this.#segments
    const latestRow = latestKey(key)
    const latest = rows.get(latestRow)
    const latestTimestamp = latest === undefined ? undefined : readTime(latest, 0)
    if (latest !== undefined && timestamp >= latestTimestamp!) {
      if (timestamp > latestTimestamp!) {
        this.#putPast(key, { validFrom: latestTimestamp!, validTo: timestamp, value: latest.subarray(8) })
      }
      rows.put(idOf(latestRow), value === null ? null : withTimestamp(value, timestamp))
      return undefined
    }
    const next = this.#firstValidAfter(key, timestamp)
    if (next !== undefined && next.validFrom <= timestamp) {
      // It was valid then: now only up to the new version, which follows it.
      if (next.validFrom < timestamp) {
        this.#deletePast(key, next)
        this.#putPast(key, { ...next, validTo: timestamp })
      }
      this.#putPast(key, { validFrom: timestamp, validTo: next.validTo, value })
      return next.validTo
    }
    const validTo = next?.validFrom ?? latestTimestamp
    if (validTo !== undefined) {
      this.#putPast(key, { validFrom: timestamp, validTo, value })
    } else if (value !== null) {
      rows.put(idOf(latestRow), withTimestamp(value, timestamp))
    } else if (!this.#endsAt(key, timestamp)) {
      // A tombstone is never the latest row; this one marks that earlier versions are valid up to it.
      this.#putPast(key, { validFrom: timestamp, validTo: timestamp, value: null })
    }
    return validTo
  }

  /** Of the key's past versions, which follow each other in time, the first that was valid after `timestamp`. */
  #firstValidAfter(key: Uint8Array, timestamp: number): PastVersion | undefined {
    for (const version of this.#pastFrom(key, timestamp)) if (version.validTo > timestamp) return version
    return undefined
  }

  /** Is there a past version that ends at that very time? */
  #endsAt(key: Uint8Array, timestamp: number): boolean {
    for (const version of this.#pastFrom(key, timestamp)) if (version.validTo === timestamp) return true
    return false
  }

  *#pastFrom(key: Uint8Array, timestamp: number): IterableIterator<PastVersion> {
    for (const segment of this.#segments.segmentsBetween(timestamp, Number.POSITIVE_INFINITY, false)) {
      for (const row of this.#segments.rows.range({ from: rowKey(segment, key, 0), to: keyEnd(segment, key) })) {
        yield {
          validFrom: readTime(row.key, row.key.length - 8),
          validTo: readTime(row.value, 0),
          value: row.value[8] === 1 ? row.value.subarray(9) : null,
        }
      }
    }
  }

  #putPast(key: Uint8Array, { validFrom, validTo, value }: PastVersion): void {
    if (validTo < this.#segments.liveFrom) return
    const row = Buffer.allocUnsafe(9 + (value?.length ?? 0))
    writeTime(row, 0, validTo)
    row[8] = value === null ? 0 : 1
    if (value !== null) row.set(value, 9)
    this.#segments.rows.put(idOf(pastRow(this.#segments.segmentFor(validTo), key, validFrom)), row)
  }

  #deletePast(key: Uint8Array, { validFrom, validTo }: PastVersion): void {
    this.#segments.rows.put(idOf(pastRow(this.#segments.segmentOf(validTo), key, validFrom)), null)
  }

  #isExpired(timestamp: number): boolean {
    return timestamp < this.#segments.observedTime - this.#options.historyRetentionMs
  }

  #check(timestamp: number): void {
    if (Number.isSafeInteger(timestamp) && timestamp >= 0) return
    throw new StreamError('INVALID_ARGUMENT', `${timestamp} is not a version's timestamp (store ${this.name})`, { store: this.name })
  }

  #keyBytes(key: K): Uint8Array {
    return serializeKey(this.name, this.#options.key, key)
  }

  #valueOf(bytes: Uint8Array): V {
    return readRow(this.name, this.#options.value, bytes)
  }
}

function pastRow(segment: number, key: Uint8Array, validFrom: number): Uint8Array {
  const row = rowKey(segment, key, 8)
  writeTime(row, row.length - 8, validFrom)
  return row
}

/** As Kafka Streams chooses it (`Stores.persistentVersionedKeyValueStore`). */
function segmentIntervalMs(historyRetentionMs: number): number {
  const minute = 60_000
  if (historyRetentionMs <= minute) return Math.max(Math.floor(historyRetentionMs / 3), 2_000)
  if (historyRetentionMs <= 5 * minute) return Math.max(Math.floor(historyRetentionMs / 5), 20_000)
  if (historyRetentionMs <= 60 * minute) return Math.max(Math.floor(historyRetentionMs / 12), minute)
  return Math.max(Math.floor(historyRetentionMs / 24), 5 * minute)
}
