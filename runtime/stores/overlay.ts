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

/** What is known of one key. Only the overlay writes to it, but for `decoded` and `time` of what was read. */
export interface Slot {
  /** `idOf` the key. */
  readonly id: string
  /** The value's bytes; null: there is no entry; undefined: nobody has needed them yet, and `decoded` is the value. */
  bytes: Uint8Array | null | undefined
  /** The value as the typed store has it, if it is one that nobody can change; undefined otherwise. */
  decoded: unknown
  /** The timestamp that goes with `decoded`, in stores that keep timestamps. */
  time: number
  /** Of the last write: in a record cache the record's origin, otherwise its timestamp. */
  stamp: unknown
  /** Written since the last drain. */
  dirty: boolean
  /** Drained, and not in the base yet. */
  drained: boolean
  /** Is there an entry in the base, before what is dirty or drained here? Undefined: nobody has looked. */
  inBase: boolean | undefined
  /** Bytes that it was counted with. */
  size: number
}

/** Bytes of a value that is kept as `decoded`. */
export type Encode = (decoded: unknown, time: number) => Uint8Array

export interface OverlayOptions {
  readonly encode: Encode
  /** Drains in order of the last write of each key, as Kafka Streams' record cache does; otherwise of the first. */
  readonly lastWriteOrder?: boolean
}

/** What a slot costs beside its bytes, about: the object, a buffer's header, a string, and its place in the map. */
const slotOverheadBytes = 250

/** Clean slots are remembered up to so many bytes, twice, so that hot keys are not read from the base again. */
const generationBytes = 8 * 1024 * 1024

/**
 * The writes since the last commit, in memory over a base that does not have them yet: reads see them, range scans merge both.
 * `drain` hands over what changed, and `settle` says that the base has it now; writes in between stay for the next time.
 *
 * It remembers what it read, in two generations: what is not asked for again while the younger one fills up is forgotten.
 */
export class Overlay<S> implements BytesView {
  readonly name: string
  readonly #base: BytesView
  readonly #encode: Encode
  readonly #lastWriteOrder: boolean
  #slots = new Map<string, Slot>()
  #older = new Map<string, Slot>()
  /** In order of their first write, each once; or with `lastWriteOrder` once per write, of which the last counts. */
  #dirty: Slot[] = []
  #dirtyCount = 0
  #drained: Slot[] = []
  /** All that may differ from the base, in order of the keys; made by the first range scan after a settle. */
  #index: OrderedIndex<Uint8Array | null> | undefined
  #dirtyBytes = 0
  #slotBytes = 0
  #closed = false

  constructor(base: BytesView, { encode, lastWriteOrder = false }: OverlayOptions) {
    this.name = base.name
    this.#base = base
    this.#encode = encode
    this.#lastWriteOrder = lastWriteOrder
  }

  /** Bytes of what is not drained, about. */
  get dirtyBytes(): number {
    return this.#dirtyBytes
  }

  get isDirty(): boolean {
    return this.#dirtyCount > 0
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.bytesOf(this.slot(idOf(key))) ?? undefined
  }

  /** The slot of a key, read from the base if it is not here. */
  slot(id: string): Slot {
    const known = this.#known(id)
    if (known !== undefined) return known
    this.#requireOpen()
    const bytes = this.#base.get(bytesOfId(id)) ?? null
    return this.#remember(newSlot(id, bytes, bytes !== null))
  }

  /** The slot's value as bytes; null if there is none. */
  bytesOf(slot: Slot): Uint8Array | null {
    if (slot.bytes === undefined) slot.bytes = this.#encode(slot.decoded, slot.time)
    return slot.bytes
  }

  /** Null deletes. */
  put(id: string, bytes: Uint8Array | null, stamp: S): void {
    this.#write(id, bytes, undefined, 0, stamp)
  }

