import { isList, isObject, type Json } from './json.js'
import { resolvedPairs, writerField } from './resolution.js'
import type { AvroField, AvroFixed, AvroPrimitive, AvroRecord, AvroSchema } from './schema.js'

/**
 * Why data without the field cannot be read: its default is one by the specification, which looks at the underlying type alone, and yet is no value
 * of its logical type, or a `long` that a number does not hold. Undefined if there is no such reason.
 */
export function unreadableDefault(field: AvroField): string | undefined {
  return ofField(field, new Map())
}

/** What was found of fields' own defaults: records within each other have them many times. */
type Known = Map<AvroField, string | undefined>

function ofField(field: AvroField, known: Known): string | undefined {
  if (field.default === undefined) return undefined
  if (known.has(field)) return known.get(field)
  known.set(field, undefined)
  const found = unreadable(field.type, field.default, known)
  known.set(field, found)
  return found
}

/** Fields that the writer's records lack, and whose defaults the reader cannot read. */
export function unreadableDefaults(reader: AvroSchema, writer: AvroSchema): readonly string[] {
  const known: Known = new Map()
  return resolvedPairs(reader, writer).flatMap((pair) => {
    const { reader: to, writer: from, path } = pair
    if (to.kind !== 'record' || from.kind !== 'record') return []
    return missing(to, from).flatMap((field) => {
      const reason = ofField(field, known)
      const at = path === '' ? field.name : `${path}.${field.name}`
      return reason === undefined ? [] : [`${at} is not in the writer's schema, and its default cannot be read: ${reason}`]
    })
  })
}

function missing(reader: AvroRecord, writer: AvroRecord): readonly AvroField[] {
  return reader.fields.filter((field) => writerField(writer, field) === undefined)
}

function unreadable(schema: AvroSchema, value: Json, known: Known): string | undefined {
  switch (schema.kind) {
    case 'primitive':
      return unreadablePrimitive(schema, value)
    case 'fixed':
      return unreadableFixed(schema)
    case 'array':
      return isList(value) ? firstOf(value, (item) => unreadable(schema.items, item, known)) : undefined
    case 'map':
      return isObject(value) ? firstOf(Object.values(value), (item) => unreadable(schema.values, item, known)) : undefined
    case 'record':
      if (!isObject(value)) return undefined
      return firstOf(schema.fields, (field) => {
        const given = Object.hasOwn(value, field.name) ? value[field.name] : undefined
        return given === undefined ? ofField(field, known) : unreadable(field.type, given, known)
      })
    case 'union': {
      const branch = schema.branches.find((each) => isOf(each, value))
      return branch && unreadable(branch, value, known)
    }
    case 'enum':
      return undefined
  }
}

function unreadablePrimitive({ primitive, logicalType, bigint }: AvroPrimitive, value: Json): string | undefined {
  if (primitive === 'long' && typeof value === 'bigint' && bigint !== true)
    return `${value} is beyond ±(2^53 − 1), which a number cannot hold`
  if (typeof value !== 'string') return undefined
  switch (logicalType?.name) {
    case 'uuid':
      return uuid.test(value) ? undefined : `${JSON.stringify(value)} is no UUID`
    case 'decimal':
      return value === '' ? 'a decimal has one byte at least' : undefined
    case 'big-decimal':
      return isBigDecimal(Buffer.from(value, 'latin1')) ? undefined : 'it is no big-decimal: the length of a number, its bytes, its scale'
    default:
      return undefined
  }
}

function unreadableFixed({ size, logicalType }: AvroFixed): string | undefined {
  return logicalType?.name === 'decimal' && size === 0 ? 'a decimal has one byte at least' : undefined
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Is a default of the union probably of this branch? The first that is counts. */
function isOf(branch: AvroSchema, value: Json): boolean {
  switch (branch.kind) {
    case 'primitive':
      return isOfPrimitive(branch, value)
    case 'enum':
      return typeof value === 'string' && branch.symbols.includes(value)
    case 'fixed':
      return typeof value === 'string' && value.length === branch.size
    case 'array':
      return isList(value)
    case 'map':
    case 'record':
      return isObject(value)
    case 'union':
      return false
  }
}

function isOfPrimitive({ primitive }: AvroPrimitive, value: Json): boolean {
  switch (primitive) {
    case 'null':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'int':
      return typeof value === 'number' && (value | 0) === value
    case 'long':
      return typeof value === 'bigint' || Number.isInteger(value)
    case 'float':
    case 'double':
      return typeof value === 'number' || typeof value === 'bigint'
    default:
      return typeof value === 'string'
  }
}

/** A length and so many bytes, one at least, and an int, and nothing behind it. */
function isBigDecimal(bytes: Uint8Array): boolean {
  const length = varint(bytes, 0)
  const scale = length === undefined || length.value < 1 ? undefined : varint(bytes, length.end + length.value)
  return scale?.end === bytes.length
}

/** An int of Avro's binary encoding, and where it ends. */
function varint(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } | undefined {
  let zigzag = 0
  for (let at = from; at < bytes.length && at < from + 5; at += 1) {
    zigzag += (bytes[at]! & 127) * 2 ** (7 * (at - from))
    if (bytes[at]! < 128) return zigzag < 2 ** 32 ? { value: (zigzag >>> 1) ^ -(zigzag & 1), end: at + 1 } : undefined
  }
  return undefined
}

function firstOf<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = check(item)
    if (found !== undefined) return found
  }
  return undefined
}
