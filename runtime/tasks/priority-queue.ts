/**
 * A binary heap, the lowest first. Of equals it gives out the same one as `java.util.PriorityQueue` after the same calls, so that ties
 * between partitions and between punctuations run in Kafka Streams' order.
 */
export class PriorityQueue<T> {
  readonly #items: T[] = []
  readonly #priority: (item: T) => number

  constructor(priority: (item: T) => number) {
    this.#priority = priority
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  add(item: T): void {
    this.#items.push(item)
    this.#siftUp(this.#items.length - 1, item)
  }

  poll(): T | undefined {
    const first = this.#items[0]
    const last = this.#items.pop()
    if (this.#items.length > 0) this.#siftDown(last as T)
    return first
  }

  clear(): void {
    this.#items.length = 0
  }

  #siftUp(from: number, item: T): void {
    const items = this.#items
    const priority = this.#priority(item)
    let at = from
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (priority >= this.#priority(items[parent]!)) break
      items[at] = items[parent]!
      at = parent
    }
    items[at] = item
  }

  #siftDown(item: T): void {
    const items = this.#items
    const priority = this.#priority(item)
    const half = items.length >>> 1
    let at = 0
    while (at < half) {
      let child = 2 * at + 1
      const right = child + 1
      if (right < items.length && this.#priority(items[child]!) > this.#priority(items[right]!)) child = right
      if (priority <= this.#priority(items[child]!)) break
      items[at] = items[child]!
      at = child
    }
    items[at] = item
  }
}
