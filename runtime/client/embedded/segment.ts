import { StreamError } from '../../core/errors.js'
import type { ConsumedRecord } from '../client.js'
import { crc32 } from './crc32.js'
import { Flag, type NewRecord, type RecordHead, readHead, readOffset, readRecord, recordSize, writeRecord } from './record-codec.js'
import type { SegmentCache } from './segment-cache.js'

/** Where a segment's bytes are kept beside memory. */
export interface SegmentStorage {
  /** Adds bytes at the end; all of them or, when it throws, none. */
  append(bytes: Uint8Array): void
  read(): Buffer
  truncate(size: number): void
  close(): void
  remove(): void
  /** Takes the place of others, which are removed; all at once. */
  publish(replaced: readonly SegmentStorage[]): void
}

/** How much a read may take; the first record is always taken. */
export interface ReadBudget {
  bytes: number
  records: number
}

/** Says which records a reader is not to see. */
export type Hidden = (head: RecordHead) => boolean

const frameHead = 8

/**
 * Consecutive records of a partition in one buffer, in frames: size u32, CRC-32 u32, records. A frame is what was appended at
 * once, and is there whole or not at all after a crash.
 */
export class Segment {
  readonly baseOffset: number
  readonly storage: SegmentStorage | undefined
  /** The highest timestamp of its records; -Infinity if there are none. */
  maxTimestamp = Number.NEGATIVE_INFINITY
  #bytes: Buffer | undefined = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))
  /** Where each record begins. */
  #positions: Uint32Array | undefined = new Uint32Array(0)
  #size = 0
  #count = 0
  /** Of the frame being written: where it began, and how many records there were before. */
  #frame: { readonly at: number; readonly count: number; readonly maxTimestamp: number } | undefined

  readonly #cache: SegmentCache | undefined

  /** With a storage, `cache` bounds the memory of segments that are sealed. */
  constructor(baseOffset: number, storage?: SegmentStorage, cache?: SegmentCache) {
    this.baseOffset = baseOffset
    this.storage = storage
    this.#cache = cache
  }

  /** The bytes of its records and frames. */
  get size(): number {
    return this.#size
  }

  get count(): number {
    return this.#count
  }

  /** What the frame being written has so far. */
  get frameBytes(): number {
    return this.#frame === undefined ? 0 : this.#size - this.#frame.at
  }

  /** Starts a frame: `add` its records, then `end` it. */
  begin(): void {
    this.#frame = { at: this.#size, count: this.#count, maxTimestamp: this.maxTimestamp }
    this.#reserve(frameHead)
    this.#size += frameHead
  }

