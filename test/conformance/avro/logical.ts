import { Decimal } from 'millrace/codegen'
import type { LogicalType, Schema } from '#runtime/serde/schema.js'
import { tagOf } from '#runtime/serde/schema.js'

/** A logical value as the vectors list it: a JSON pointer that skips union tags, and ISO text. */
export interface LogicalValue {
  readonly path: string
  readonly logicalType: string
  readonly value: string
}

/** All logical values within a value, in order of the schema. */
export function logicalValues(schema: Schema, value: unknown, path = ''): readonly LogicalValue[] {
  switch (schema.kind) {
    case 'primitive':
    case 'fixed':
      return schema.logicalType === undefined
        ? []
        : [{ path, logicalType: schema.logicalType.name, value: text(schema.logicalType, value) }]
    case 'array':
      return (value as readonly unknown[]).flatMap((item, index) => logicalValues(schema.items, item, `${path}/${index}`))
    case 'map':
      return [...(value as ReadonlyMap<string, unknown>)].flatMap(([key, item]) =>
        logicalValues(schema.values, item, `${path}/${escaped(key)}`),
      )
    case 'union': {
      if (value === null) return []
      if (!schema.tagged) return logicalValues(schema.branches.find((branch) => tagOf(branch) !== 'null')!, value, path)
      const tagged = value as { readonly type: string; readonly value: unknown }
      return logicalValues(schema.branches.find((branch) => tagOf(branch) === tagged.type)!, tagged.value, path)
    }
    case 'record':
      return schema.fields.flatMap(({ name, type }) => logicalValues(type, (value as Record<string, unknown>)[name], `${path}/${name}`))
    case 'enum':
      return []
  }
}

function text({ name }: LogicalType, value: unknown): string {
  if (value instanceof Decimal) return value.toString()
  if (typeof value === 'object') {
    const { months, days, milliseconds } = value as { readonly months: number; readonly days: number; readonly milliseconds: number }
    return `P${months}M${days}D${milliseconds}ms`
  }
  if (name === 'uuid') return String(value).toLowerCase()
  const amount = BigInt(value as number | bigint)
  if (name === 'date') return date(amount)
  const units = name.endsWith('-millis') ? 1000n : name.endsWith('-micros') ? 1_000_000n : 1_000_000_000n
  if (name.startsWith('time-')) return time(amount, units)
  const day = units * 86_400n
  const days = amount / day - (amount % day < 0n ? 1n : 0n)
  return `${date(days)}T${time(amount - days * day, units)}${name.startsWith('local-') ? '' : 'Z'}`
}

/** As Java's `LocalDate`: a year beyond 9999 with its sign. */
function date(days: bigint): string {
  // By cycles of 400 years (146,097 days), since a Date does not reach as far as a date of Avro's.
  const cycles = days / 146_097n
  const inner = new Date(Number(days - cycles * 146_097n) * 86_400_000)
  const year = BigInt(inner.getUTCFullYear()) + cycles * 400n
  const digits = (year < 0n ? -year : year).toString().padStart(4, '0')
  return `${year < 0n ? '-' : year > 9999n ? '+' : ''}${digits}${inner.toISOString().slice(-20, -14)}`
}

/** As Java's ISO formats: of the fraction no more digits than it has. */
function time(amount: bigint, units: bigint): string {
  const seconds = amount / units
  const two = (part: bigint) => part.toString().padStart(2, '0')
  const fraction = ((amount % units) * (1_000_000_000n / units)).toString().padStart(9, '0').replace(/0+$/, '')
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${fraction === '' ? '' : `.${fraction}`}`
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
