import { type Json, stringifyJson } from './json.js'
import { isBigintLogicalType } from './logical-type.js'
import type { AvroAttributes, AvroField, AvroLogicalType, AvroNamed, AvroPrimitive, AvroSchema } from './schema.js'

/**
 * A schema as JSON text with all that matters to a reader (aliases, defaults, logical types) and all that its author wrote beside it; full names
 * everywhere. Named types inside it are references, since each has a text of its own; `schema` itself is written out.
 */
export function schemaText(schema: AvroSchema): string {
  if (!('fullName' in schema)) return usage(schema)
  let text = texts.get(schema)
  if (text === undefined) {
    text = definition(schema)
    texts.set(schema, text)
  }
  return text
}

const texts = new WeakMap<AvroNamed, string>()

/** The same text, of a record with a line for each field. */
export function schemaLines(schema: AvroSchema): readonly string[] {
  if (schema.kind !== 'record' || schema.fields.length === 0) return [schemaText(schema)]
  const around = schemaText({ ...schema, fields: [] })
  const middle = around.indexOf('"fields":[]') + '"fields":['.length
  const fields = schema.fields.map((each, index) => field(each) + (index < schema.fields.length - 1 ? ',' : ''))
  return [around.slice(0, middle), ...fields, around.slice(middle)]
}

function usage(schema: AvroSchema): string {
  switch (schema.kind) {
    case 'primitive': {
      const extra = [...logical(schema.logicalType), ...jsType(schema), ...others(schema.attributes)]
      return extra.length === 0 ? `"${schema.primitive}"` : object([`"type":"${schema.primitive}"`, ...extra])
    }
    case 'array':
      return object(['"type":"array"', `"items":${usage(schema.items)}`, ...others(schema.attributes)])
    case 'map':
      return object(['"type":"map"', `"values":${usage(schema.values)}`, ...others(schema.attributes)])
    case 'union':
      return `[${schema.branches.map(usage).join(',')}]`
    default:
      return `"${schema.fullName}"`
  }
}

function definition(schema: AvroNamed): string {
  const head = [
    `"type":"${schema.kind}"`,
    `"name":"${schema.fullName}"`,
    ...optional('doc', schema.doc),
    ...list('aliases', schema.aliases),
  ]
  switch (schema.kind) {
    case 'record':
      return object([...head, `"fields":[${schema.fields.map(field).join(',')}]`, ...others(schema.attributes)])
    case 'enum':
      return object([
        ...head,
        `"symbols":${stringifyJson(schema.symbols)}`,
        ...optional('default', schema.default),
        ...others(schema.attributes),
      ])
    case 'fixed':
      return object([...head, `"size":${schema.size}`, ...logical(schema.logicalType), ...others(schema.attributes)])
  }
}

function field({ name, type, doc, aliases, default: value, order, attributes }: AvroField): string {
  return object([
    `"name":"${name}"`,
    `"type":${usage(type)}`,
    ...optional('doc', doc),
    ...list('aliases', aliases),
    ...optional('default', value),
    ...optional('order', order),
    ...others(attributes),
  ])
}

function logical(type: AvroLogicalType | undefined): readonly string[] {
  return type === undefined
    ? []
    : [`"logicalType":"${type.name}"`, ...optional('precision', type.precision), ...optional('scale', type.scale)]
}

/** Said where it is not what the logical type or Avro's `long` alone would be read as. */
function jsType({ primitive, logicalType, bigint = false }: AvroPrimitive): readonly string[] {
  const usual = logicalType !== undefined && isBigintLogicalType(logicalType)
  return primitive !== 'long' || bigint === usual ? [] : [`"jsType":"${bigint ? 'bigint' : 'number'}"`]
}

function others(attributes: AvroAttributes): readonly string[] {
  return attributes.size === 0 ? [] : [...attributes].flatMap(([key, value]) => (key === 'jsType' ? [] : optional(key, value)))
}

function optional(key: string, value: Json | undefined): readonly string[] {
  return value === undefined ? [] : [`${JSON.stringify(key)}:${stringifyJson(value)}`]
}

function list(key: string, values: readonly string[]): readonly string[] {
  return values.length === 0 ? [] : optional(key, values)
}

function object(members: readonly string[]): string {
  return `{${members.join(',')}}`
}
