import type { AvroAttributes, AvroField, AvroLogicalType, AvroNamed, AvroPrimitive, AvroSchema } from './avro.js'
import { type Json, jsonObject, stringifyJson } from './json.js'
import { isBigintLogicalType } from './logical-type.js'

/**
 * A schema as JSON text with all that matters to a reader (aliases, defaults, logical types) and all that its author wrote beside it; full names
 * everywhere. Named types inside it are references, since each has a text of its own; `schema` itself is written out.
 */
export function schemaText(schema: AvroSchema): string {
  return stringifyJson('fullName' in schema ? definition(schema) : usage(schema))
}

function usage(schema: AvroSchema): Json {
  switch (schema.kind) {
    case 'primitive': {
      const extra = [...logical(schema.logicalType), ...jsType(schema), ...others(schema.attributes)]
      return extra.length === 0 ? schema.primitive : jsonObject([['type', schema.primitive], ...extra])
    }
    case 'array':
      return jsonObject([['type', 'array'], ['items', usage(schema.items)], ...others(schema.attributes)])
    case 'map':
      return jsonObject([['type', 'map'], ['values', usage(schema.values)], ...others(schema.attributes)])
    case 'union':
      return schema.branches.map(usage)
    default:
      return schema.fullName
  }
}

function definition(schema: AvroNamed): Json {
  const head: [string, Json][] = [
    ['type', schema.kind],
    ['name', schema.fullName],
    ...optional('doc', schema.doc),
    ...list('aliases', schema.aliases),
  ]
  switch (schema.kind) {
    case 'record':
      return jsonObject([...head, ['fields', schema.fields.map(field)], ...others(schema.attributes)])
    case 'enum':
      return jsonObject([...head, ['symbols', schema.symbols], ...optional('default', schema.default), ...others(schema.attributes)])
    case 'fixed':
      return jsonObject([...head, ['size', schema.size], ...logical(schema.logicalType), ...others(schema.attributes)])
  }
}

function field({ name, type, doc, aliases, default: value, order, attributes }: AvroField): Json {
  return jsonObject([
    ['name', name],
    ['type', usage(type)],
    ...optional('doc', doc),
    ...list('aliases', aliases),
    ...optional('default', value),
    ...optional('order', order),
    ...others(attributes),
  ])
}

function logical(type: AvroLogicalType | undefined): [string, Json][] {
  return type === undefined ? [] : [['logicalType', type.name], ...optional('precision', type.precision), ...optional('scale', type.scale)]
}

/** Said where it is not what the logical type or Avro's `long` alone would be read as. */
function jsType({ primitive, logicalType, bigint = false }: AvroPrimitive): [string, Json][] {
  const usual = logicalType !== undefined && isBigintLogicalType(logicalType)
  return primitive !== 'long' || bigint === usual ? [] : [['jsType', bigint ? 'bigint' : 'number']]
}

function others(attributes: AvroAttributes): (readonly [string, Json])[] {
  return [...attributes].filter(([key]) => key !== 'jsType')
}

function optional(key: string, value: Json | undefined): [string, Json][] {
  return value === undefined ? [] : [[key, value]]
}

function list(key: string, values: readonly string[]): [string, Json][] {
  return values.length === 0 ? [] : [[key, values]]
}
