import { idOf } from './bytes.js'
import { mapped } from './iterables.js'
import { Overlay } from './overlay.js'
import { rowOfTimeKey, timeKey, timeKeyStart, timeKeysEnd } from './row-keys.js'
import type { BytesStore, Entry, Mutation, RangeOptions } from './store.js'

const nothing = Buffer.alloc(0)

/**
 * The keys of a segmented store's rows once more, in order of time: then key, then the rest. For stores whose windows are looked through
 * by time again and again, as results on close need it; rows stand by key within a segment, which would be sorted each time.
 */
export class TimeIndex {
  readonly #keys: Overlay<undefined>
  readonly #segmentOf: (time: number) => number

  constructor(base: BytesStore, segmentOf: (time: number) => number) {
    this.#keys = new Overlay<undefined>(base, { encode: () => nothing })
    this.#segmentOf = segmentOf
  }

  get dirtyBytes(): number {
    return this.#keys.dirtyBytes
  }

  /** There is such a row, or none any more. */
  set(row: Uint8Array, time: number, present: boolean): void {
    const id = idOf(timeKey(row, time))
    const known = this.#keys.slot(id).bytes !== null
    if (known !== present) this.#keys.put(id, present ? nothing : null, undefined)
  }

  /** As `set`, straight into the base. */
  mutation(row: Uint8Array, time: number, present: boolean): Mutation {
    return [timeKey(row, time), present ? nothing : null]
  }

  /** Keys of rows with from <= time <= to. */
  rows(from: number, to: number, reverse: boolean): Iterable<Uint8Array> {
    const range = { from: timeKeyStart(from), to: timeKeyStart(to + 1), reverse }
    return mapped<Entry, Uint8Array>(this.#keys.range(range), ({ key }) => rowOfTimeKey(key, this.#segmentOf))
  }

  /** Forgets all before `time`; the range is for the base. */
  forgetBefore(time: number): RangeOptions {
    const range = { from: timeKeyStart(0), to: timeKeyStart(time) }
    this.#keys.forget(range.from, range.to)
    return range
  }

  drain(mutations: Mutation[]): void {
    this.#keys.drain((key, value) => mutations.push([key, value]))
  }

  settle(): void {
    this.#keys.settle()
  }

  invalidate(): void {
    this.#keys.invalidate()
  }

  close(): void {
    this.#keys.close()
  }
}

/** All keys of an index, of which nothing is kept. */
export const wholeIndex: RangeOptions = { from: timeKeyStart(0), to: timeKeysEnd }
