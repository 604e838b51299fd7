import { reservedNames } from './reserved.js'
import { runtimeSymbols } from './runtime-symbols.js'

/** `by-user` → `ByUser`. */
export function pascalCase(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

/** `by-user` → `byUser`. */
export function camelCase(name: string): string {
  const pascal = pascalCase(name)
  return pascal.charAt(0).toLowerCase() + pascal.slice(1)
}

/** The class of a step: `by-user` → `ByUser`; `map` → `MapStep`, since `Map` is JavaScript's own and would be hidden. */
export function stepClassName(name: string): string {
  const pascal = pascalCase(name)
  return reservedNames.has(pascal) || runtimeNames.has(pascal) ? `${pascal}Step` : pascal
}

const runtimeNames: ReadonlySet<string> = new Set(runtimeSymbols)

/** Properties that every object has: a property of such a name could not be told from them. */
const inherited = new Set(Object.getOwnPropertyNames(Object.prototype))

export function isInheritedProperty(name: string): boolean {
  return inherited.has(name)
}
