import type { AvroLogicalType, AvroPrimitiveName } from './schema.js'

/** What a logical type annotates: a primitive, or a fixed of a size. */
export interface Annotated {
  readonly primitive?: AvroPrimitiveName
  readonly fixedSize?: number
}

export type LogicalTypeResult = { readonly logicalType: AvroLogicalType } | { readonly problem: string; readonly isUnknown?: true }

/** Of the logical types that annotate one primitive type alone, that. */
export const underlying: ReadonlyMap<string, AvroPrimitiveName> = new Map([
  ['date', 'int'],
  ['time-millis', 'int'],
  ['time-micros', 'long'],
  ['timestamp-millis', 'long'],
  ['timestamp-micros', 'long'],
  ['timestamp-nanos', 'long'],
  ['local-timestamp-millis', 'long'],
  ['local-timestamp-micros', 'long'],
  ['local-timestamp-nanos', 'long'],
])

export const logicalTypeNames: readonly string[] = [...underlying.keys(), 'uuid', 'duration', 'decimal', 'big-decimal']

/** The logical types of Avro 1.12 that TypeScript gets a type for; others are plain values of their underlying type. */
export function logicalTypeOf(name: string, on: Annotated, precision: unknown, scale: unknown): LogicalTypeResult {
  const primitive = underlying.get(name)
  if (primitive !== undefined)
    return on.primitive === primitive ? { logicalType: { name } } : { problem: `${name} annotates ${primitive} only` }
  switch (name) {
    case 'uuid':
      return on.primitive === 'string' || on.fixedSize === 16
        ? { logicalType: { name } }
        : { problem: 'uuid annotates string and fixed of 16 bytes only' }
    case 'duration':
      return on.fixedSize === 12 ? { logicalType: { name } } : { problem: 'duration annotates fixed of 12 bytes only' }
    case 'decimal':
      return decimal(on, precision, scale)
    case 'big-decimal':
      return on.primitive === 'bytes' ? { logicalType: { name } } : { problem: 'big-decimal annotates bytes only' }
    default:
      return { problem: `${name} is no logical type of Avro's`, isUnknown: true }
  }
}

/** `uuid`, `decimal(9, 2)`. */
export function logicalTypeText({ name, precision, scale }: AvroLogicalType): string {
  return precision === undefined ? name : `${name}(${precision}, ${scale ?? 0})`
}

/** Micros and nanos since the epoch go beyond what a number holds: the year 9999 does in micros, today does in nanos. */
export function isBigintLogicalType({ name }: AvroLogicalType): boolean {
  return /timestamp-(micros|nanos)$/.test(name)
}

function decimal(on: Annotated, precision: unknown, scale: unknown): LogicalTypeResult {
  if (on.primitive !== 'bytes' && on.fixedSize === undefined) return { problem: 'decimal annotates bytes and fixed only' }
  if (precision === undefined) return { problem: 'decimal needs a precision' }
  if (!isInt(precision) || precision < 1) return { problem: 'the precision of a decimal is an integer of at least 1' }
  const most = on.fixedSize === undefined ? Number.POSITIVE_INFINITY : Math.floor(Math.log10(2) * (8 * on.fixedSize - 1))
  if (precision > most)
    return { problem: `a fixed of size ${on.fixedSize} holds ${Math.max(0, most)} digits at most, fewer than the precision ${precision}` }
  if (scale === undefined) return { logicalType: { name: 'decimal', precision, scale: 0, isScaleImplied: true } }
  if (!isInt(scale) || scale < 0) return { problem: 'the scale of a decimal is an integer of at least 0' }
  if (scale > precision) return { problem: `the scale ${scale} is greater than the precision ${precision}` }
  return { logicalType: { name: 'decimal', precision, scale } }
}

function isInt(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31
}
