/**
 * The door to storage: ordered maps of bytes, with a transaction over all of a task's stores. Memory and LMDB implement it,
 * and test/conformance/store-suite.ts is run against each. No library's types here.
 */

export interface Entry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export interface RangeOptions {
  /** Inclusive; open if absent. */
  readonly from?: Uint8Array | undefined
  /** Exclusive; open if absent. */
  readonly to?: Uint8Array | undefined
  readonly reverse?: boolean
}

/** An ordered map of bytes (keys by unsigned byte). What it returns is the caller's own and stays as it is. */
export interface BytesStore {
  readonly name: string
  get(key: Uint8Array): Uint8Array | undefined
  /** A snapshot in key order; leaving the loop early is allowed. */
  range(options?: RangeOptions): Iterable<Entry>
  /** How many entries; may be an estimate. */
  count(): number
}

/** Null deletes. */
export type Mutation = readonly [key: Uint8Array, value: Uint8Array | null]

export interface StateBatch {
  /** Store name to its mutations; of one key the last wins. */
  readonly mutations: ReadonlyMap<string, Iterable<Mutation>>
  /** Store name to ranges to delete before the mutations (expired segments). */
  readonly deleteRanges?: ReadonlyMap<string, readonly RangeOptions[]>
  /** Positions to set, `topic-partition` to the next offset: of changelogs and of inputs. */
  readonly positions: ReadonlyMap<string, number>
}

/**
 * The storage of one task: its named maps and the positions they stand for. Every operation on a closed backend throws
 * a `StreamError` INVALID_STATE; a full disk or map throws STATE_FULL, and nothing of the batch is kept.
 */
export interface StateBackend {
  /** Does it outlive the process? Positions of a backend that does not start empty. */
  readonly persistent: boolean
  /** The map `name`, created if it is not there. */
  open(name: string): BytesStore
  positions(): ReadonlyMap<string, number>
  /** Applies all of it in one transaction, or nothing. */
  commit(batch: StateBatch): void
  /** Bytes on disk or in memory, as well as it knows. */
  sizeBytes(): number
  close(): void
}

/** Opens the backend of a task; `directory` is the task's own, made by the caller (memory does not use it). */
export type StateBackendFactory = (directory: string) => StateBackend
