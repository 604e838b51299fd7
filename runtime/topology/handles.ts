import type { ValueAndTimestamp } from '../core/record.js'
import type { Serde } from '../serde/serde.js'
import type { ProcessorContext } from './processor.js'

/** What a step gives to the steps after it, while the topology is built. */
export type Handle = StreamHandle | TableHandle | GlobalTableHandle | GroupedHandle

export interface StreamHandle {
  readonly kind: 'stream'
  /** The nodes whose records it is. */
  readonly nodes: readonly string[]
  readonly key: Serde
  readonly value: Serde
  /** The key may no longer be the one that the records are partitioned by. */
  readonly keyChanged: boolean
  /** The topics it comes from within the sub-topology: their partitions are its own. */
  readonly topics: readonly string[]
}

/** A table: its nodes send each `Change`. */
export interface TableHandle {
  readonly kind: 'table'
  readonly nodes: readonly string[]
  readonly key: Serde
  readonly value: Serde
  readonly topics: readonly string[]
  /** Is it kept in a versioned store, or made from tables that are (KIP-914)? */
  readonly versioned: boolean
  /** Do its keys stand for windows? */
  readonly windowed: boolean
  /**
   * Asks for old values in the changes. Without `force` only where that takes no store that is not there anyway. Returns whether they
   * will be sent.
   */
  sendOldValues(force: boolean): boolean
  /** How to look up rows: in its own store, or computed from those of the tables it is made from. May make a store. */
  values(): TableValues
}

export interface TableValues {
  /** The stores that a node must be connected to. */
  readonly stores: readonly string[]
  open(context: ProcessorContext): ValueGetter
}

/** Looks up rows of a table. */
// biome-ignore lint/suspicious/noExplicitAny: inside, the graph carries values of all types
export interface ValueGetter<K = any, V = any> {
  get(key: K): ValueAndTimestamp<V> | undefined
  /** The row as it was at `timestamp`; only of versioned tables. */
  getAsOf(key: K, timestamp: number): ValueAndTimestamp<V> | undefined
  close?(): void
}

export interface GlobalTableHandle {
  readonly kind: 'globalTable'
  readonly key: Serde
  readonly value: Serde
  readonly store: string
}

/** A grouped stream, or a grouped table, whose records then are `Change`s. */
export interface GroupedHandle {
  readonly kind: 'grouped'
  readonly of: 'stream' | 'table'
  readonly key: Serde
  readonly value: Serde
  /** The records by their group, repartitioned if they must be; the same at each call. */
  records(): StreamHandle
}
