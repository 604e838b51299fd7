import { AvroError } from './avro-error.js'
import { setOwn } from './json.js'
import { writeJson } from './json-encoding.js'
import { Reader } from './reader.js'
import type { EnumSchema, Field, FixedSchema, PrimitiveName, PrimitiveSchema, RecordSchema, Schema, UnionSchema } from './schema.js'
import { tagOf } from './schema.js'
import { lossyUtf8 } from './utf8.js'
import { Writer } from './writer.js'

/** Reads one value of a writer's schema as the reader's. */
export type Resolve = (input: Reader) => unknown

/**
 * Reads data of another schema (Avro 1.12, "Schema Resolution"; unions as Avro's Java: a branch of the same type first, then the first promotion).
 * What does not match is an error of the values that meet it, not of the schemas: a union may never take the branch in question.
 * Values are those of generated code for the reader's schema; errors name the path.
 */
export function resolver(writer: Schema, reader: Schema): Resolve {
  return new Resolver(reader).resolve(writer, reader)
}

class Resolver {
  /** The reader's names for the writer's, by aliases. */
  readonly #aliases = new Map<string, string>()
  readonly #records = new Map<RecordSchema, Map<RecordSchema, Resolve>>()
  readonly #skips = new Map<RecordSchema, Resolve>()
  readonly #equivalent = new Map<RecordSchema, Map<RecordSchema, boolean>>()

  constructor(reader: Schema) {
    this.#findAliases(reader, new Set())
  }

