import type { ValueAndTimestamp } from '../../core/record.js'
import type { StateStore, TimestampedKeyValueStore, VersionedKeyValueStore } from '../../stores/state-store.js'
import type { ProcessorContext } from '../../topology/processor.js'

/** What became of a put: the latest row of its key, an older version of it, or dropped as too old (versioned stores only). */
export type PutResult = 'latest' | 'outOfOrder' | 'expired'

/** The rows of a table, whatever kind of store keeps them. */
export interface TableStore<K, V> {
  readonly store: StateStore
  get(key: K): ValueAndTimestamp<V> | undefined
  /** The row as it was at `timestamp`; of versioned stores. */
  getAsOf(key: K, timestamp: number): ValueAndTimestamp<V> | undefined
  put(key: K, value: V | null, timestamp: number): PutResult
}

export function openTableStore<K, V>(context: ProcessorContext, name: string, versioned: boolean): TableStore<K, V> {
  return versioned ? new VersionedRows(context.store(name)) : new LatestRows(context.store(name))
}

class LatestRows<K, V> implements TableStore<K, V> {
  readonly store: TimestampedKeyValueStore<K, V>

  constructor(store: TimestampedKeyValueStore<K, V>) {
    this.store = store
  }

  get(key: K): ValueAndTimestamp<V> | undefined {
    return this.store.get(key)
  }

  getAsOf(key: K): ValueAndTimestamp<V> | undefined {
    return this.store.get(key)
  }

  put(key: K, value: V | null, timestamp: number): PutResult {
    this.store.put(key, value == null ? null : { value, timestamp })
    return 'latest'
  }
}

/** KIP-889, KIP-914. */
class VersionedRows<K, V> implements TableStore<K, V> {
  readonly store: VersionedKeyValueStore<K, V>

  constructor(store: VersionedKeyValueStore<K, V>) {
    this.store = store
  }

  get(key: K): ValueAndTimestamp<V> | undefined {
    return this.store.get(key)
  }

  getAsOf(key: K, timestamp: number): ValueAndTimestamp<V> | undefined {
    return this.store.get(key, timestamp)
  }

  put(key: K, value: V | null, timestamp: number): PutResult {
    const validTo = this.store.put(key, value, timestamp)
    return validTo === undefined ? 'latest' : validTo === 'expired' ? 'expired' : 'outOfOrder'
  }
}
