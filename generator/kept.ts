/** Under each name the last value that was made, for as long as it would be made of the same. */
export class Kept<T> {
  readonly #values = new Map<string, { readonly of: string; readonly value: T }>()

  /** `of`: all that `make` reads, as text. */
  get(name: string, of: string, make: () => T): T {
    const known = this.#values.get(name)
    if (known?.of === of) return known.value
    const value = make()
    this.#values.set(name, { of, value })
    return value
  }
}
