import { StreamError } from '../core/errors.js'
import { boundsOf, bytesOfId, compareBytes, idOf } from './bytes.js'
import { type OrderedCursor, OrderedIndex } from './ordered-index.js'
import type { Entry, RangeOptions } from './store.js'

/** What an overlay lies over: a bytes store, or another overlay. Its bytes are shared, so nobody writes into them. */
export interface BytesView {
  readonly name: string
  get(key: Uint8Array): Uint8Array | undefined
  range(options?: RangeOptions): Iterable<Entry>
  count(): number
}

/** What is known of one key. The object stays the same for a key as long as the overlay remembers the key. */
export interface Slot<S> {
  /** `idOf(key)`. */
  readonly id: string
  readonly key: Uint8Array
  /** Null: there is no entry. */
  value: Uint8Array | null
  /** The value as the typed store decoded it; kept only if it is immutable, undefined otherwise. */
  decoded: unknown
  /** What the last write was stamped with. */
  stamp: S | undefined
  dirty: boolean
  /** Neither dirty nor drained: may be forgotten. */
  clean: boolean
  /** Is there an entry in the base, before what is dirty or drained here? Undefined: nobody has looked. */
  inBase: boolean | undefined
}

/** What a slot costs beside its bytes, about: the object, two buffers' headers, a string, and its place in the map. */
const slotOverheadBytes = 350

/** How many bytes of clean slots an overlay remembers, so that hot keys are not read from the base again. */
const readCacheBytes = 4 * 1024 * 1024

export interface OverlayOptions {
  /** Drains in order of the last write of each key, as Kafka Streams' record cache does; otherwise of the first. */
  readonly lastWriteOrder?: boolean
}

/**
 * The writes since the last commit, in memory over a base that does not have them yet: reads see them, range scans merge both.
 * `drain` hands over what changed, and `settle` says that the base has it now; writes in between stay for the next time.
 * It also remembers what it read. `S` is what each write is stamped with.
 */
export class Overlay<S> implements BytesView {
  readonly name: string
  readonly #base: BytesView
  readonly #lastWriteOrder: boolean
  readonly #slots = new Map<string, Slot<S>>()
  readonly #dirty = new Set<Slot<S>>()
  /** Drained and not yet in the base. */
  readonly #drained = new Set<Slot<S>>()
  /** All slots that may differ from the base, in order of their keys; made by the first range scan after a settle. */
  #index: OrderedIndex<Uint8Array | null> | undefined
  #dirtyBytes = 0
  #cleanBytes = 0
  #generation = 0
  #closed = false

  constructor(base: BytesView, options: OverlayOptions = {}) {
    this.name = base.name
    this.#base = base
    this.#lastWriteOrder = options.lastWriteOrder ?? false
  }

  /** Bytes of what is not drained, about. */
  get dirtyBytes(): number {
    return this.#dirtyBytes
  }

  get isDirty(): boolean {
    return this.#dirty.size > 0
  }

  /** Rises whenever slots are forgotten: who keeps slots of an older generation must look them up again. */
  get generation(): number {
    return this.#generation
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.slot(key).value ?? undefined
  }

  /** The key's slot, read from the base if it is not here. */
  slot(key: Uint8Array): Slot<S> {
    const id = idOf(key)
    const known = this.#slots.get(id)
    if (known !== undefined) return known
    this.#requireOpen()
    const value = this.#base.get(key) ?? null
    const slot: Slot<S> = { id, key, value, decoded: undefined, stamp: undefined, dirty: false, clean: false, inBase: value !== null }
    this.#remember(slot)
    return slot
  }

  put(key: Uint8Array, value: Uint8Array | null, stamp: S): Slot<S> {
    this.#requireOpen()
    const id = idOf(key)
    let slot = this.#slots.get(id)
    if (slot === undefined) {
      slot = { id, key, value: null, decoded: undefined, stamp: undefined, dirty: false, clean: false, inBase: undefined }
      this.#slots.set(id, slot)
    }
    this.write(slot, value, stamp)
    return slot
  }

