/**
 * Chance that can be repeated: a run of the tests draws the same each time. SEED=… draws something else, as `npm run soak` does again and again;
 * a property test tells its seed.
 */
export class Random {
  /** For what is to draw something else each time, and tells it: SEED if it is set. */
  static freshSeed(): number {
    return Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  }

  readonly seed: number
  #state: number

  constructor(seed: number = Number(process.env.SEED ?? 1)) {
    this.seed = seed
    this.#state = seed | 0
  }

  /** In [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  /** From `from` to `to`, both inclusive. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)]!
  }
}
