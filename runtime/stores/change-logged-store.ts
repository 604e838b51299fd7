import type { RecordOrigin } from '../core/record.js'
import { idOf } from './bytes.js'
import { type Encode, Overlay, type Slot } from './overlay.js'
import type { BytesStore, Entry, RangeOptions } from './store.js'
import type { StoreContext } from './store-context.js'

/** Hears of each flushed key: its bytes, its new and old value, and the timestamp of the record that wrote it last. */
export type Flushed = (key: Uint8Array, newValue: Uint8Array | null, oldValue: Uint8Array | null, timestamp: number) => void

/**
 * A bytes store whose writes wait in memory for the next commit (`Overlay`), stamped with the timestamp for the changelog; and, with
 * `caching`, a second overlay over that: the record cache, which the flush empties into the first.
 */
export class ChangeLoggedStore {
  readonly #context: StoreContext
  readonly #log: Overlay<number>
  readonly #cache: Overlay<RecordOrigin> | undefined
  #dropped: { readonly from: string; readonly to: string } | undefined

  constructor(base: BytesStore, context: StoreContext, { encode, caching }: { readonly encode: Encode; readonly caching: boolean }) {
    this.#context = context
    this.#log = new Overlay<number>(base, { encode })
    if (caching) this.#cache = new Overlay<RecordOrigin>(this.#log, { encode, lastWriteOrder: true })
  }

  get cached(): boolean {
    return this.#cache !== undefined
  }

  get dirtyBytes(): number {
    return this.#log.dirtyBytes + (this.#cache?.dirtyBytes ?? 0)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return (this.#cache ?? this.#log).get(key)
  }

  /** What is known of the key with that id (`idOf`); good until the next write. */
  slot(id: string): Slot {
    return (this.#cache ?? this.#log).slot(id)
  }

  range(options?: RangeOptions): Iterable<Entry> {
    return (this.#cache ?? this.#log).range(options)
  }

  count(): number {
    return (this.#cache ?? this.#log).count()
  }

  /** Null deletes. */
  put(id: string, bytes: Uint8Array | null): void {
    const origin = this.#context.recordOrigin()
    if (this.#cache === undefined) this.#log.put(id, bytes, origin.timestamp)
    else this.#cache.put(id, bytes, origin)
  }

  /** Puts a value whose bytes are made when they are needed (`Overlay.putDecoded`). */
  putDecoded(id: string, decoded: unknown, time: number): void {
    const origin = this.#context.recordOrigin()
    if (this.#cache === undefined) this.#log.putDecoded(id, decoded, time, origin.timestamp)
    else this.#cache.putDecoded(id, decoded, time, origin)
  }

  /**
   * Empties the record cache, each key under the origin of its last update. What `flushed` writes to this store meanwhile waits for the
   * next flush. Returns whether there was anything.
   */
  flushCache(flushed: Flushed | undefined): boolean {
    const cache = this.#cache
    if (cache === undefined || !cache.isDirty) return false
    cache.drain((key, value, origin) => {
      this.#context.runWith(origin, () => {
        const id = idOf(key)
        const dropped = this.#isDropped(id)
        const old = dropped ? null : this.#log.bytesOf(this.#log.slot(id))
        if (!dropped) this.#log.put(id, value, origin.timestamp)
        flushed?.(key, value, old, origin.timestamp)
      })
    })
    cache.settle()
    return true
  }

  drain(each: (key: Uint8Array, value: Uint8Array | null, timestamp: number) => void): void {
    this.#log.drain(each)
  }

  settle(): void {
    this.#log.settle()
  }

  /**
   * Drops all of a range, the part in memory at once; the caller has the base drop it with the next commit. The range grows from call to call.
   * What the record cache holds of it still goes to its listener with the next flush, as in Kafka Streams, and no further.
   */
  forget(from: Uint8Array, to: Uint8Array): void {
    this.#cache?.invalidate()
    this.#log.forget(from, to)
    this.#dropped = { from: idOf(from), to: idOf(to) }
  }

  #isDropped(id: string): boolean {
    const range = this.#dropped
    return range !== undefined && id >= range.from && id < range.to
  }

  /** The base was written to by a restore. */
  invalidate(): void {
    this.#cache?.invalidate()
    this.#log.invalidate()
  }

  close(): void {
    this.#cache?.close()
    this.#log.close()
  }
}
