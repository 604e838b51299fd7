/**
 * A sorted map from strings to values, with snapshots that cost nothing unless the map is written while one is open.
 *
 * Why not a library: sorted-btree clones per node on a generic comparator; here keys are one-byte strings, which the engine compares as
 * memory, so two levels of short arrays are enough, and copying on write is one chunk of at most `chunkSize` keys.
 */
const chunkSize = 256

interface Chunk<V> {
  readonly keys: string[]
  readonly values: V[]
  /** The snapshot count when it was made: older than the newest snapshot means shared. */
  readonly epoch: number
}

/** Keys from `from` (inclusive) to `to` (exclusive); open where absent. */
export interface KeyBounds {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export class OrderedIndex<V> {
  #chunks: Chunk<V>[] = []
  #size = 0
  /** Snapshots taken, and of those, how many are not released. */
  #snapshots = 0
  #open = 0
  #chunksEpoch = 0

  /** From keys in ascending order, each once, and their values. */
  static fromSorted<V>(keys: readonly string[], values: readonly V[]): OrderedIndex<V> {
    const index = new OrderedIndex<V>()
    const step = (chunkSize * 3) / 4
    for (let at = 0; at < keys.length; at += step) {
      index.#chunks.push({ keys: keys.slice(at, at + step), values: values.slice(at, at + step), epoch: 0 })
    }
    index.#size = keys.length
    return index
  }

  get size(): number {
    return this.#size
  }

  set(key: string, value: V): void {
    if (this.#chunks.length === 0) {
      this.#writableChunks().push({ keys: [key], values: [value], epoch: this.#snapshots })
      this.#size = 1
      return
    }
    const chunkAt = Math.min(chunkOf(this.#chunks, key), this.#chunks.length - 1)
    const chunk = this.#writable(chunkAt)
    const at = lowerBound(chunk.keys, key)
    if (chunk.keys[at] === key) {
      chunk.values[at] = value
      return
    }
    chunk.keys.splice(at, 0, key)
    chunk.values.splice(at, 0, value)
    this.#size += 1
    if (chunk.keys.length > chunkSize) this.#split(chunkAt, chunk, at)
  }

  delete(key: string): boolean {
    const chunkAt = chunkOf(this.#chunks, key)
    const found = this.#chunks[chunkAt]
    if (found === undefined) return false
    const at = lowerBound(found.keys, key)
    if (found.keys[at] !== key) return false
    this.#size -= 1
    if (found.keys.length === 1) this.#writableChunks().splice(chunkAt, 1)
    else this.#cut(chunkAt, at, at + 1)
    return true
  }

  /** Deletes all of a range, and tells of each; chunks that lie within it go as they are. */
  deleteRange({ from, to }: KeyBounds, deleted: (key: string, value: V) => void): void {
    const chunks = this.#chunks
    let wholeFrom = from === undefined ? 0 : chunkOf(chunks, from)
    let wholeTo = wholeFrom
    for (let chunkAt = wholeFrom; chunkAt < chunks.length; chunkAt++) {
      const { keys, values } = chunks[chunkAt]!
      const { length } = keys
      const start = from === undefined ? 0 : lowerBound(keys, from)
      const end = to === undefined ? length : lowerBound(keys, to)
      if (end <= start) break
      for (let at = start; at < end; at++) deleted(keys[at]!, values[at]!)
      this.#size -= end - start
      if (end - start < length) this.#cut(chunkAt, start, end)
      else wholeTo = chunkAt + 1
      if (end < length) break
      if (start > 0) wholeFrom = wholeTo = chunkAt + 1
    }
    if (wholeTo > wholeFrom) this.#writableChunks().splice(wholeFrom, wholeTo - wholeFrom)
  }

  /**
   * Goes through the map as it is now, whatever is written later. To be released (`OrderedCursor.release`), which it does itself at its
   * end; until then each part of the map that is written is copied first.
   */
  cursor(bounds: KeyBounds, reverse: boolean): OrderedCursor<V> {
    this.#snapshots += 1
    this.#open += 1
    return new OrderedCursor(this.#chunks, bounds, reverse ? -1 : 1, () => {
      this.#open -= 1
    })
  }

  #isShared(epoch: number): boolean {
    return this.#open > 0 && epoch < this.#snapshots
  }

  #writableChunks(): Chunk<V>[] {
    if (this.#isShared(this.#chunksEpoch)) {
      this.#chunks = this.#chunks.slice()
      this.#chunksEpoch = this.#snapshots
    }
    return this.#chunks
  }

