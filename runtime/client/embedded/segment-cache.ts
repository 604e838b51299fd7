/** What can give its memory back, because it is on disk. */
export interface Evictable {
  readonly size: number
  evict(): void
}

/** Bounds the memory of segments that are full and on disk: the ones that came in first go first. */
export class SegmentCache {
  readonly #maxBytes: number
  readonly #held = new Set<Evictable>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  add(segment: Evictable): void {
    if (this.#held.has(segment)) return
    this.#held.add(segment)
    this.#bytes += segment.size
    for (const oldest of this.#held) {
      if (this.#bytes <= this.#maxBytes || oldest === segment) break
      this.delete(oldest)
      oldest.evict()
    }
  }

  delete(segment: Evictable): void {
    if (this.#held.delete(segment)) this.#bytes -= segment.size
  }
}
