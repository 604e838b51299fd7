import { compareText } from '../diagnostics.js'

/** JSON without loss: integers beyond ±(2^53 − 1) are bigints, objects have no prototype, so that any key is a key. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json }

/** JSON text on one line, keys in the order of the object. */
export function stringifyJson(value: Json): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return numberText(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(stringifyJson).join(',')}]`
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${stringifyJson(inner)}`)
    .join(',')}}`
}

/** An object of these entries; without a prototype, `__proto__` is a key as any other. */
export function jsonObject<T = Json>(entries: Iterable<readonly [string, T]>): { readonly [key: string]: T } {
  const object: { [key: string]: T } = Object.create(null)
  for (const [key, value] of entries) object[key] = value
  return object
}

/** The same, sorted by key. */
export function sortedObject<T>(entries: readonly (readonly [string, T])[]): { readonly [key: string]: T } {
  return jsonObject([...entries].sort(([a], [b]) => compareText(a, b)))
}

/** Would both be the same text? */
export function sameJson(a: Json, b: Json): boolean {
  if (Object.is(a, b)) return true
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]!))
  if (!isObject(a) || !isObject(b)) return false
  const [keys, others] = [Object.keys(a), Object.keys(b)]
  return keys.length === others.length && keys.every((key, index) => key === others[index] && sameJson(a[key]!, b[key]!))
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

export function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`
}