  /** As `put`, for a slot of this generation. */
  write(slot: Slot<S>, value: Uint8Array | null, stamp: S): void {
    this.#requireOpen()
    if (slot.dirty) {
      this.#dirtyBytes -= sizeOf(slot)
      if (this.#lastWriteOrder) this.#dirty.delete(slot)
    } else if (slot.clean) {
      slot.clean = false
      this.#cleanBytes -= sizeOf(slot)
    }
    slot.dirty = true
    this.#dirty.add(slot)
    slot.value = value
    this.#dirtyBytes += sizeOf(slot)
    slot.decoded = undefined
    slot.stamp = stamp
    this.#index?.set(slot.id, value)
  }

  /** A snapshot, taken when the iteration starts, in order of the keys. */
  range(options: RangeOptions = {}): Iterable<Entry> {
    this.#requireOpen()
    return { [Symbol.iterator]: () => this.#scan(options) }
  }

  /** Exact: looks up in the base what was written without being read. */
  count(): number {
    this.#requireOpen()
    let count = this.#base.count()
    for (const slots of [this.#dirty, this.#drained]) {
      for (const slot of slots) {
        if (slots === this.#drained && slot.dirty) continue
        if (this.#isInBase(slot)) count -= 1
        if (slot.value !== null) count += 1
      }
    }
    return count
  }

  /**
   * Hands each key written since the last drain to `each`, once. A key that was written and deleted in between and that the base does not
   * have is passed over.
   */
  drain(each: (key: Uint8Array, value: Uint8Array | null, stamp: S) => void): void {
    // As it is now: `each` may write to this overlay again.
    const changes = [...this.#dirty].map((slot) => ({ slot, value: slot.value, stamp: slot.stamp! }))
    this.#dirty.clear()
    this.#dirtyBytes = 0
    for (const { slot } of changes) slot.dirty = false
    for (const { slot, value, stamp } of changes) {
      if (value === null && !this.#drained.has(slot) && !this.#isInBase(slot)) {
        if (!slot.dirty) this.#markClean(slot)
        continue
      }
      this.#drained.add(slot)
      each(slot.key, value, stamp)
    }
  }

  /** The base has what was drained. */
  settle(): void {
    for (const slot of this.#drained) {
      slot.inBase = slot.dirty ? undefined : slot.value !== null
      if (!slot.dirty) this.#markClean(slot)
    }
    this.#drained.clear()
    this.#index = undefined
    if (this.#cleanBytes > readCacheBytes) this.#forgetClean()
  }

  /** Drops all writes and all that is remembered of keys from `from` to `to` (exclusive): the base is about to lose them. */
  forget(from: Uint8Array, to: Uint8Array): void {
    const [first, end] = [idOf(from), idOf(to)]
    for (const [id, slot] of this.#slots) {
      if (id < first || id >= end) continue
      if (slot.dirty) this.#dirtyBytes -= sizeOf(slot)
      if (slot.clean) this.#cleanBytes -= sizeOf(slot)
      this.#slots.delete(id)
      this.#dirty.delete(slot)
      this.#drained.delete(slot)
      this.#index?.delete(id)
    }
    this.#generation += 1
  }

  /** Forgets all that is clean: the base was changed behind it. */
  invalidate(): void {
    this.#forgetClean()
  }

  close(): void {
    this.#closed = true
    this.#slots.clear()
    this.#dirty.clear()
    this.#drained.clear()
    this.#index = undefined
    this.#dirtyBytes = 0
    this.#generation += 1
  }

  #requireOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', `the store ${this.name} is closed`, { store: this.name })
  }

  #isInBase(slot: Slot<S>): boolean {
    slot.inBase ??= this.#base.get(slot.key) !== undefined
    return slot.inBase
  }

  #remember(slot: Slot<S>): void {
    this.#slots.set(slot.id, slot)
    this.#markClean(slot)
    if (this.#cleanBytes > readCacheBytes) {
      this.#forgetClean()
      this.#slots.set(slot.id, slot)
      this.#markClean(slot)
    }
  }

  #markClean(slot: Slot<S>): void {
    slot.clean = true
    this.#cleanBytes += sizeOf(slot)
  }

  #forgetClean(): void {
    for (const [id, slot] of this.#slots) if (slot.clean) this.#slots.delete(id)
    this.#cleanBytes = 0
    this.#generation += 1
  }

  #scan(options: RangeOptions): IterableIterator<Entry> {
    this.#requireOpen()
    if (this.#dirty.size === 0 && this.#drained.size === 0) return this.#base.range(options)[Symbol.iterator]() as IterableIterator<Entry>
    const snapshot = this.#ordered().snapshot()
    const bounds = boundsOf(options)
    const reverse = options.reverse === true
    const cursor = reverse ? snapshot.descending(bounds) : snapshot.ascending(bounds)
    return new Merge(cursor, this.#base.range(options)[Symbol.iterator](), reverse)
  }

  #ordered(): OrderedIndex<Uint8Array | null> {
    if (this.#index === undefined) {
      const slots = new Map<string, Slot<S>>()
      for (const slot of this.#drained) slots.set(slot.id, slot)
      for (const slot of this.#dirty) slots.set(slot.id, slot)
      this.#index = OrderedIndex.fromSorted([...slots.keys()].sort(), (id) => slots.get(id)!.value)
    }
    return this.#index
  }
}

function sizeOf(slot: Slot<unknown>): number {
  return slot.key.length + (slot.value === null ? 0 : slot.value.length) + slotOverheadBytes
}

/** Two ordered scans as one; of a key that both have, the overlay's entry counts, and null hides the base's. */
class Merge implements IterableIterator<Entry> {
  readonly #cursor: OrderedCursor<Uint8Array | null>
  readonly #base: Iterator<Entry>
  readonly #reverse: boolean
  #over: { key: Uint8Array; value: Uint8Array | null } | undefined
  #under: Entry | undefined

  constructor(cursor: OrderedCursor<Uint8Array | null>, base: Iterator<Entry>, reverse: boolean) {
    this.#cursor = cursor
    this.#base = base
    this.#reverse = reverse
    this.#advanceOver()
    this.#advanceUnder()
  }

  [Symbol.iterator](): IterableIterator<Entry> {
    return this
  }

  next(): IteratorResult<Entry> {
    for (;;) {
      const over = this.#over
      const under = this.#under
      if (over === undefined) {
        if (under === undefined) return { done: true, value: undefined }
        this.#advanceUnder()
        return { done: false, value: under }
      }
      const order = under === undefined ? -1 : this.#reverse ? compareBytes(under.key, over.key) : compareBytes(over.key, under.key)
      if (order > 0) {
        this.#advanceUnder()
        return { done: false, value: under! }
      }
      this.#advanceOver()
      if (order === 0) this.#advanceUnder()
      if (over.value !== null) return { done: false, value: { key: over.key, value: over.value } }
    }
  }

  return(): IteratorResult<Entry> {
    this.#over = undefined
    this.#under = undefined
    this.#base.return?.()
    return { done: true, value: undefined }
  }

  #advanceOver(): void {
    this.#over = this.#cursor.next() ? { key: bytesOfId(this.#cursor.key), value: this.#cursor.value ?? null } : undefined
  }

  #advanceUnder(): void {
    const next = this.#base.next()
    this.#under = next.done === true ? undefined : next.value
  }
}
