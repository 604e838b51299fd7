import type { RecordHead } from './record-codec.js'
import { Flag } from './record-codec.js'

/** Offsets of a producer's aborted transactions, each from its first record to its marker; rising, and apart from each other. */
interface Aborted {
  readonly first: number[]
  readonly marker: number[]
}

/** What a partition knows of transactions: those still open, and those aborted, whose records read-committed readers skip. */
export class LogTransactions {
  /** First offset by producer. */
  readonly #open = new Map<number, number>()
  readonly #aborted = new Map<number, Aborted>()

  /** The first offset of a transaction that is still open; undefined if none is. */
  firstOpenOffset(): number | undefined {
    let first: number | undefined
    for (const offset of this.#open.values()) if (first === undefined || offset < first) first = offset
    return first
  }

  isOpen(producerId: number): boolean {
    return this.#open.has(producerId)
  }

  openProducers(): readonly number[] {
    return [...this.#open.keys()]
  }

  /** Takes in a record or a marker that was appended. */
  appended(flags: number, producerId: number, offset: number): void {
    if (!(flags & Flag.transactional)) return
    if (!(flags & Flag.marker)) {
      if (!this.#open.has(producerId)) this.#open.set(producerId, offset)
      return
    }
    const first = this.#open.get(producerId)
    this.#open.delete(producerId)
    if (first === undefined || flags & Flag.committed) return
    const aborted = this.#aborted.get(producerId) ?? { first: [], marker: [] }
    this.#aborted.set(producerId, aborted)
    aborted.first.push(first)
    aborted.marker.push(offset)
  }

  /** Was the record written in a transaction that was aborted? */
  readonly isAborted = ({ flags, producerId, offset }: RecordHead): boolean => {
    if (!(flags & Flag.transactional)) return false
    const aborted = this.#aborted.get(producerId)
    if (aborted === undefined) return false
    const index = firstAtLeast(aborted.marker, offset)
    return index < aborted.marker.length && aborted.first[index]! <= offset
  }

  /** Nothing before `offset` can be read any more. */
  forgetBefore(offset: number): void {
    for (const [producerId, { first, marker }] of this.#aborted) {
      const gone = firstAtLeast(marker, offset)
      first.splice(0, gone)
      marker.splice(0, gone)
      if (marker.length === 0) this.#aborted.delete(producerId)
    }
  }
}

/** The index of the first number that is at least `least`, in rising numbers. */
function firstAtLeast(numbers: readonly number[], least: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (numbers[middle]! < least) low = middle + 1
    else high = middle
  }
  return low
}
