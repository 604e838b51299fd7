/** Chance that is the same again for the same seed: the n-th event of an example is always the same, also after a restart. */
export class Random {
  #state: number

  constructor(seed: number, n = 0) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(n, 0x85ebca6b)) | 0
  }

  /** In [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  /** From 0 to `below`, exclusive. */
  int(below: number): number {
    return Math.floor(this.next() * below)
  }

  /** Those in front more often. */
  favour<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() ** 2 * choices.length)]!
  }
}