  #findAliases(schema: Schema, seen: Set<Schema>): void {
    if (seen.has(schema)) return
    seen.add(schema)
    if ('fullName' in schema) for (const alias of schema.aliases) this.#aliases.set(alias, schema.fullName)
    if (schema.kind === 'record') for (const field of schema.fields) this.#findAliases(field.type, seen)
    else if (schema.kind === 'array') this.#findAliases(schema.items, seen)
    else if (schema.kind === 'map') this.#findAliases(schema.values, seen)
    else if (schema.kind === 'union') for (const branch of schema.branches) this.#findAliases(branch, seen)
  }

  resolve(writer: Schema, reader: Schema): Resolve {
    if (writer.kind === 'union') return this.#writerUnion(writer, reader)
    if (reader.kind === 'union') return this.#readerUnion(writer, reader)
    if (writer.kind === 'primitive') return reader.kind === 'primitive' ? primitive(writer, reader) : mismatch(writer, reader)
    if (writer.kind === 'array' && reader.kind === 'array') return array(this.resolve(writer.items, reader.items))
    if (writer.kind === 'map' && reader.kind === 'map') return map(this.resolve(writer.values, reader.values))
    if (!('fullName' in writer) || !('fullName' in reader) || simple(this.#nameOf(writer)) !== simple(reader.fullName))
      return mismatch(writer, reader)
    if (writer.kind === 'record' && reader.kind === 'record') return this.#record(writer, reader)
    if (writer.kind === 'enum' && reader.kind === 'enum') return enumeration(writer, reader)
    if (writer.kind === 'fixed' && reader.kind === 'fixed') return fixed(writer, reader)
    return mismatch(writer, reader)
  }

  /** The writer's name, or what the reader calls it now. */
  #nameOf({ fullName }: { readonly fullName: string }): string {
    return this.#aliases.get(fullName) ?? fullName
  }

  #writerUnion(writer: UnionSchema, reader: Schema): Resolve {
    const same = reader.kind === 'union' && this.#isEquivalent(writer, reader)
    const branches = writer.branches.map((branch, index) => {
      const target = same ? reader.branches[index]! : reader
      const resolve = this.resolve(branch, target)
      return same ? tagging(reader, target, resolve) : resolve
    })
    return (input) => branches[input.branch(branches.length)]!(input)
  }

  #readerUnion(writer: Schema, reader: UnionSchema): Resolve {
    const branch =
      reader.branches.find((known) => this.#isSameType(writer, known)) ??
      reader.branches.find((known) => isMatch(writer, known, this.#aliases))
    return branch === undefined ? mismatch(writer, reader) : tagging(reader, branch, this.resolve(writer, branch))
  }

  #isSameType(writer: Schema, reader: Schema): boolean {
    if (writer.kind !== reader.kind) return false
    if (writer.kind === 'primitive') return writer.primitive === (reader as PrimitiveSchema).primitive
    return !('fullName' in writer) || this.#nameOf(writer) === (reader as typeof writer).fullName
  }

  /** Are two unions the same, branch by branch? Then indexes are kept, as in Avro's Java. */
  #isEquivalent(writer: Schema, reader: Schema): boolean {
    if (writer.kind === 'primitive') return reader.kind === 'primitive' && writer.primitive === reader.primitive
    if (writer.kind === 'array') return reader.kind === 'array' && this.#isEquivalent(writer.items, reader.items)
    if (writer.kind === 'map') return reader.kind === 'map' && this.#isEquivalent(writer.values, reader.values)
    if (writer.kind === 'union')
      return reader.kind === 'union' && every(writer.branches, reader.branches, (a, b) => this.#isEquivalent(a, b))
    if (!('fullName' in reader) || simple(this.#nameOf(writer)) !== simple(reader.fullName)) return false
    if (writer.kind === 'fixed') return reader.kind === 'fixed' && writer.size === reader.size
    if (writer.kind === 'enum') return reader.kind === 'enum' && every(writer.symbols, reader.symbols, (a, b) => a === b)
    return reader.kind === 'record' && this.#isEquivalentRecord(writer, reader)
  }

  #isEquivalentRecord(writer: RecordSchema, reader: RecordSchema): boolean {
    const known = this.#equivalent.get(writer) ?? new Map<RecordSchema, boolean>()
    this.#equivalent.set(writer, known)
    const result = known.get(reader)
    if (result !== undefined) return result
    known.set(reader, true)
    const equivalent = every(
      writer.fields,
      reader.fields,
      (a, b) => (a.name === b.name || b.aliases.includes(a.name)) && this.#isEquivalent(a.type, b.type),
    )
    known.set(reader, equivalent)
    return equivalent
  }

  #record(writer: RecordSchema, reader: RecordSchema): Resolve {
    const known = this.#records.get(writer) ?? new Map<RecordSchema, Resolve>()
    this.#records.set(writer, known)
    const recursion = known.get(reader)
    if (recursion !== undefined) return recursion
    // A record within itself calls what is made below.
    let resolve: Resolve = () => undefined
    known.set(reader, (input) => resolve(input))
    resolve = this.#fields(writer, reader)
    known.set(reader, resolve)
    return resolve
  }

  #fields(writer: RecordSchema, reader: RecordSchema): Resolve {
    const names = reader.fields.map(({ name }) => name)
    const targets = writer.fields.map((field) => targetOf(field, writer, reader))
    const steps = writer.fields.map((field, index) => {
      const target = targets[index]!
      const slot = target === undefined ? -1 : reader.fields.indexOf(target)
      return { name: field.name, slot, read: target === undefined ? this.#skip(field.type) : this.resolve(field.type, target.type) }
    })
    const defaults = reader.fields.flatMap((field, slot) =>
      targets.includes(field) ? [] : [{ name: field.name, slot, read: this.#default(field) }],
    )
    const all = [...steps, ...defaults]
    return (input) => {
      const slots: unknown[] = new Array(names.length)
      for (const { name, slot, read } of all) {
        try {
          const value = read(input)
          if (slot >= 0) slots[slot] = value
        } catch (error) {
          throw error instanceof AvroError ? error.within(name) : error
        }
      }
      const record: Record<string, unknown> = {}
      for (let slot = 0; slot < names.length; slot += 1) setOwn(record, names[slot]!, slots[slot])
      return record
    }
  }

  /** Reads a default anew for each value, since values may hold arrays and maps. */
  #default(field: Field): Resolve {
    if (field.default === undefined) {
      return () => {
        throw new AvroError('the writer has no such field, and it has no default')
      }
    }
    let read: Resolve | undefined
    let bytes: Uint8Array | undefined
    const input = new Reader()
    return () => {
      if (bytes === undefined) {
        const out = new Writer()
        writeJson(out, field.type, field.default, 'default')
        bytes = out.finish()
      }
      read ??= new Resolver(field.type).resolve(field.type, field.type)
      input.reset(bytes)
      return read(input)
    }
  }

  /** Passes over a value that the reader has no field for. */
  #skip(writer: Schema): Resolve {
    switch (writer.kind) {
      case 'primitive':
        return skipPrimitive[writer.primitive]
      case 'array': {
        const item = this.#skip(writer.items)
        return (input) => input.array(item).length
      }
      case 'map': {
        const value = this.#skip(writer.values)
        return (input) => input.map(value).size
      }
      case 'union': {
        const branches = writer.branches.map((branch) => this.#skip(branch))
        return (input) => branches[input.branch(branches.length)]!(input)
      }
      case 'enum':
        return (input) => input.index(writer.symbols.length)
      case 'fixed':
        return (input) => input.skip(writer.size)
      case 'record': {
        const known = this.#skips.get(writer)
        if (known !== undefined) return known
        let fields: readonly Resolve[] = []
        const skip: Resolve = (input) => {
          for (const field of fields) field(input)
        }
        this.#skips.set(writer, skip)
        fields = writer.fields.map(({ type }) => this.#skip(type))
        return skip
      }
    }
  }
}

/** The reader's field for a writer's: of the same name, or with that name as an alias. */
function targetOf(field: Field, writer: RecordSchema, reader: RecordSchema): Field | undefined {
  const direct = reader.fields.find(({ name }) => name === field.name)
  const aliased = reader.fields.find(
    ({ name, aliases }) => aliases.includes(field.name) && !writer.fields.some((other) => other.name === name),
  )
  return aliased ?? direct
}

function tagging(union: UnionSchema, branch: Schema, resolve: Resolve): Resolve {
  const type = tagOf(branch)
  if (!union.tagged || type === 'null') return resolve
  return (input) => ({ type, value: resolve(input) })
}

function array(item: Resolve): Resolve {
  return (input) => {
    let index = -1
    try {
      return input.array((inner) => {
        index += 1
        return item(inner)
      })
    } catch (error) {
      throw error instanceof AvroError && index >= 0 ? error.within(`[${index}]`) : error
    }
  }
}

function map(value: Resolve): Resolve {
  return (input) => {
    let index = -1
    try {
      return input.map((inner) => {
        index += 1
        return value(inner)
      })
    } catch (error) {
      throw error instanceof AvroError && index >= 0 ? error.within(`[entry ${index}]`) : error
    }
  }
}

function enumeration(writer: EnumSchema, reader: EnumSchema): Resolve {
  const symbols = writer.symbols.map((symbol) => (reader.symbols.includes(symbol) ? symbol : reader.default))
  return (input) => {
    const index = input.index(symbols.length)
    const symbol = symbols[index]
    if (symbol === undefined)
      throw new AvroError(`the writer's symbol ${writer.symbols[index]} is not in ${reader.fullName}, which has no default`)
    return symbol
  }
}

function fixed(writer: FixedSchema, reader: FixedSchema): Resolve {
  if (writer.size !== reader.size) return mismatch(writer, reader)
  const { size, logicalType } = reader
  switch (logicalType?.name) {
    case 'decimal':
      return isSameDecimal(writer, reader) ? (input) => input.fixedDecimal(size, logicalType.scale) : mismatch(writer, reader)
    case 'uuid':
      return (input) => input.fixedUuid()
    case 'duration':
      return (input) => input.duration()
    default:
      return (input) => input.fixed(size)
  }
}

const skipPrimitive: Readonly<Record<PrimitiveName, Resolve>> = {
  null: () => undefined,
  boolean: (input) => input.boolean(),
  int: (input) => input.int(),
  long: (input) => input.bigint(),
  float: (input) => input.skip(4),
  double: (input) => input.skip(8),
  bytes: (input) => input.skipBytes(),
  string: (input) => input.skipBytes(),
}

/** Promotions: from the writer's type to the reader's. */
const promotions: ReadonlyMap<PrimitiveName, readonly PrimitiveName[]> = new Map([
  ['int', ['long', 'float', 'double']],
  ['long', ['float', 'double']],
  ['float', ['double']],
  ['string', ['bytes']],
  ['bytes', ['string']],
])

function primitive(writer: PrimitiveSchema, reader: PrimitiveSchema): Resolve {
  const [from, to] = [writer.primitive, reader.primitive]
  if (from !== to && promotions.get(from)?.includes(to) !== true) return mismatch(writer, reader)
  switch (to) {
    case 'long':
      return reader.bigint ? (input) => input.bigint() : (input) => input.long()
    case 'float':
      if (from === 'int') return (input) => Math.fround(input.int())
      return from === 'long' ? (input) => nearestFloat(input.bigint()) : (input) => input.float()
    case 'double':
      return from === 'long' ? (input) => Number(input.bigint()) : (input) => input[from as 'int' | 'float' | 'double']()
    case 'bytes': {
      const { logicalType } = reader
      if (logicalType === undefined) return (input) => input.bytes()
      if (!isSameDecimal(writer, reader)) return mismatch(writer, reader)
      return logicalType.name === 'decimal' ? (input) => input.decimal(logicalType.scale) : (input) => input.bigDecimal()
    }
    case 'string':
      if (reader.logicalType !== undefined) return (input) => input.uuid()
      // Bytes were never promised to be text: as Avro's Java, what is not becomes U+FFFD.
      return from === 'bytes' ? (input) => lossyUtf8(input.bytes()) : (input) => input.string()
    default:
      return (input) => input[to]()
  }
}

/** Decimals match if their scales do, in the schema or both in the bytes: the bytes of another scale are another number. */
function isSameDecimal({ logicalType: from }: PrimitiveSchema | FixedSchema, { logicalType: to }: PrimitiveSchema | FixedSchema): boolean {
  if (from?.name !== 'decimal' && from?.name !== 'big-decimal') return true
  return from.name === to?.name && from.scale === to.scale
}

/** The float nearest to a long, rounded once (a double in between would round twice). */
function nearestFloat(value: bigint): number {
  let rest = value < 0n ? -value : value
  let scale = 1
  for (; rest > 0x1f_ffff_ffff_ffffn; scale *= 2) rest = (rest >> 1n) | (rest & 1n)
  return Math.fround(Number(rest) * (value < 0n ? -1 : 1)) * scale
}

/** May a branch of a reader's union take the writer's data, if none is of the very type? */
function isMatch(writer: Schema, reader: Schema, aliases: ReadonlyMap<string, string>): boolean {
  if (writer.kind === 'primitive')
    return reader.kind === 'primitive' && promotions.get(writer.primitive)?.includes(reader.primitive) === true
  if (!('fullName' in writer) || writer.kind !== reader.kind) return false
  return simple(aliases.get(writer.fullName) ?? writer.fullName) === simple(reader.fullName)
}

function mismatch(writer: Schema, reader: Schema): Resolve {
  return () => {
    throw new AvroError(`the writer's ${nameOf(writer)} cannot be read as ${nameOf(reader)}`)
  }
}

function nameOf(schema: Schema): string {
  if (schema.kind === 'union') return `[${schema.branches.map(tagOf).join(', ')}]`
  const decimal = 'logicalType' in schema ? schema.logicalType : undefined
  if (decimal?.name === 'decimal') return `decimal(${decimal.precision}, ${decimal.scale})`
  return decimal?.name === 'big-decimal' ? decimal.name : tagOf(schema)
}

function simple(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1)
}

function every<T, U>(a: readonly T[], b: readonly U[], test: (a: T, b: U) => boolean): boolean {
  return a.length === b.length && a.every((item, index) => test(item, b[index]!))
}
