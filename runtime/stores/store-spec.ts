import type { Serde } from '../serde/serde.js'

interface StoreSpecBase {
  /** Name from the manifest; the changelog is `<application>-<name>-changelog`. */
  readonly name: string
  readonly key: Serde
  readonly value: Serde
  /** `lmdb` (default) outlives the process; `memory` is restored from its changelog at every start. */
  readonly persistence?: 'lmdb' | 'memory'
  /** False: no changelog; what is lost with the folder stays lost. Default true. */
  readonly logging?: boolean
  /** The topic that serves as changelog instead of one of its own (source tables), by its name on Kafka. */
  readonly changelogTopic?: string
  /** Record cache: one update per key and commit goes downstream. Default false. */
  readonly caching?: boolean
}

/** A store as generated code describes it; times in milliseconds. */
export type StoreSpec =
  | (StoreSpecBase & { readonly kind: 'keyValue' })
  | (StoreSpecBase & { readonly kind: 'timestampedKeyValue' })
  | (StoreSpecBase & {
      readonly kind: 'window' | 'timestampedWindow'
      readonly windowSizeMs: number
      readonly retentionMs: number
      readonly retainDuplicates?: boolean
      /**
       * Keeps rows in order of time as well, at the cost of a second one each: for scans by time across keys that come again and again, as
       * results on close need them. Default false: such scans sort a window size's worth of rows.
       */
      readonly timeOrdered?: boolean
    })
  | (StoreSpecBase & { readonly kind: 'session'; readonly retentionMs: number /** As for windows. */; readonly timeOrdered?: boolean })
  | (StoreSpecBase & { readonly kind: 'versioned'; readonly historyRetentionMs: number })
