/** Full names by what they are without namespace and case: for references that leave the namespace out, and for those that are misspelt. */
export class NameIndex {
  readonly #bySimple = new Map<string, string[]>()

  add(fullName: string): void {
    const simple = simpleName(fullName)
    const names = this.#bySimple.get(simple)
    if (names === undefined) this.#bySimple.set(simple, [fullName])
    else names.push(fullName)
  }

  /** Sorted. */
  like(name: string): readonly string[] {
    return [...(this.#bySimple.get(simpleName(name)) ?? [])].sort()
  }
}

function simpleName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase()
}
