import { StreamError } from '../core/errors.js'
import { formatOf } from '../serde/schema-serde.js'
import type { Serde } from '../serde/serde.js'
import type { ChangelogRecord, ChangeSink } from './change-sink.js'
import { createStore } from './create-store.js'
import type { ManagedStore, StoreChanges } from './managed-store.js'
import type { StateStore } from './state-store.js'
import type { Mutation, RangeOptions, StateBackend } from './store.js'
import type { StoreContext } from './store-context.js'
import type { StoreSpec } from './store-spec.js'

/** A store of a task: `TopologyStore`, as far as it matters here. */
export interface TaskStore {
  readonly spec: StoreSpec
  /** Filled from a topic, so it needs no changelog. */
  readonly global: boolean
}

export interface TaskStoresOptions {
  readonly stores: readonly TaskStore[]
  /** Opens the backend of stores with `persistence: lmdb`; not called if there are none. */
  readonly persistent: () => StateBackend
  /** Opens the backend of the others; the same. */
  readonly memory: () => StateBackend
  readonly context: StoreContext
}

interface Owned {
  readonly name: string
  readonly store: ManagedStore
  readonly key: Serde
  readonly logged: boolean
  readonly backend: Backend
}

interface Backend {
  readonly state: StateBackend
  /** Drained and not committed, in order; a commit takes all. */
  pending: { readonly name: string; readonly changes: StoreChanges }[]
}

/**
 * The stores of one task, and the steps of its commit: `flushCaches` sends on what record caches hold, `drain` hands what changed to the
 * changelog, and once that is acknowledged `commit` writes it with the positions it stands for, in one transaction. Records may be
 * processed between `drain` and `commit`; what they change waits for the next drain. What is not committed is gone after `close`.
 *
 * Methods throw INVALID_STATE once closed.
 */
export class TaskStores {
  readonly names: readonly string[]
  readonly #stores = new Map<string, Owned>()
  readonly #persistent: Backend | undefined
  readonly #memory: Backend | undefined
  #closed = false

