import type { RecordHead } from './record-codec.js'
import { Flag } from './record-codec.js'

interface Aborted {
  readonly producerId: number
  readonly first: number
  /** The offset of the marker. */
  readonly last: number
}

/** What a partition knows of transactions: those still open, and those aborted, whose records read-committed readers skip. */
export class LogTransactions {
  /** First offset by producer. */
  readonly #open = new Map<number, number>()
  /** By `last`, rising. */
  #aborted: Aborted[] = []

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
    if (first !== undefined && !(flags & Flag.committed)) this.#aborted.push({ producerId, first, last: offset })
  }

  /** Which records a read-committed reader sees from `from` on; undefined if it is all. */
  visibleFrom(from: number): ((head: RecordHead) => boolean) | undefined {
    const aborted = this.#aborted.filter(({ last }) => last > from)
    if (aborted.length === 0) return undefined
    return ({ flags, producerId, offset }) =>
      !(flags & Flag.transactional) ||
      !aborted.some((transaction) => transaction.producerId === producerId && offset >= transaction.first && offset < transaction.last)
  }

  /** Nothing before `offset` can be read any more. */
  forgetBefore(offset: number): void {
    this.#aborted = this.#aborted.filter(({ last }) => last >= offset)
  }
}
