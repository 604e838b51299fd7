/** Under each name the last value that was made, for as long as it would be made of the same. */
export class Kept<T> {
  readonly #values = new Map<string, { readonly of: unknown; readonly value: T }>()

  /** `of`: all that `make` reads, as text or as an object that stays as it is. */
  get(name: string, of: unknown, make: () => T): T {
    const known = this.#values.get(name)
    if (known !== undefined && known.of === of) return known.value
    const value = make()
    this.#values.set(name, { of, value })
    return value
  }
}