  constructor({ stores, persistent, memory, context }: TaskStoresOptions) {
    this.names = stores.map(({ spec }) => spec.name)
    const inMemory = (spec: StoreSpec) => spec.persistence === 'memory'
    if (stores.some(({ spec }) => !inMemory(spec))) this.#persistent = { state: persistent(), pending: [] }
    if (stores.some(({ spec }) => inMemory(spec))) this.#memory = { state: memory(), pending: [] }
    try {
      for (const { spec, global } of stores) {
        const backend = (inMemory(spec) ? this.#memory : this.#persistent)!
        const logged = !global && spec.logging !== false && spec.changelogTopic === undefined
        const store = createStore(spec, backend.state.open(spec.name), context)
        this.#stores.set(spec.name, { name: spec.name, store, key: spec.key, logged, backend })
      }
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** The typed store; the caller knows its type from the spec. */
  get<S extends StateStore = StateStore>(name: string): S {
    return this.#owned(name).store as StateStore as S
  }

  /** Does the store outlive the process, so that its positions do? */
  isPersistent(name: string): boolean {
    return this.#owned(name).backend.state.persistent
  }

  /** Bytes of changes that wait for a drain, about: the task commits early when they are many. */
  get dirtyBytes(): number {
    let bytes = 0
    for (const { store } of this.#stores.values()) bytes += store.dirtyBytes
    return bytes
  }

  /**
   * Empties the record caches into their listeners. A listener may put into other stores, whose caches are then emptied as well,
   * wherever they stand in the order.
   */
  flushCaches(): void {
    this.#requireOpen()
    for (let round = 0; round <= this.#stores.size; round++) {
      let flushed = false
      for (const { store } of this.#stores.values()) flushed = store.flushCache() || flushed
      if (!flushed) return
    }
  }

  /** Gives the sink each key that changed since the last drain, of stores that have a changelog of their own. */
  drain(sink: ChangeSink): void {
    this.#requireOpen()
    for (const { name, store, logged, backend } of this.#stores.values()) {
      const changes = store.drain(logged ? (key, value, timestamp) => sink(name, key, value, timestamp) : () => {})
      if (changes !== undefined) backend.pending.push({ name, changes })
    }
  }

  /**
   * Writes what was drained, with `positions`, in one transaction (and the stores in memory after that). Throws STATE_FULL if there is no
   * room; nothing is lost then, and the commit may be tried again.
   */
  commit(positions: ReadonlyMap<string, number>): void {
    this.#requireOpen()
    for (const backend of this.#backends()) {
      if (backend.pending.length > 0 || positions.size > 0) apply(backend.state, backend.pending, positions)
      backend.pending = []
    }
    for (const { store } of this.#stores.values()) store.settle()
  }

  /**
   * Positions committed with the state that outlives the process: `topic-partition` to the next offset. Empty if all stores are in memory,
   * or the task has none. Not for changelogs of stores in memory (`isPersistent`): those start empty each time.
   */
  positions(): ReadonlyMap<string, number> {
    this.#requireOpen()
    return this.#persistent?.state.positions() ?? new Map()
  }

  /**
   * Applies records of the store's changelog to its base, with positions in the same transaction. Before the task runs; applying
   * records again that are there already changes nothing. Throws STATE_LAYOUT for keys that would never be found again.
   */
  restore(name: string, records: readonly ChangelogRecord[], positions: ReadonlyMap<string, number>): void {
    const { store, backend, key } = this.#owned(name)
    if (key.isForeign !== undefined) for (const record of records) checkKey(name, key, record)
    apply(backend.state, [{ name, changes: store.restore(records) }], positions)
    store.restored()
  }

  /** Drops all rows of the store's base. Before the task runs. */
  clear(name: string): void {
    const { store, backend } = this.#owned(name)
    apply(backend.state, [{ name, changes: { mutations: [], deleteRanges: [{}] } }], new Map())
    store.restored()
  }

  /** Gives the sink what the store has for each key of these changelog records, in place of applying them. Before the task runs. */
  relog(name: string, records: readonly ChangelogRecord[], sink: ChangeSink): void {
    const { store, logged } = this.#owned(name)
    if (logged) store.relog(records, (key, value, timestamp) => sink(name, key, value, timestamp))
  }

  /** Bytes on disk and in memory, about. */
  sizeBytes(): number {
    this.#requireOpen()
    let bytes = this.dirtyBytes
    for (const { state } of this.#backends()) bytes += state.sizeBytes()
    return bytes
  }

  /** Without a commit. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const { store } of this.#stores.values()) store.close()
    for (const { state } of this.#backends()) state.close()
  }

  #backends(): Backend[] {
    return [this.#persistent, this.#memory].filter((backend) => backend !== undefined)
  }

  #owned(name: string): Owned {
    this.#requireOpen()
    const owned = this.#stores.get(name)
    if (owned === undefined) throw new StreamError('INVALID_STATE', `the task has no store ${name}`, { store: name })
    return owned
  }

  #requireOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', 'the stores of the task are closed')
  }
}

/** A row whose key is in other bytes than it would have now would lie there for good, and nobody find it. */
function checkKey(store: string, serde: Serde, { key, value }: ChangelogRecord): void {
  if (key === null || value === null || serde.isForeign?.(key) !== true) return
  throw new StreamError('STATE_LAYOUT', `The changelog of the store ${store} has keys of another schema than ${formatOf(serde)}.`, {
    store,
    hint: 'Give the store a new name, or bring back the schema of its keys.',
  })
}

/**
 * One transaction for all of it. Ranges go first in a batch, so rows of an earlier drain may outlive their segment; since ranges start at the
 * lowest segment, the next one takes them.
 */
function apply(state: StateBackend, pending: Backend['pending'], positions: ReadonlyMap<string, number>): void {
  const mutations = new Map<string, Iterable<Mutation>>()
  const deleteRanges = new Map<string, readonly RangeOptions[]>()
  for (const { name, changes } of pending) {
    const before = mutations.get(name)
    mutations.set(name, before === undefined ? changes.mutations : [...before, ...changes.mutations])
    if (changes.deleteRanges.length > 0) deleteRanges.set(name, [...(deleteRanges.get(name) ?? []), ...changes.deleteRanges])
  }
  state.commit({ mutations, deleteRanges, positions })
}
