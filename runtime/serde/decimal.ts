import { AvroError, shown } from './avro-error.js'

/** A decimal number without loss, `unscaled × 10^-scale`: 12.30 is `{ unscaled: 1230n, scale: 2 }`. Immutable. */
export class Decimal {
  readonly unscaled: bigint
  /** Digits after the point, 0 or more. */
  readonly scale: number

  constructor(unscaled: bigint, scale: number) {
    if (!Number.isInteger(scale) || scale < 0) throw new RangeError(`The scale of a decimal is an integer of at least 0, not ${scale}.`)
    this.unscaled = unscaled
    this.scale = scale
  }

  /** Parses `-12.30`; throws a RangeError for other text. Numbers and bigints are taken by their shortest text. */
  static of(value: string | number | bigint): Decimal {
    const match = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(String(value).trim())
    if (match === null) throw new RangeError(`${shown(value)} is not a decimal number.`)
    const [, sign, whole = '', fraction = '', exponent = '0'] = match
    const unscaled = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n)
    const scale = fraction.length - Number(exponent)
    return scale < 0 ? new Decimal(unscaled * 10n ** BigInt(-scale), 0) : new Decimal(unscaled, scale)
  }

  /** The same number with another scale; throws a RangeError if digits would be lost. */
  withScale(scale: number): Decimal {
    if (scale >= this.scale) return scale === this.scale ? this : new Decimal(this.unscaled * 10n ** BigInt(scale - this.scale), scale)
    const divisor = 10n ** BigInt(this.scale - scale)
    if (this.unscaled % divisor !== 0n) throw new RangeError(`${this} has more than ${scale} digits after the point.`)
    return new Decimal(this.unscaled / divisor, scale)
  }

  /** Negative, zero or positive, as this is less than, equal to or greater than the other; 1.0 equals 1.00. */
  compare(other: Decimal): number {
    const scale = Math.max(this.scale, other.scale)
    const [a, b] = [this.withScale(scale).unscaled, other.withScale(scale).unscaled]
    return a < b ? -1 : a > b ? 1 : 0
  }

  /** The nearest number. */
  toNumber(): number {
    return Number(this.toString())
  }

  /** `-12.30`: all digits of the scale. */
  toString(): string {
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString().padStart(this.scale + 1, '0')
    const sign = this.unscaled < 0n ? '-' : ''
    return this.scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`
  }

  toJSON(): string {
    return this.toString()
  }
}

/** The unscaled value for a schema's precision and scale; loses no digit (as Avro's Java, which pads the scale but never rounds). */
export function unscaledFor(value: Decimal, precision: number, scale: number): bigint {
  if (!(value instanceof Decimal)) throw new AvroError(`expected a Decimal, got ${shown(value)}`)
  let unscaled: bigint
  try {
    unscaled = value.withScale(scale).unscaled
  } catch (error) {
    throw new AvroError((error as Error).message)
  }
  const limit = 10n ** BigInt(precision)
  if (unscaled >= limit || unscaled <= -limit) throw new AvroError(`${value} has more than the ${precision} digits of the schema`)
  return unscaled
}

/** The shortest two's complement of an integer, big endian, as Java's `BigInteger.toByteArray`. */
export function bytesOfInteger(value: bigint): Uint8Array {
  const magnitude = value < 0n ? -value - 1n : value
  const hex = magnitude.toString(16)
  // One bit more than the magnitude has, for the sign.
  const size = magnitude === 0n ? 1 : (hex.length * 4 - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28 + 8) >> 3
  return sized(value, size)
}

/** Two's complement of `size` bytes, big endian; an error if it does not fit. */
export function sizedBytesOfInteger(value: bigint, size: number): Uint8Array {
  if (BigInt.asIntN(size * 8, value) !== value) throw new AvroError(`${value} does not fit into ${size} bytes`)
  return sized(value, size)
}

/** The integer of two's complement bytes, big endian. */
export function integerOfBytes(bytes: Uint8Array): bigint {
  if (bytes.length === 0) throw new AvroError('a decimal of no bytes')
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`))
}

function sized(value: bigint, size: number): Uint8Array {
  const hex = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0')
  return Buffer.from(hex, 'hex')
}
