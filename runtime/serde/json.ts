/** JSON as it is read here: integers beyond ±(2^53 − 1) are bigints. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

const mark = '\u0000bigint\u0000'
const escapedMark = JSON.stringify(mark).slice(1, -1)
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const integer = /^-?\d+$/

/** Parses JSON without loss of long integers. Throws a SyntaxError. */
export function parseJson(text: string): Json {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  const marked = text.replace(tokens, (token) =>
    integer.test(token) && !Number.isSafeInteger(Number(token)) ? `"${escapedMark}${token}"` : token,
  )
  return JSON.parse(marked, (_key, value) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  )
}

/** JSON text on one line; Avro's words for the numbers that JSON has none for. */
export function stringifyJson(value: Json): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return numberText(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  let text = ''
  if (isArray(value)) {
    for (let index = 0; index < value.length; index += 1) text += `${index === 0 ? '' : ','}${stringifyJson(value[index]!)}`
    return `[${text}]`
  }
  const keys = Object.keys(value)
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!
    text += `${index === 0 ? '' : ','}${JSON.stringify(key)}:${stringifyJson(value[key]!)}`
  }
  return `{${text}}`
}

/** A number that is no integer of a reader without loss gets an exponent, so that it reads as a double. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  if (Object.is(value, -0)) return '-0.0'
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value)
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
