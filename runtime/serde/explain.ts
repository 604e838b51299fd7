import { AvroError, shown } from './avro-error.js'
import type { Decimal } from './decimal.js'
import type { Duration } from './logical-types.js'
import { type FixedSchema, type PrimitiveSchema, type Schema, tagOf, type UnionSchema } from './schema.js'
import { symbolIndexes, Writer } from './writer.js'

/**
 * Why a value is not of a schema, with the path to the place; undefined if it is. Generated code stops at the first wrong value but keeps no
 * path, which would cost every good one: this walks the same way once more, when it has failed.
 */
export function explain(schema: Schema, value: unknown): AvroError | undefined {
  const path: string[] = []
  try {
    check(new Writer(), schema, value, path)
    return undefined
  } catch (error) {
    return error instanceof AvroError ? error.at(path) : undefined
  }
}

function check(out: Writer, schema: Schema, value: unknown, path: string[]): void {
  out.reset()
  switch (schema.kind) {
    case 'primitive':
      return checkPrimitive(out, schema, value)
    case 'array':
      for (const [index, item] of out.array(value as readonly unknown[]).entries()) step(out, schema.items, item, `[${index}]`, path)
      return
    case 'map':
      for (const [key, item] of out.map(value as ReadonlyMap<string, unknown>)) {
        out.string(key)
        step(out, schema.values, item, `[${JSON.stringify(key)}]`, path)
      }
      return
    case 'union':
      return checkUnion(out, schema, value, path)
    case 'record':
      if (typeof value !== 'object' || value === null)
        throw new AvroError(`expected an object, for ${schema.fullName}, got ${shown(value)}`)
      for (const { name, type } of schema.fields) step(out, type, (value as Record<string, unknown>)[name], name, path)
      return
    case 'enum':
      return out.symbol(symbolIndexes(schema.symbols), value as string)
    case 'fixed':
      return checkFixed(out, schema, value)
  }
}

function checkPrimitive(out: Writer, { primitive, logicalType, bigint }: PrimitiveSchema, value: unknown): void {
  switch (logicalType?.name) {
    case 'decimal':
      return out.decimal(value as Decimal, logicalType.precision, logicalType.scale)
    case 'big-decimal':
      return out.bigDecimal(value as Decimal)
    case 'uuid':
      return out.uuid(value as string)
    default:
      if (bigint) return out.bigint(value as bigint)
      out[primitive](value as never)
  }
}

function checkFixed(out: Writer, { size, logicalType }: FixedSchema, value: unknown): void {
  switch (logicalType?.name) {
    case 'decimal':
      return out.fixedDecimal(value as Decimal, size, logicalType.precision, logicalType.scale)
    case 'uuid':
      return out.fixedUuid(value as string)
    case 'duration':
      return out.duration(value as Duration)
    default:
      return out.fixed(value as Uint8Array, size)
  }
}

function checkUnion(out: Writer, union: UnionSchema, value: unknown, path: string[]): void {
  const nullable = union.branches.some((branch) => tagOf(branch) === 'null')
  if (value === null && nullable) return
  const values = union.branches.filter((branch) => tagOf(branch) !== 'null')
  if (!union.tagged) return values[0] === undefined ? out.null(value as null) : check(out, values[0], value, path)
  const tag: unknown = typeof value === 'object' && value !== null ? (value as { readonly type?: unknown }).type : undefined
  const branch = values.find((known) => tagOf(known) === tag)
  if (branch === undefined) return out.noBranch(value as never)
  step(out, branch, (value as { readonly value: unknown }).value, 'value', path)
}

function step(out: Writer, schema: Schema, value: unknown, name: string, path: string[]): void {
  path.push(name)
  check(out, schema, value, path)
  path.pop()
}
