/** JSON as it is read here: integers beyond ±(2^53 − 1) are bigints. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

const mark = '\u0000bigint\u0000'
const tokens = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g

/** Parses JSON without loss of long integers. Throws a SyntaxError. */
export function parseJson(text: string): Json {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  const marked = text.replace(tokens, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${JSON.stringify(mark).slice(1, -1)}${token}"`,
  )
  return JSON.parse(marked, (_key, value) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  )
}

/** JSON text on one line; Avro's words for the numbers that JSON has none for. */
export function stringifyJson(value: Json): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Object.is(value, -0) ? '-0.0' : Number.isFinite(value) ? String(value) : `"${value}"`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(stringifyJson).join(',')}]`
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${stringifyJson(inner)}`)
  return `{${entries.join(',')}}`
}

export function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value)
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Sets a property; `__proto__` is one as any other. */
export function setOwn<T>(object: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
  else object[key] = value
}

/** A property of the object's own; undefined if it has none. */
export function own<T>(object: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
