import { closest, maxCandidates } from '../suggest.js'

/** Full names by what they are without namespace and case: for references that leave the namespace out, and for those that are misspelt. */
export class NameIndex {
  readonly #bySimple = new Map<string, string[]>()

  add(fullName: string): void {
    const simple = simpleName(fullName)
    const names = this.#bySimple.get(simple)
    if (names === undefined) this.#bySimple.set(simple, [fullName])
    else names.push(fullName)
  }

  /** What may have been meant by a name that is none: a type of another namespace, or one whose name is close, as may be those of `others`. */
  suggest(name: string, others: readonly string[]): string | undefined {
    const same = this.like(name)
    if (same.length > 0) return meant(same)
    const candidates = this.#bySimple.size > maxCandidates ? others : [...others, ...this.#bySimple.keys()]
    const close = closest(name.slice(name.lastIndexOf('.') + 1), candidates)
    return close === undefined ? undefined : meant(others.includes(close) ? [close] : this.like(close))
  }

  /** Sorted. */
  like(name: string): readonly string[] {
    return [...(this.#bySimple.get(simpleName(name)) ?? [])].sort()
  }
}

function meant(names: readonly string[]): string {
  return `Did you mean ${names
    .slice(0, 5)
    .map((name) => `\`${name}\``)
    .join(' or ')}?`
}

function simpleName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase()
}