  #writable(at: number): Chunk<V> {
    const chunk = this.#chunks[at]!
    if (!this.#isShared(chunk.epoch)) return chunk
    const copy = { keys: chunk.keys.slice(), values: chunk.values.slice(), epoch: this.#snapshots }
    this.#writableChunks()[at] = copy
    return copy
  }

  #cut(chunkAt: number, from: number, to: number): void {
    const { keys, values } = this.#writable(chunkAt)
    keys.splice(from, to - from)
    values.splice(from, to - from)
  }

  /** In halves; or, since keys often come in ascending order, only the new last key into a chunk of its own. */
  #split(chunkAt: number, chunk: Chunk<V>, insertedAt: number): void {
    const appended = insertedAt === chunk.keys.length - 1 && chunkAt === this.#chunks.length - 1
    const at = appended ? insertedAt : chunk.keys.length >> 1
    const upper = { keys: chunk.keys.splice(at), values: chunk.values.splice(at), epoch: this.#snapshots }
    this.#writableChunks().splice(chunkAt + 1, 0, upper)
  }
}

/** Stands on one entry after the other: `next()`, then `key` and `value`, while it returns true. */
export class OrderedCursor<V> {
  readonly #chunks: readonly Chunk<V>[]
  readonly #step: 1 | -1
  readonly #stop: string | undefined
  #release: (() => void) | undefined
  #chunk: number
  #at: number
  key = ''
  value: V | undefined

  constructor(chunks: readonly Chunk<V>[], { from, to }: KeyBounds, step: 1 | -1, release: () => void) {
    this.#chunks = chunks
    this.#release = release
    this.#step = step
    this.#stop = step === 1 ? to : from
    // One before the first entry, in the direction of the step.
    const start = step === 1 ? from : to
    if (start === undefined) {
      this.#chunk = step === 1 ? 0 : chunks.length - 1
      this.#at = step === 1 ? -1 : (chunks[chunks.length - 1]?.keys.length ?? 0)
    } else {
      this.#chunk = Math.min(chunkOf(chunks, start), chunks.length - 1)
      const bound = chunks.length === 0 ? 0 : lowerBound(chunks[this.#chunk]!.keys, start)
      this.#at = step === 1 ? bound - 1 : bound
    }
  }

  next(): boolean {
    this.#at += this.#step
    let chunk = this.#chunks[this.#chunk]
    while (chunk !== undefined && (this.#at < 0 || this.#at >= chunk.keys.length)) {
      this.#chunk += this.#step
      chunk = this.#chunks[this.#chunk]
      if (chunk !== undefined) this.#at = this.#step === 1 ? 0 : chunk.keys.length - 1
    }
    const key = chunk?.keys[this.#at]
    if (key === undefined || (this.#stop !== undefined && (this.#step === 1 ? key >= this.#stop : key < this.#stop))) {
      this.release()
      return false
    }
    this.key = key
    this.value = chunk!.values[this.#at]
    return true
  }

  /** It has come to its end, or is not needed any more. */
  release(): void {
    this.#chunk = -2
    this.#release?.()
    this.#release = undefined
  }
}

/** The first chunk whose last key is not below `key`; the number of chunks if there is none. */
function chunkOf<V>(chunks: readonly Chunk<V>[], key: string): number {
  let low = 0
  let high = chunks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const { keys } = chunks[middle]!
    if (keys[keys.length - 1]! < key) low = middle + 1
    else high = middle
  }
  return low
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
