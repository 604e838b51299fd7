/** An entry of a buffer: entries of the same time go by the bytes of their keys, `id` being those as latin1 text. */
export interface TimeEntry {
  readonly time: number
  readonly id: string
}

/** The earliest of many entries: a binary heap. */
export class TimeHeap<E extends TimeEntry> {
  readonly #entries: E[] = []

  get size(): number {
    return this.#entries.length
  }

  peek(): E | undefined {
    return this.#entries[0]
  }

  push(entry: E): void {
    const entries = this.#entries
    let at = entries.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(entry, entries[parent]!)) break
      entries[at] = entries[parent]!
      at = parent
    }
    entries[at] = entry
  }

  pop(): E | undefined {
    const entries = this.#entries
    const top = entries[0]
    const last = entries.pop()
    if (last === undefined || entries.length === 0) return top
    let at = 0
    for (let child = 1; child < entries.length; child = 2 * at + 1) {
      if (child + 1 < entries.length && isBefore(entries[child + 1]!, entries[child]!)) child += 1
      if (!isBefore(entries[child]!, last)) break
      entries[at] = entries[child]!
      at = child
    }
    entries[at] = last
    return top
  }
}

function isBefore(left: TimeEntry, right: TimeEntry): boolean {
  return left.time < right.time || (left.time === right.time && left.id < right.id)
}
