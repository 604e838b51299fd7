import { AvroError, shown } from './avro-error.js'
import { isArray, isObject, type Json, type JsonObject, own, setOwn } from './json.js'
import type { Reader } from './reader.js'
import { type EnumSchema, type Field, type PrimitiveName, type Schema, tagOf, type UnionSchema } from './schema.js'
import type { Writer } from './writer.js'

/** Unions in JSON: tagged in Avro's JSON encoding; in a default, a value of the first branch that it fits. */
export type UnionForm = 'tagged' | 'default'

/**
 * Turns JSON into the binary encoding (Avro 1.12, "JSON Encoding"; defaults by the table of "Records"). Going by the binary form, JSON meets the same
 * readers as all other data, with their checks and types. Throws an `AvroError` with the path where the JSON is not of the schema.
 */
export function writeJson(out: Writer, schema: Schema, json: Json | undefined, form: UnionForm): void {
  // Where the walk is: kept by hand, since a try at each level would cost three times the stack.
  const path: string[] = []
  try {
    write(out, schema, json, form, path)
  } catch (error) {
    throw error instanceof AvroError ? error.at(path) : error
  }
}

function write(out: Writer, schema: Schema, json: Json | undefined, form: UnionForm, path: string[]): void {
  switch (schema.kind) {
    case 'primitive':
      return writePrimitive(out, schema.primitive, json)
    case 'array':
      return writeArray(out, schema.items, json, form, path)
    case 'map':
      return writeMap(out, schema.values, json, form, path)
    case 'union': {
      if (form === 'default') return writeUntagged(out, schema, json, path)
      const entry = taggedValue(json)
      const branch = writeBranch(out, schema, entry[0])
      path.push(entry[0])
      write(out, branch, entry[1], form, path)
      path.pop()
      return
    }
    case 'record': {
      if (!isObject(json)) throw wrong(`an object, for ${schema.fullName}`, json)
      for (let index = 0; index < schema.fields.length; index += 1) {
        const field = schema.fields[index]!
        path.push(field.name)
        write(out, field.type, fieldValue(field, json, form), form, path)
        path.pop()
      }
      return
    }
    case 'enum':
      return out.branch(symbolIndex(schema, json))
    case 'fixed':
      return out.fixed(latin1(json), schema.size)
  }
}

function writePrimitive(out: Writer, primitive: PrimitiveName, json: Json | undefined): void {
  switch (primitive) {
    case 'null':
      return out.null(json as null)
    case 'boolean':
      return out.boolean(json as boolean)
    case 'int':
      return out.int(json as number)
    case 'long':
      return typeof json === 'bigint' ? out.bigint(json) : out.long(json as number)
    case 'float':
      return out.float(float(json))
    case 'double':
      return out.double(float(json))
    case 'bytes':
      return out.bytes(latin1(json))
    case 'string':
      return out.string(json as string)
  }
}

function writeArray(out: Writer, items: Schema, json: Json | undefined, form: UnionForm, path: string[]): void {
  if (!isArray(json)) throw wrong('an array', json)
  if (json.length > 0) out.long(json.length)
  for (const [index, item] of json.entries()) {
    path.push(`[${index}]`)
    write(out, items, item, form, path)
    path.pop()
  }
  out.end()
}

function writeMap(out: Writer, values: Schema, json: Json | undefined, form: UnionForm, path: string[]): void {
  if (!isObject(json)) throw wrong('an object', json)
  const entries = Object.entries(json)
  if (entries.length > 0) out.long(entries.length)
  for (const [key, item] of entries) {
    out.string(key)
    path.push(`[${JSON.stringify(key)}]`)
    write(out, values, item, form, path)
    path.pop()
  }
  out.end()
}

function writeBranch(out: Writer, union: UnionSchema, tag: string): Schema {
  const index = union.branches.findIndex((branch) => tagOf(branch) === tag)
  if (index < 0) throw new AvroError(`${shown(tag)} is not of the union`)
  out.branch(index)
  return union.branches[index]!
}

function symbolIndex({ symbols, fullName }: EnumSchema, json: Json | undefined): number {
  const index = typeof json === 'string' ? symbols.indexOf(json) : -1
  if (index < 0) throw wrong(`a symbol of ${fullName}`, json)
  return index
}

/** A default's own missing fields are defaults again; in the JSON encoding every field is there. */
function fieldValue(field: Field, json: JsonObject, form: UnionForm): Json {
  const written = own(json, field.name)
  const given = written === undefined && form === 'default' ? field.default : written
  if (given === undefined) throw new AvroError('the field is missing')
  return given
}

function taggedValue(json: Json | undefined): readonly [string, Json] {
  const [entry, ...more] = isObject(json) ? Object.entries(json) : json === null ? [['null', null] as const] : []
  if (entry === undefined || more.length > 0) throw wrong('null, or an object with a type of the union as its one key', json)
  return entry
}

function writeUntagged(out: Writer, union: UnionSchema, json: Json | undefined, path: string[]): void {
  const start = out.length
  const depth = path.length
  let first: unknown
  for (const [index, branch] of union.branches.entries()) {
    try {
      out.branch(index)
      write(out, branch, json, 'default', path)
      return
    } catch (error) {
      out.truncate(start)
      path.length = depth
      first ??= error
    }
  }
  throw first ?? wrong('a value of the union', json)
}

/** Reads a binary value as Avro's JSON encoding. */
export function readJson(input: Reader, schema: Schema): Json {
  switch (schema.kind) {
    case 'primitive':
      return readPrimitive(input, schema.primitive)
    case 'array':
      return input.array(() => readJson(input, schema.items))
    case 'map':
      return object(input.map(() => readJson(input, schema.values)))
    case 'union': {
      const branch = schema.branches[input.branch(schema.branches.length)]!
      const value = readJson(input, branch)
      return tagOf(branch) === 'null' ? null : object([[tagOf(branch), value]])
    }
    case 'record':
      return object(schema.fields.map(({ name, type }) => [name, readJson(input, type)]))
    case 'enum':
      return schema.symbols[input.index(schema.symbols.length)]!
    case 'fixed':
      return text(input.fixed(schema.size))
  }
}

function readPrimitive(input: Reader, primitive: PrimitiveName): Json {
  switch (primitive) {
    case 'long':
      return input.bigint()
    case 'bytes':
      return text(input.bytes())
    default:
      return input[primitive]()
  }
}

/** Bytes as JSON has them: a character each. */
function latin1(json: Json | undefined): Uint8Array {
  if (typeof json !== 'string') throw wrong('a string of bytes', json)
  for (let at = 0; at < json.length; at += 1) if (json.charCodeAt(at) > 0xff) throw wrong('characters up to \\u00ff', json)
  return Buffer.from(json, 'latin1')
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

function float(json: Json | undefined): number {
  if (typeof json === 'bigint' || json === 'NaN' || json === 'Infinity' || json === '-Infinity') return Number(json)
  return json as number
}

function object(entries: Iterable<readonly [string, Json]>): JsonObject {
  const result: Record<string, Json> = {}
  for (const [key, value] of entries) setOwn(result, key, value)
  return result
}

function wrong(expected: string, json: Json | undefined): AvroError {
  return new AvroError(`expected ${expected}, got ${shown(json)}`)
}
