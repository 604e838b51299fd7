/** Under each name the last value that was made, for as long as it would be made of the same. */
export class Kept<T> {
  readonly #values = new Map<string, { readonly of: readonly unknown[]; readonly value: T }>()

  /** `of`: all that `make` reads, texts or objects that stay as they are. */
  get(name: string, of: readonly unknown[], make: () => T): T {
    const known = this.#values.get(name)
    if (known !== undefined && known.of.length === of.length && known.of.every((each, index) => each === of[index])) return known.value
    const value = make()
    this.#values.set(name, { of, value })
    return value
  }
}