  add(record: NewRecord, offset: number, flags = 0, producerId = 0, doomedAt = 0): void {
    this.#reserve(recordSize(record, flags))
    if (this.#count === this.#positions!.length) {
      const positions = new Uint32Array(Math.max(16, this.#count * 2))
      positions.set(this.#positions!)
      this.#positions = positions
    }
    this.#positions![this.#count++] = this.#size
    this.#size = writeRecord(this.#bytes!, this.#view, this.#size, record, offset, flags, producerId, doomedAt)
    if (!(flags & Flag.marker) && record.timestamp > this.maxTimestamp) this.maxTimestamp = record.timestamp
  }

  /** Ends the frame and stores it; if that fails the frame was never there. */
  end(): void {
    const frame = this.#frame!
    this.#frame = undefined
    if (this.storage === undefined) return
    const content = this.#bytes!.subarray(frame.at + frameHead, this.#size)
    this.#view.setUint32(frame.at, content.byteLength, true)
    this.#view.setUint32(frame.at + 4, crc32(content), true)
    try {
      this.storage.append(this.#bytes!.subarray(frame.at, this.#size))
    } catch (error) {
      this.#size = frame.at
      this.#count = frame.count
      this.maxTimestamp = frame.maxTimestamp
      throw error
    }
  }

  /** Reads records from `from` to before `limit` into `records`; returns where to read on, or undefined at its end. */
  read(from: number, limit: number, budget: ReadBudget, hidden: Hidden | undefined, records: ConsumedRecord[]): number | undefined {
    this.#load()
    const first = this.#indexOf(from)
    if (first === this.#count) return undefined
    const start = this.#positions![first]!
    let last = first + 1
    while (last < this.#count && last - first < budget.records && this.#positions![last]! - start < budget.bytes) last++
    const end = this.#endOf(last - 1)
    // One copy for all: readers may keep the bytes, and may write to them.
    const bytes = Buffer.allocUnsafe(end - start)
    this.#bytes!.copy(bytes, 0, start, end)
    for (let index = first; index < last; index++) {
      const head = readHead(this.#view, this.#positions![index]!)
      if (head.offset >= limit) return limit
      if (head.flags & Flag.marker || hidden?.(head)) continue
      records.push(readRecord(bytes, start, this.#view, head))
    }
    budget.bytes -= end - start
    budget.records -= last - first
    return last < this.#count ? readOffset(this.#view, this.#positions![last]!) : undefined
  }

  /** Calls `visit` with each record from `from` on, markers too, until it returns false; `record()` reads it. */
  scan(from: number, visit: (head: RecordHead, record: () => ConsumedRecord) => boolean | undefined): void {
    this.#load()
    const bytes = this.#bytes!
    const view = this.#view
    // Held on to, since what `visit` does may evict this segment.
    const positions = this.#positions!
    for (let index = this.#indexOf(from); index < this.#count; index++) {
      const head = readHead(view, positions[index]!)
      if (visit(head, () => readRecord(bytes, 0, view, head)) === false) return
    }
  }

  /** The offset after its last record. */
  nextOffset(): number {
    if (this.#count === 0) return this.baseOffset
    this.#load()
    return readOffset(this.#view, this.#positions![this.#count - 1]!) + 1
  }

  /** No more is appended: the file handle goes, and the memory when others need it. */
  seal(): void {
    if (this.storage === undefined) return
    this.storage.close()
    this.#cache?.add(this)
  }

  /** Forgets the bytes, which the next read takes from storage. */
  evict(): void {
    this.#bytes = undefined
    this.#positions = undefined
    this.#view = new DataView(new ArrayBuffer(0))
  }

  /** Removes it from storage too. */
  remove(): void {
    this.forget()
    this.storage?.remove()
  }

  /** It is in use no more; its place in storage may have gone to another. */
  forget(): void {
    this.#cache?.delete(this)
  }

  /** Takes over what is in storage. Returns how many bytes at its end are no whole frame; the next append would follow them. */
  recover(): number {
    const bytes = this.storage!.read()
    return bytes.byteLength - this.#index(bytes)
  }

  /** Cuts off what `recover` found to be no whole frame. */
  cutTail(): void {
    this.storage!.truncate(this.#size)
  }

  /** Takes `bytes` and finds the records of all whole frames in it; returns where these end. */
  #index(bytes: Buffer): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const positions: number[] = []
    let at = 0
    while (at + frameHead <= bytes.byteLength) {
      const end = at + frameHead + view.getUint32(at, true)
      if (end > bytes.byteLength || crc32(bytes.subarray(at + frameHead, end)) !== view.getUint32(at + 4, true)) break
      for (let record = at + frameHead; record < end; ) {
        const head = readHead(view, record)
        positions.push(record)
        if (!(head.flags & Flag.marker) && head.timestamp > this.maxTimestamp) this.maxTimestamp = head.timestamp
        record = head.end
      }
      at = end
    }
    this.#bytes = bytes
    this.#view = view
    this.#positions = Uint32Array.from(positions)
    this.#count = positions.length
    this.#size = at
    return at
  }

  #load(): void {
    if (this.#bytes !== undefined) return
    const size = this.#size
    if (this.#index(this.storage!.read()) !== size) {
      throw new StreamError('STATE_DIRECTORY', `The log from offset ${this.baseOffset} on has been damaged since it was opened.`)
    }
    this.#cache?.add(this)
  }

  /** The index of the first record at or after `offset`; `count` if there is none. */
  #indexOf(offset: number): number {
    const guess = offset - this.baseOffset
    if (guess >= 0 && guess < this.#count && readOffset(this.#view, this.#positions![guess]!) === offset) return guess
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (readOffset(this.#view, this.#positions![middle]!) < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  #endOf(index: number): number {
    const at = this.#positions![index]!
    return at + 4 + this.#view.getUint32(at, true)
  }

  #reserve(size: number): void {
    const needed = this.#size + size
    if (needed <= this.#bytes!.byteLength) return
    const bytes = Buffer.from(new ArrayBuffer(Math.max(needed, this.#bytes!.byteLength * 2, 1024)))
    bytes.set(this.#bytes!.subarray(0, this.#size))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}
