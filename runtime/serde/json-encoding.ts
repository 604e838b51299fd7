import { AvroError, shown } from './avro-error.js'
import { isArray, isObject, type Json, type JsonObject, own, setOwn } from './json.js'
import type { Reader } from './reader.js'
import { type PrimitiveName, type RecordSchema, type Schema, tagOf, type UnionSchema } from './schema.js'
import type { Writer } from './writer.js'

/** Unions in JSON: tagged in Avro's JSON encoding; in a default, a value of the first branch that it fits. */
export type UnionForm = 'tagged' | 'default'

/**
 * Turns JSON into the binary encoding (Avro 1.12, "JSON Encoding"; defaults by the table of "Records"). Going by the binary form, JSON meets the same
 * readers as all other data, with their checks and types. Throws an `AvroError` with the path where the JSON is not of the schema.
 */
export function writeJson(out: Writer, schema: Schema, json: Json | undefined, form: UnionForm): void {
  switch (schema.kind) {
    case 'primitive':
      return writePrimitive(out, schema.primitive, json)
    case 'array':
      if (!isArray(json)) throw wrong('an array', json)
      json.forEach((item, index) => {
        if (index === 0) out.long(json.length)
        within(`[${index}]`, () => writeJson(out, schema.items, item, form))
      })
      return out.end()
    case 'map': {
      if (!isObject(json)) throw wrong('an object', json)
      const entries = Object.entries(json)
      if (entries.length > 0) out.long(entries.length)
      for (const [key, item] of entries) {
        out.string(key)
        within(`[${JSON.stringify(key)}]`, () => writeJson(out, schema.values, item, form))
      }
      return out.end()
    }
    case 'union':
      return form === 'tagged' ? writeTagged(out, schema, json) : writeUntagged(out, schema, json)
    case 'record':
      return writeRecord(out, schema, json, form)
    case 'enum': {
      const index = typeof json === 'string' ? schema.symbols.indexOf(json) : -1
      if (index < 0) throw wrong(`a symbol of ${schema.fullName}`, json)
      return out.branch(index)
    }
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

function writeRecord(out: Writer, schema: RecordSchema, json: Json | undefined, form: UnionForm): void {
  if (!isObject(json)) throw wrong(`an object, for ${schema.fullName}`, json)
  for (const field of schema.fields) {
    const written = own(json, field.name)
    // A default's own missing fields are defaults again; in the JSON encoding every field is there.
    const given = written === undefined && form === 'default' ? field.default : written
    if (given === undefined) throw new AvroError('the field is missing').within(field.name)
    within(field.name, () => writeJson(out, field.type, given, form))
  }
}

function writeTagged(out: Writer, union: UnionSchema, json: Json | undefined): void {
  const [entry, ...more] = isObject(json) ? Object.entries(json) : json === null ? [['null', null] as const] : []
  if (entry === undefined || more.length > 0) throw wrong('null, or an object with a type of the union as its one key', json)
  const [tag, inner] = entry
  const index = union.branches.findIndex((branch) => tagOf(branch) === tag)
  if (index < 0) throw new AvroError(`${shown(tag)} is not of the union`)
  out.branch(index)
  within(tag, () => writeJson(out, union.branches[index]!, inner, 'tagged'))
}

function writeUntagged(out: Writer, union: UnionSchema, json: Json | undefined): void {
  const start = out.length
  let first: unknown
  for (const [index, branch] of union.branches.entries()) {
    try {
      out.branch(index)
      writeJson(out, branch, json, 'default')
      return
    } catch (error) {
      out.truncate(start)
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

function within<T>(step: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw error instanceof AvroError ? error.within(step) : error
  }
}

function wrong(expected: string, json: Json | undefined): AvroError {
  return new AvroError(`expected ${expected}, got ${shown(json)}`)
}
