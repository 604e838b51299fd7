import { AvroError, shown } from './avro-error.js'

/** Zeros beside the unscaled digits that text may have; scales that are farther off are written with an exponent, since bytes may hold any. */
const mostZeros = 100

/** A decimal number without loss, `unscaled × 10^-scale`: 12.30 is `{ unscaled: 1230n, scale: 2 }`. Immutable. */
export class Decimal {
  readonly unscaled: bigint
  /** Digits after the point; below 0, zeros before it that are not stored. An integer of 32 bits, as that of Java's `BigDecimal`. */
  readonly scale: number

  /** Throws a RangeError if `scale` is no integer of 32 bits. */
  constructor(unscaled: bigint, scale: number) {
    if ((scale | 0) !== scale) throw new RangeError(`The scale of a decimal is an integer of 32 bits, not ${scale}.`)
    this.unscaled = unscaled
    this.scale = scale
  }

  /** Parses `-12.30` and `1.5e3`; throws a RangeError for other text. Numbers and bigints are taken by their shortest text. */
  static of(value: string | number | bigint): Decimal {
    const match = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,10}))?$/.exec(String(value).trim())
    if (match === null) throw new RangeError(`${shown(value)} is not a decimal number.`)
    const [, sign, whole = '', fraction = '', exponent = '0'] = match
    const decimal = new Decimal(BigInt(whole + fraction) * (sign === '-' ? -1n : 1n), fraction.length - Number(exponent))
    return decimal.scale < 0 && decimal.scale >= -mostZeros ? decimal.withScale(0) : decimal
  }

  /** The same number with another scale; throws a RangeError if digits would be lost, or if there would be more than a bigint holds. */
  withScale(scale: number): Decimal {
    if (scale === this.scale) return this
    if (this.unscaled === 0n) return new Decimal(0n, scale)
    if (scale > this.scale) return new Decimal(this.unscaled * powerOfTen(scale - this.scale), scale)
    const dropped = this.scale - scale
    const divisor = dropped < this.precision ? powerOfTen(dropped) : undefined
    if (divisor === undefined || this.unscaled % divisor !== 0n)
      throw new RangeError(`${this} has more than ${scale} digits after the point.`)
    return new Decimal(this.unscaled / divisor, scale)
  }

  /** The exact sum, of the larger scale. Throws a RangeError as `of` and `withScale` do. */
  plus(other: Decimal | string | number | bigint): Decimal {
    const [a, b] = this.#alike(other)
    return new Decimal(a.unscaled + b.unscaled, a.scale)
  }

  /** The exact difference, of the larger scale. Throws a RangeError as `of` and `withScale` do. */
  minus(other: Decimal | string | number | bigint): Decimal {
    const [a, b] = this.#alike(other)
    return new Decimal(a.unscaled - b.unscaled, a.scale)
  }

  /** The exact product, whose scale is the sum of both. Throws a RangeError as `of` does, or if that is no scale. */
  times(other: Decimal | string | number | bigint): Decimal {
    const factor = toDecimal(other)
    return new Decimal(this.unscaled * factor.unscaled, this.scale + factor.scale)
  }

  /** Both with one scale. */
  #alike(value: Decimal | string | number | bigint): readonly [Decimal, Decimal] {
    const other = toDecimal(value)
    const scale = Math.max(this.scale, other.scale)
    return [this.withScale(scale), other.withScale(scale)]
  }

  /** Negative, zero or positive, as this is less than, equal to or greater than the other; 1.0 equals 1.00. */
  compare(value: Decimal | string | number | bigint): number {
    const other = toDecimal(value)
    if (this.scale === other.scale) return order(this.unscaled, other.unscaled)
    const [sign, otherSign] = [order(this.unscaled, 0n), order(other.unscaled, 0n)]
    if (sign !== otherSign || sign === 0) return order(sign, otherSign)
    const magnitude = order(this.precision - this.scale, other.precision - other.scale)
    if (magnitude !== 0) return magnitude * sign
    const [a, b] = this.#alike(other)
    return order(a.unscaled, b.unscaled)
  }

  /** Digits of the unscaled value; 1 of zero, as of Java's `BigDecimal`. */
  get precision(): number {
    return this.#magnitude.length
  }

  /** The digits of the unscaled value, without its sign. */
  get #magnitude(): string {
    return (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString()
  }

  /** The nearest number. */
  toNumber(): number {
    return Number(this.toString())
  }

  /** `-12.30`: all digits of the scale; with an exponent, `1e-200`, where that were more than 100 zeros beside the unscaled digits. */
  toString(): string {
    const sign = this.unscaled < 0n ? '-' : ''
    const digits = this.#magnitude
    const { scale } = this
    if (scale < -mostZeros || scale - digits.length > mostZeros) return `${sign}${digits}e${-scale}`
    if (scale <= 0) return `${sign}${digits}${'0'.repeat(digits === '0' ? 0 : -scale)}`
    const padded = digits.padStart(scale + 1, '0')
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
  }

  toJSON(): string {
    return this.toString()
  }
}

/** The unscaled value for a schema's precision and scale; loses no digit (as Avro's Java, which pads the scale but never rounds). */
export function unscaledFor(value: Decimal, precision: number, scale: number): bigint {
  if (!(value instanceof Decimal)) throw new AvroError(`expected a Decimal, got ${shown(value)}`)
  if (value.unscaled !== 0n && value.precision - value.scale + scale > precision)
    throw new AvroError(`${value} has more than the ${precision} digits of the schema`)
  let unscaled: bigint
  try {
    unscaled = value.withScale(scale).unscaled
  } catch (error) {
    throw new AvroError((error as Error).message)
  }
  return unscaled
}

function toDecimal(value: Decimal | string | number | bigint): Decimal {
  return value instanceof Decimal ? value : Decimal.of(value)
}

function powerOfTen(exponent: number): bigint {
  // 10^(2^28) is near to what a bigint holds, and takes seconds to get there.
  if (exponent > 1 << 22) throw new RangeError(`10^${exponent} has more digits than a decimal is worked out with.`)
  return 10n ** BigInt(exponent)
}

function order<T extends number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
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
