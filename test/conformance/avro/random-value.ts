import { Decimal } from 'millrace'
import type { PrimitiveSchema, Schema } from '#runtime/serde/schema.js'
import { tagOf } from '#runtime/serde/schema.js'
import type { Random } from '../../helpers/random.js'

const ints = [0, -1, 1, 63, 64, -64, -65, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)]
const longs = [...ints, 2 ** 34 + 3, 1_700_000_000_000, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]
const bigints = [...longs.map(BigInt), 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, -(2n ** 53n)]
const floats = [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -0.10000000149011612]
const strings = ['', 'a', 'é€😀', '"\\\n\u0000', 'x'.repeat(63), 'x'.repeat(64), `${'y'.repeat(200)}é`, '__proto__', '\ufffd', '\ufeff']

/** A random value of a schema, as generated code has it. */
export function randomValue(schema: Schema, random: Random, depth = 0): unknown {
  const count = depth > 5 ? 0 : random.int(0, 3)
  switch (schema.kind) {
    case 'primitive':
      return primitive(schema, random)
    case 'array':
      return Array.from({ length: count }, () => randomValue(schema.items, random, depth + 1))
    case 'map':
      return new Map(Array.from({ length: count }, () => [random.pick(strings), randomValue(schema.values, random, depth + 1)]))
    case 'union': {
      const branch =
        depth > 5 ? (schema.branches.find((known) => tagOf(known) === 'null') ?? schema.branches[0]!) : random.pick(schema.branches)
      const value = randomValue(branch, random, depth + 1)
      return schema.tagged && tagOf(branch) !== 'null' ? { type: tagOf(branch), value } : value
    }
    case 'enum':
      return random.pick(schema.symbols)
    case 'fixed':
      return bytes(schema.size, random)
    case 'record': {
      const value: Record<string, unknown> = {}
      for (const field of schema.fields) {
        Object.defineProperty(value, field.name, { value: randomValue(field.type, random, depth + 1), enumerable: true })
      }
      return value
    }
  }
}

function primitive({ primitive, logicalType, bigint }: PrimitiveSchema, random: Random): unknown {
  if (logicalType?.name === 'decimal') return new Decimal(BigInt(random.int(0, 999999998)) - 500_000_000n, logicalType.scale)
  if (logicalType?.name === 'big-decimal') return new Decimal(random.pick(bigints) * random.pick(bigints), random.pick(ints))
  if (logicalType?.name === 'uuid') return uuid(random)
  switch (primitive) {
    case 'null':
      return null
    case 'boolean':
      return random.chance(0.5)
    case 'int':
      return random.pick(ints)
    case 'long':
      return bigint ? random.pick(bigints) : random.pick(longs)
    case 'float':
    case 'double':
      return random.pick(floats)
    case 'bytes':
      return bytes(random.int(0, 4), random)
    case 'string':
      return random.pick(strings)
  }
}

function bytes(size: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: size }, () => random.int(0, 255))
}

function uuid(random: Random): string {
  return Buffer.from(bytes(16, random))
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
