import { didYouMean } from '../suggest.js'
import { logicalTypeNames, underlying } from './logical-type.js'
import type { AvroPrimitiveName } from './schema.js'

/** Primitive types by the names that other languages have for them. */
const primitives: ReadonlyMap<string, AvroPrimitiveName> = new Map([
  ['bool', 'boolean'],
  ...(['int8', 'int16', 'int32', 'integer', 'short'] as const).map((name) => [name, 'int'] as const),
  ...(['int64', 'bigint'] as const).map((name) => [name, 'long'] as const),
  ['float32', 'float'],
  ...(['float64', 'number', 'real'] as const).map((name) => [name, 'double'] as const),
  ...(['char', 'str', 'text', 'varchar'] as const).map((name) => [name, 'string'] as const),
  ...(['binary', 'blob', 'bytea'] as const).map((name) => [name, 'bytes'] as const),
])

const collections: ReadonlyMap<string, 'array' | 'map'> = new Map([
  ['list', 'array'],
  ['set', 'array'],
  ['dict', 'map'],
  ['object', 'map'],
])

/** Logical types by other names: those of IDL, those of databases. */
const logicalTypes: ReadonlyMap<string, string> = new Map([
  ['bigdecimal', 'big-decimal'],
  ['datetime', 'timestamp-millis'],
  ['instant', 'timestamp-millis'],
  ['local-timestamp-ms', 'local-timestamp-millis'],
  ['time', 'time-millis'],
  ['time-ms', 'time-millis'],
  ['timestamp', 'timestamp-millis'],
  ['timestamp-ms', 'timestamp-millis'],
])

/** Types that IDL has words for. */
const idlWords: ReadonlyMap<string, string> = new Map([
  ['date', 'date'],
  ['decimal', 'decimal(12, 2)'],
  ['local-timestamp-millis', 'local_timestamp_ms'],
  ['time-millis', 'time_ms'],
  ['timestamp-millis', 'timestamp_ms'],
  ['uuid', 'uuid'],
])

/** How the type is written that a name, which is none of Avro's types, most likely means; in IDL, or in JSON. */
export function typeHint(name: string, inIdl: boolean): string | undefined {
  const lower = name.toLowerCase()
  const primitive = primitives.get(lower)
  if (primitive !== undefined) return `Did you mean \`${primitive}\`?`
  const collection = collections.get(lower)
  if (collection !== undefined) {
    const inside = collection === 'array' ? 'items' : 'values'
    return `Did you mean \`${inIdl ? `${collection}<…>` : `{ "type": "${collection}", "${inside}": … }`}\`?`
  }
  const logicalType = logicalTypeMeant(name)
  return logicalType && `It is a logical type: ${inIdl ? idlOf(logicalType) : jsonOf(logicalType)}.`
}

/** The logical type that a name, which is none of Avro's logical types, most likely means. */
export function logicalTypeHint(name: string): string | undefined {
  const meant = logicalTypeMeant(name)
  return meant === undefined ? didYouMean(name, logicalTypeNames) : `Did you mean \`${meant}\`?`
}

function logicalTypeMeant(name: string): string | undefined {
  const dashed = name.toLowerCase().replaceAll('_', '-')
  return logicalTypes.get(dashed) ?? logicalTypeNames.find((known) => known === dashed)
}

function idlOf(logicalType: string): string {
  return (
    idlWords.get(logicalType) ??
    `@logicalType("${logicalType}") ${underlyingOf(logicalType) ?? 'fixed Name(12), which is defined by itself'}`
  )
}

function jsonOf(logicalType: string): string {
  const type = underlyingOf(logicalType)
  if (type === undefined) return `{ "type": "fixed", "name": …, "size": 12, "logicalType": "${logicalType}" }`
  const more = logicalType === 'decimal' ? ', "precision": 12, "scale": 2' : ''
  return `{ "type": "${type}", "logicalType": "${logicalType}"${more} }`
}

/** Undefined of a `duration`, which annotates a fixed. */
function underlyingOf(logicalType: string): AvroPrimitiveName | undefined {
  if (logicalType.endsWith('decimal')) return 'bytes'
  return logicalType === 'uuid' ? 'string' : underlying.get(logicalType)
}
