import { AvroError, shown } from './avro-error.js'
import { bytesOfInteger, Decimal, sizedBytesOfInteger, unscaledFor } from './decimal.js'
import type { Duration } from './logical-types.js'

/**
 * Writes Avro's binary encoding (Avro 1.12, "Binary Encoding") into a buffer that grows. Every method checks its value and throws an `AvroError`
 * if it is not of the type: TypeScript cannot keep an undefined of untyped code away.
 */
export class Writer {
  #bytes = Buffer.allocUnsafeSlow(1024)
  /** The same memory, without Buffer's own `slice`. */
  #plain = new Uint8Array(this.#bytes.buffer)
  #length = 0

  /** Forgets what is written. */
  reset(): void {
    this.#length = 0
    if (this.#bytes.length > 1 << 20) this.#use(Buffer.allocUnsafeSlow(1024))
  }

  /** A copy of what is written. */
  finish(): Uint8Array {
    // Up to this size the engine keeps bytes on its heap, three times faster than Node's pool.
    if (this.#length <= 64) return this.#plain.slice(0, this.#length)
    const bytes = Buffer.allocUnsafe(this.#length)
    this.#bytes.copy(bytes, 0, 0, this.#length)
    return bytes
  }

  /** Bytes written. */
  get length(): number {
    return this.#length
  }

  /** Takes back what was written after `length`. */
  truncate(length: number): void {
    this.#length = length
  }

  null(value: null): void {
    if (value !== null) throw wrong('null', value)
  }

  boolean(value: boolean): void {
    if (value === true) this.#byte(1)
    else if (value === false) this.#byte(0)
    else throw wrong('a boolean', value)
  }

  int(value: number): void {
    if ((value | 0) !== value) throw wrong('an integer of 32 bits', value)
    this.#int(value)
  }

  /** An integer within ±(2^53 − 1). */
  long(value: number): void {
    if ((value | 0) === value) this.#int(value)
    else if (Number.isSafeInteger(value)) this.#long(value)
    else throw wrong('an integer within ±(2^53 − 1)', value)
  }

  /** An integer of 64 bits. */
  bigint(value: bigint): void {
    if (typeof value !== 'bigint') throw wrong('a bigint', value)
    if (value >= -0x80000000n && value <= 0x7fffffffn) this.#int(Number(value))
    else if (value >= minSafe && value <= maxSafe) this.#long(Number(value))
    else if (BigInt.asIntN(64, value) !== value) throw wrong('an integer of 64 bits', value)
    else {
      let rest = value < 0n ? -value * 2n - 1n : value * 2n
      this.#reserve(10)
      for (; rest > 127n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 128
      this.#bytes[this.#length++] = Number(rest)
    }
  }

  float(value: number): void {
    if (typeof value !== 'number') throw wrong('a number', value)
    this.#reserve(4)
    this.#length = this.#bytes.writeFloatLE(value, this.#length)
  }

  double(value: number): void {
    if (typeof value !== 'number') throw wrong('a number', value)
    this.#reserve(8)
    this.#length = this.#bytes.writeDoubleLE(value, this.#length)
  }

  string(value: string): void {
    if (typeof value !== 'string') throw wrong('a string', value)
    const { length } = value
    if (length < 64 && this.#ascii(value, length)) return
    const text = loneSurrogate.test(value) ? value.replaceAll(loneSurrogates, '?') : value
    const size = Buffer.byteLength(text)
    this.#int(size)
    this.#reserve(size)
    this.#length += this.#bytes.write(text, this.#length)
  }

  bytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw wrong('a Uint8Array', value)
    this.#int(value.length)
    this.#raw(value)
  }

  fixed(value: Uint8Array, size: number): void {
    if (!(value instanceof Uint8Array)) throw wrong('a Uint8Array', value)
    if (value.length !== size) throw new AvroError(`expected ${size} bytes, got ${value.length}`)
    this.#raw(value)
  }

  /** The index of a union's branch. */
  branch(index: number): void {
    this.#int(index)
  }

  /** Refuses a value that is of no branch of its union. */
  noBranch(value: never): never {
    const tagged: unknown = value
    const type = typeof tagged === 'object' && tagged !== null && 'type' in tagged ? `the type ${shown(tagged.type)}` : shown(tagged)
    throw new AvroError(`${type} is not of the union`)
  }

  symbol<T extends string>(indexes: ReadonlyMap<T, number>, value: T): void {
    const index = indexes.get(value)
    if (index === undefined) throw new AvroError(`${shown(value)} is not a symbol of the enum`)
    this.#int(index)
  }

  /** Starts an array, whose items are to be written, and then `end`. */
  array<T>(value: readonly T[]): readonly T[] {
    if (!Array.isArray(value)) throw wrong('an array', value)
    if (value.length > 0) this.#int(value.length)
    return value
  }

  /** Starts a map, whose keys and values are to be written in turn, and then `end`. */
  map<T>(value: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
    if (!(value instanceof Map)) throw wrong('a Map', value)
    if (value.size > 0) this.#int(value.size)
    return value
  }

  /** Ends an array or a map. */
  end(): void {
    this.#byte(0)
  }

  decimal(value: Decimal, precision: number, scale: number): void {
    this.bytes(bytesOfInteger(unscaledFor(value, precision, scale)))
  }

  fixedDecimal(value: Decimal, size: number, precision: number, scale: number): void {
    this.#raw(sizedBytesOfInteger(unscaledFor(value, precision, scale), size))
  }

  /** The scale goes into the bytes, behind the unscaled value (Avro 1.12, "Decimal", scalable precision; as `Conversions.BigDecimalConversion` writes it). */
  bigDecimal(value: Decimal): void {
    if (!(value instanceof Decimal)) throw wrong('a Decimal', value)
    const unscaled = bytesOfInteger(value.unscaled)
    this.#int(sizeOfInt(unscaled.length) + unscaled.length + sizeOfInt(value.scale))
    this.bytes(unscaled)
    this.#int(value.scale)
  }

  uuid(value: string): void {
    if (!isUuid(value)) throw wrong('a UUID', value)
    this.string(value)
  }

  fixedUuid(value: string): void {
    if (!isUuid(value)) throw wrong('a UUID', value)
    this.#raw(Buffer.from(value.replaceAll('-', ''), 'hex'))
  }

  duration(value: Duration): void {
    if (typeof value !== 'object' || value === null) throw wrong('a Duration', value)
    this.#reserve(12)
    for (const part of ['months', 'days', 'milliseconds'] as const) {
      const amount = value[part]
      if (amount >>> 0 !== amount) throw new AvroError(`expected an integer of 32 bits without sign, got ${shown(amount)}`).within(part)
      this.#length = this.#bytes.writeUInt32LE(amount, this.#length)
    }
  }

  /** Bytes as they are, without their length. */
  raw(value: Uint8Array): void {
    this.#raw(value)
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** A zigzag varint of 32 bits. */
  #int(value: number): void {
    this.#reserve(5)
    let rest = ((value << 1) ^ (value >> 31)) >>> 0
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#bytes[this.#length++] = rest
  }

  /** A zigzag varint of a safe integer: of value and sign apart, since doubling would lose a bit. */
  #long(value: number): void {
    this.#reserve(10)
    const sign = value < 0 ? 1 : 0
    const half = value < 0 ? -(value + 1) : value
    let rest = Math.floor(half / 64)
    this.#bytes[this.#length++] = ((half & 63) << 1) | sign | (rest === 0 ? 0 : 128)
    while (rest > 0x7fffffff) {
      this.#bytes[this.#length++] = (rest & 127) | 128
      rest = Math.floor(rest / 128)
    }
    if (rest === 0) return
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#bytes[this.#length++] = rest
  }

  /** Writes a short string of ASCII, most of what there is, without a call out of JavaScript; false if it is another. */
  #ascii(value: string, length: number): boolean {
    this.#reserve(length + 1)
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = length << 1
    for (let index = 0; index < length; index += 1) {
      const unit = value.charCodeAt(index)
      if (unit > 127) return false
      bytes[at++] = unit
    }
    this.#length = at
    return true
  }

  #raw(value: Uint8Array): void {
    this.#reserve(value.length)
    if (value.length > 32) this.#bytes.set(value, this.#length)
    else for (let index = 0; index < value.length; index += 1) this.#bytes[this.#length + index] = value[index]!
    this.#length += value.length
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + size))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#use(grown)
  }

  #use(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes
    this.#plain = new Uint8Array(bytes.buffer)
  }
}

const minSafe = BigInt(Number.MIN_SAFE_INTEGER)
const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)
const loneSurrogate = /\p{Surrogate}/u
const loneSurrogates = /\p{Surrogate}/gu
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Is it a UUID of 36 characters? */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value)
}

/** The index of each symbol of an enum. */
export function symbolIndexes<T extends string>(symbols: readonly T[]): ReadonlyMap<T, number> {
  return new Map(symbols.map((symbol, index) => [symbol, index]))
}

/** How many bytes an int takes. */
function sizeOfInt(value: number): number {
  return Math.ceil((32 - Math.clz32(((value << 1) ^ (value >> 31)) | 1)) / 7)
}

function wrong(expected: string, value: unknown): AvroError {
  return new AvroError(`expected ${expected}, got ${shown(value)}`)
}
