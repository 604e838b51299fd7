import { idOf } from './bytes.js'
import type { ChangelogRecord } from './change-sink.js'
import type { StateStore } from './state-store.js'
import type { Mutation, RangeOptions } from './store.js'

/** A change for the changelog: key and value as the changelog holds them. */
export type LogChange = (key: Uint8Array, value: Uint8Array | null, timestamp: number) => void

/** What a store puts into a `StateBatch`. */
export interface StoreChanges {
  readonly mutations: Iterable<Mutation>
  readonly deleteRanges: readonly RangeOptions[]
}

/** A typed store as `TaskStores` runs it. */
export interface ManagedStore extends StateStore {
  readonly dirtyBytes: number
  /** Hands what the record cache holds to its listener; returns whether there was anything. */
  flushCache(): boolean
  /** What changed since the last drain, for the changelog, and as the batch that brings the base up to it; undefined if nothing did. */
  drain(log: LogChange): StoreChanges | undefined
  /** The base has all that was drained. */
  settle(): void
  /** Records of the changelog as the batch that applies them; called before any other use of the store. */
  restore(records: readonly ChangelogRecord[]): StoreChanges
  /**
   * Logs what the store has for each key of these changelog records, which it has not applied and never will: they came of a commit that
   * failed. Called where `restore` is.
   */
  relog(records: readonly ChangelogRecord[], log: LogChange): void
  /** The batch of `restore` is in the base. */
  restored(): void
  close(): void
}

/** The last record of each key, in order; records without a key are left out. */
export function lastOfEachKey(records: readonly ChangelogRecord[]): Iterable<ChangelogRecord & { readonly key: Uint8Array }> {
  const last = new Map<string, ChangelogRecord & { readonly key: Uint8Array }>()
  for (const { key, value, timestamp } of records) if (key !== null) last.set(idOf(key), { key, value, timestamp })
  return last.values()
}
