import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Rows } from './queryable-store.js'

/** Rows that come in pages, each read in a turn of its own, so that long scans do not hold up processing. */
export class PagedRows<T> implements Rows<T> {
  readonly #pages: () => Iterable<readonly T[]>

  /** `pages` reads a page at each step of the iteration. */
  constructor(pages: () => Iterable<readonly T[]>) {
    this.#pages = pages
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (const page of this.#pages()) {
      yield* page
      await nextTurn()
    }
  }

  async toArray(): Promise<T[]> {
    const rows: T[] = []
    for await (const row of this) rows.push(row)
    return rows
  }
}

/** Up to `count` items. */
export function take<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = []
  for (const item of items) {
    taken.push(item)
    if (taken.length === count) break
  }
  return taken
}