  /** Puts a value that cannot change and that `encode` takes: its bytes are made when they are needed, once for many writes. */
  putDecoded(id: string, decoded: unknown, time: number, stamp: S): void {
    this.#write(id, undefined, decoded, time, stamp)
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
    for (const slot of this.#changed()) {
      if (this.#isInBase(slot)) count -= 1
      if (slot.bytes !== null) count += 1
    }
    return count
  }

  /**
   * Hands each key written since the last drain to `each`, once. A key that was written and deleted in between and that the base does not
   * have is passed over. `each` may write to this overlay: that is for the next drain.
   */
  drain(each: (key: Uint8Array, value: Uint8Array | null, stamp: S) => void): void {
    const changes = this.#lastWriteOrder ? lastOfEach(this.#dirty) : this.#dirty
    this.#dirty = []
    this.#dirtyCount = 0
    this.#dirtyBytes = 0
    const values = changes.map((slot) => ({ slot, value: this.bytesOf(slot), stamp: slot.stamp as S }))
    for (const slot of changes) slot.dirty = false
    for (const { slot, value, stamp } of values) {
      if (value === null && !slot.drained && !this.#isInBase(slot)) continue
      if (!slot.drained) this.#drained.push(slot)
      slot.drained = true
      each(bytesOfId(slot.id), value, stamp)
    }
  }

  /** The base has what was drained. */
  settle(): void {
    for (const slot of this.#drained) {
      slot.drained = false
      slot.inBase = slot.dirty ? undefined : slot.bytes !== null
    }
    this.#drained = []
    this.#index = undefined
    this.#forgetSome()
  }

  /**
   * Drops all writes of keys from `from` to `to` (exclusive): the base is about to lose them. All that is clean is forgotten, in the range or
   * not: to read it again costs less than to look through it each time that a segment expires.
   */
  forget(from: Uint8Array, to: Uint8Array): void {
    const [first, end] = [idOf(from), idOf(to)]
    const isLost = ({ id }: Slot) => id >= first && id < end
    for (const slot of new Set(this.#dirty.filter(isLost))) {
      this.#dirtyCount -= 1
      this.#dirtyBytes -= slot.size
    }
    this.#dirty = this.#dirty.filter((slot) => !isLost(slot))
    this.#drained = this.#drained.filter((slot) => !isLost(slot))
    this.#index = undefined
    this.invalidate()
  }

  /** Forgets all that is clean: the base was changed behind it. */
  invalidate(): void {
    this.#keepChanged()
    this.#older.clear()
  }

  close(): void {
    this.#closed = true
    this.#slots.clear()
    this.#older.clear()
    this.#dirty = []
    this.#dirtyCount = 0
    this.#drained = []
    this.#index = undefined
    this.#dirtyBytes = 0
  }

  #requireOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', `the store ${this.name} is closed`, { store: this.name })
  }

  #known(id: string): Slot | undefined {
    const slot = this.#slots.get(id)
    if (slot !== undefined) return slot
    const older = this.#older.get(id)
    return older === undefined ? undefined : this.#remember(older)
  }

  #remember(slot: Slot): Slot {
    this.#forgetSome()
    this.#slots.set(slot.id, slot)
    this.#slotBytes += slot.size
    return slot
  }

  #write(id: string, bytes: Uint8Array | null | undefined, decoded: unknown, time: number, stamp: S): void {
    this.#requireOpen()
    let slot = this.#known(id)
    if (slot === undefined) {
      slot = newSlot(id, null, undefined)
      this.#slots.set(id, slot)
    } else this.#slotBytes -= slot.size
    if (slot.dirty) this.#dirtyBytes -= slot.size
    else this.#dirtyCount += 1
    if (!slot.dirty || this.#lastWriteOrder) this.#enqueue(slot)
    slot.dirty = true
    slot.bytes = bytes
    slot.decoded = decoded
    slot.time = time
    slot.stamp = stamp
    slot.size = sizeOf(slot)
    this.#slotBytes += slot.size
    this.#dirtyBytes += slot.size
    this.#index?.set(id, bytes === undefined ? this.bytesOf(slot) : bytes)
  }

  #enqueue(slot: Slot): void {
    this.#dirty.push(slot)
    if (this.#dirty.length > 2 * this.#dirtyCount + 1000) this.#dirty = lastOfEach(this.#dirty)
  }

  /** Dirty or drained, each once. */
  #changed(): Set<Slot> {
    return new Set([...this.#drained, ...this.#dirty])
  }

  #isInBase(slot: Slot): boolean {
    slot.inBase ??= this.#base.get(bytesOfId(slot.id)) !== undefined
    return slot.inBase
  }

  #forgetSome(): void {
    if (this.#slotBytes - this.#dirtyBytes <= generationBytes) return
    this.#older = this.#slots
    this.#keepChanged()
  }

  #keepChanged(): void {
    this.#slots = new Map()
    this.#slotBytes = 0
    for (const slots of [this.#drained, this.#dirty]) {
      for (const slot of slots) {
        if (!this.#slots.has(slot.id)) this.#slotBytes += slot.size
        this.#slots.set(slot.id, slot)
      }
    }
  }

  #scan(options: RangeOptions): IterableIterator<Entry> {
    this.#requireOpen()
    if (this.#dirtyCount === 0 && this.#drained.length === 0) {
      return this.#base.range(options)[Symbol.iterator]() as IterableIterator<Entry>
    }
    const reverse = options.reverse === true
    const cursor = this.#ordered().cursor(boundsOf(options), reverse)
    return new Merge(cursor, this.#base.range(options)[Symbol.iterator](), reverse)
  }

  #ordered(): OrderedIndex<Uint8Array | null> {
    if (this.#index === undefined) {
      const changed = [...this.#changed()].sort(({ id: left }, { id: right }) => (left < right ? -1 : 1))
      this.#index = OrderedIndex.fromSorted(
        changed.map(({ id }) => id),
        changed.map((slot) => this.bytesOf(slot)),
      )
    }
    return this.#index
  }
}

function newSlot(id: string, bytes: Uint8Array | null, inBase: boolean | undefined): Slot {
  const slot = { id, bytes, decoded: undefined, time: 0, stamp: undefined, dirty: false, drained: false, inBase, size: 0 }
  slot.size = sizeOf(slot)
  return slot
}

function sizeOf({ id, bytes, decoded }: Pick<Slot, 'id' | 'bytes' | 'decoded'>): number {
  const value = bytes != null ? bytes.length : typeof decoded === 'string' ? decoded.length : 16
  return id.length + value + slotOverheadBytes
}

/** Each slot once, where it stands last. */
function lastOfEach(slots: readonly Slot[]): Slot[] {
  return [...new Set(slots.toReversed())].reverse()
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
    this.#cursor.release()
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
