import { StreamError } from '../core/errors.js'
import { boundsOf, bytesOfId, copyOf, idOf } from './bytes.js'
import { type OrderedCursor, OrderedIndex } from './ordered-index.js'
import type { BytesStore, Entry, RangeOptions, StateBackend, StateBatch } from './store.js'

/** State in memory: gone with the process, restored from the changelog. `directory` is not used. */
export function memoryBackend(): StateBackend {
  return new MemoryBackend()
}

class MemoryBackend implements StateBackend {
  readonly persistent = false
  readonly #stores = new Map<string, MemoryStore>()
  readonly #positions = new Map<string, number>()
  #closed = false

  open(name: string): BytesStore {
    this.#requireOpen()
    const store = this.#stores.get(name) ?? new MemoryStore(name, () => this.#requireOpen())
    this.#stores.set(name, store)
    return store
  }

  positions(): ReadonlyMap<string, number> {
    this.#requireOpen()
    return new Map(this.#positions)
  }

  /** All or nothing: nothing in it can fail once every store is known. */
  commit({ mutations, deleteRanges, positions }: StateBatch): void {
    this.#requireOpen()
    for (const name of mutations.keys()) this.#known(name)
    if (deleteRanges !== undefined) {
      for (const name of deleteRanges.keys()) this.#known(name)
      for (const [name, ranges] of deleteRanges) for (const range of ranges) this.#known(name).deleteRange(range)
    }
    for (const [name, changes] of mutations) {
      const store = this.#known(name)
      for (const [key, value] of changes) store.write(key, value)
    }
    for (const [partition, position] of positions) this.#positions.set(partition, position)
  }

  sizeBytes(): number {
    this.#requireOpen()
    let bytes = 0
    for (const store of this.#stores.values()) bytes += store.sizeBytes
    return bytes
  }

  close(): void {
    this.#closed = true
    this.#stores.clear()
  }

  #known(name: string): MemoryStore {
    const store = this.#stores.get(name)
    if (store === undefined) throw new StreamError('INVALID_STATE', `the store ${name} has not been opened`, { store: name })
    return store
  }

  #requireOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', 'the state in memory is closed')
  }
}

/** What an entry costs, about: its bytes, two strings' and arrays' headers, and its places in the map and the index. */
function entryBytes(id: string, value: Uint8Array): number {
  return id.length + value.length + 100
}

class MemoryStore implements BytesStore {
  readonly name: string
  readonly #requireOpen: () => void
  readonly #values = new Map<string, Uint8Array>()
  /** Made by the first range scan: point access alone needs no order. */
  #index: OrderedIndex<Uint8Array> | undefined
  sizeBytes = 0

  constructor(name: string, requireOpen: () => void) {
    this.name = name
    this.#requireOpen = requireOpen
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#requireOpen()
    const value = this.#values.get(idOf(key))
    return value === undefined ? undefined : copyOf(value)
  }

  range(options: RangeOptions = {}): Iterable<Entry> {
    this.#requireOpen()
    return { [Symbol.iterator]: () => this.#scan(options) }
  }

  count(): number {
    this.#requireOpen()
    return this.#values.size
  }

  write(key: Uint8Array, value: Uint8Array | null): void {
    const id = idOf(key)
    if (value === null) this.#delete(id)
    else this.#set(id, copyOf(value))
  }

  deleteRange(options: RangeOptions): void {
    this.#ordered().deleteRange(boundsOf(options), (id, value) => {
      this.sizeBytes -= entryBytes(id, value)
      this.#values.delete(id)
    })
  }

  #set(id: string, value: Uint8Array): void {
    const before = this.#values.get(id)
    this.sizeBytes += before === undefined ? entryBytes(id, value) : value.length - before.length
    this.#values.set(id, value)
    this.#index?.set(id, value)
  }

  #delete(id: string): void {
    const before = this.#values.get(id)
    if (before === undefined) return
    this.sizeBytes -= entryBytes(id, before)
    this.#values.delete(id)
    this.#index?.delete(id)
  }

  #scan(options: RangeOptions): IterableIterator<Entry> {
    this.#requireOpen()
    return new MemoryScan(this.#ordered().cursor(boundsOf(options), options.reverse === true), this.#requireOpen)
  }

  #ordered(): OrderedIndex<Uint8Array> {
    if (this.#index === undefined) {
      const keys = [...this.#values.keys()].sort()
      this.#index = OrderedIndex.fromSorted(
        keys,
        keys.map((id) => this.#values.get(id)!),
      )
    }
    return this.#index
  }
}

/** No generator, since a fetch with each record makes one. */
class MemoryScan implements IterableIterator<Entry> {
  readonly #cursor: OrderedCursor<Uint8Array>
  readonly #requireOpen: () => void

  constructor(cursor: OrderedCursor<Uint8Array>, requireOpen: () => void) {
    this.#cursor = cursor
    this.#requireOpen = requireOpen
  }

  [Symbol.iterator](): IterableIterator<Entry> {
    return this
  }

  next(): IteratorResult<Entry> {
    this.#requireOpen()
    if (!this.#cursor.next()) return { done: true, value: undefined }
    return { done: false, value: { key: bytesOfId(this.#cursor.key), value: copyOf(this.#cursor.value!) } }
  }

  return(): IteratorResult<Entry> {
    this.#cursor.release()
    return { done: true, value: undefined }
  }
}
