import { AvroError, shown } from './avro-error.js'
import { Decimal, integerOfBytes } from './decimal.js'
import type { Duration } from './logical-types.js'
import { isUuid } from './writer.js'

/** Items that take no bytes (nulls, empty records) that one message may have: their number is not bounded by its size. */
const maxEmptyItems = 1 << 20

/**
 * Reads Avro's binary encoding (Avro 1.12, "Binary Encoding"). Bad bytes throw an `AvroError`: nothing is read beyond the end, and nothing
 * allocated that the bytes do not pay for.
 */
export class Reader {
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0
  #end = 0
  #emptyItems = 0

  /** Starts at the first byte, or at `from`. */
  reset(bytes: Uint8Array, from = 0): void {
    this.#bytes = bytes
    this.#at = from
    this.#end = bytes.length
    this.#emptyItems = 0
  }

  /** Refuses bytes that are left over. */
  finish(): void {
    const left = this.#end - this.#at
    if (left > 0) throw new AvroError(`${left} ${left === 1 ? 'byte is' : 'bytes are'} left over after the end of the value`)
  }

  null(): null {
    return null
  }

  boolean(): boolean {
    if (this.#at >= this.#end) throw ended()
    const byte = this.#bytes[this.#at++]!
    if (byte > 1) throw new AvroError(`the byte of a boolean is ${byte}, neither 0 nor 1`)
    return byte === 1
  }

  int(): number {
    const at = this.#at
    if (at < this.#end) {
      const byte = this.#bytes[at]!
      if (byte < 128) {
        this.#at = at + 1
        return (byte >>> 1) ^ -(byte & 1)
      }
    }
    return this.#longInt()
  }

  #longInt(): number {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#next()
      value |= (byte & 127) << shift
      if (byte < 128) return (value >>> 1) ^ -(value & 1)
    }
    const last = this.#next()
    if (last > 15) throw new AvroError('an int of more than 32 bits')
    value |= last << 28
    return (value >>> 1) ^ -(value & 1)
  }

  /** A long within ±(2^53 − 1); an error, never a rounded number, beyond. */
  long(): number {
    const at = this.#at
    if (at < this.#end) {
      const byte = this.#bytes[at]!
      if (byte < 128) {
        this.#at = at + 1
        return (byte >>> 1) ^ -(byte & 1)
      }
    }
    const low = this.#group()
    if (!this.#more) return (low >>> 1) ^ -(low & 1)
    // 28 bits a group: the sign, then 27 + 28 bits of value; a third group is out of a number's range unless it is empty.
    const middle = this.#group()
    const half = (low >>> 1) + middle * 0x8000000
    const high = this.#more ? this.#lastBytes() : 0
    const value = (low & 1) === 0 ? half : -half - 1
    if (high === 0 && Number.isSafeInteger(value)) return value
    throw new AvroError(`the long ${exact(low, middle, high)} is beyond ±(2^53 − 1), which a number cannot hold`)
  }

  /** A long of all 64 bits. */
  bigint(): bigint {
    const low = this.#group()
    if (!this.#more) return BigInt((low >>> 1) ^ -(low & 1))
    const middle = this.#group()
    const high = this.#more ? this.#lastBytes() : 0
    const half = (low >>> 1) + middle * 0x8000000
    const value = (low & 1) === 0 ? half : -half - 1
    return high === 0 && Number.isSafeInteger(value) ? BigInt(value) : exact(low, middle, high)
  }

  /** Did the last group end with the mark that more bytes follow? */
  #more = false

  /** Up to four bytes of a varint, 28 bits. */
  #group(): number {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#next()
      value |= (byte & 127) << shift
      if (byte < 128) {
        this.#more = false
        return value
      }
    }
    this.#more = true
    return value
  }

  /** The ninth and tenth byte of a varint, 8 bits. */
  #lastBytes(): number {
    const ninth = this.#next()
    if (ninth < 128) return ninth
    const tenth = this.#next()
    if (tenth > 1) throw new AvroError('a long of more than 64 bits')
    return (ninth & 127) | (tenth << 7)
  }

  #next(): number {
    if (this.#at >= this.#end) throw ended()
    return this.#bytes[this.#at++]!
  }

  float(): number {
    return readFloatLE.call(this.#bytes, this.#take(4))
  }

  double(): number {
    return readDoubleLE.call(this.#bytes, this.#take(8))
  }

  string(): string {
    const length = this.#length()
    const start = this.#take(length)
    const end = start + length
    // Very short ones are faster made here than by a call out of JavaScript.
    if (length <= 8) {
      const bytes = this.#bytes
      let text = ''
      let at = start
      for (; at < end; at += 1) {
        const byte = bytes[at]!
        if (byte > 127) break
        text += String.fromCharCode(byte)
      }
      if (at === end) return text
    }
    const text = utf8Slice.call(this.#bytes, start, end)
    // The replacement character is in the text or stands for what is not UTF-8; only a second, stricter look can tell.
    return text.includes('\ufffd') ? this.#strictly(start, end) : text
  }

  #strictly(start: number, end: number): string {
    try {
      return strict.decode(this.#bytes.subarray(start, end))
    } catch {
      throw new AvroError('a string that is not UTF-8')
    }
  }

  bytes(): Uint8Array {
    return this.fixed(this.#length())
  }

  fixed(size: number): Uint8Array {
    const start = this.#take(size)
    return new Uint8Array(this.#bytes.subarray(start, start + size))
  }

  /** The index of a branch of a union of `count`. */
  branch(count: number): number {
    const index = this.int()
    if (index < 0 || index >= count) throw new AvroError(`the index ${index} is not of a union of ${count}`)
    return index
  }

  symbol<T extends string>(symbols: readonly T[]): T {
    return symbols[this.index(symbols.length)]!
  }

  /** The index of a symbol of an enum of `count`. */
  index(count: number): number {
    const index = this.int()
    if (index < 0 || index >= count) throw new AvroError(`the index ${index} is not of an enum of ${count} symbols`)
    return index
  }

  array<T>(item: (input: Reader) => T): T[] {
    const items: T[] = []
    for (let count = this.block(); count > 0; count = this.block()) {
      for (let left = count; left > 0; left -= 1) {
        const start = this.#at
        items.push(item(this))
        if (this.#at === start) this.emptyItem()
      }
    }
    return items
  }

  map<T>(value: (input: Reader) => T): Map<string, T> {
    const entries = new Map<string, T>()
    for (let count = this.block(); count > 0; count = this.block()) {
      for (let left = count; left > 0; left -= 1) entries.set(this.string(), value(this))
    }
    return entries
  }

  /** The number of items of the next block of an array or map; 0 at its end. */
  block(): number {
    const count = this.long()
    if (count >= 0) return count
    const size = this.long()
    if (size < 0 || size > this.#end - this.#at) throw new AvroError(`a block of ${size} bytes where ${this.#end - this.#at} are left`)
    return -count
  }

  /** Counts an item that took no bytes. */
  emptyItem(): void {
    this.#emptyItems += 1
    if (this.#emptyItems > maxEmptyItems) throw new AvroError(`more than ${maxEmptyItems} items that take no bytes`)
  }

  decimal(scale: number): Decimal {
    return new Decimal(integerOfBytes(this.bytes()), scale)
  }

  fixedDecimal(size: number, scale: number): Decimal {
    return new Decimal(integerOfBytes(this.fixed(size)), scale)
  }

  /** The scale is in the bytes, behind the unscaled value (Avro 1.12, "Decimal", scalable precision; as `Conversions.BigDecimalConversion` writes it). */
  bigDecimal(): Decimal {
    const size = this.#length()
    const end = this.#at + size
    if (size > this.#end - this.#at) throw ended()
    const unscaled = integerOfBytes(this.bytes())
    const scale = this.int()
    if (this.#at !== end) throw new AvroError(`a decimal with its scale in other than its ${size} bytes`)
    return new Decimal(unscaled, scale)
  }

  uuid(): string {
    const text = this.string()
    if (!isUuid(text)) throw new AvroError(`${shown(text)} is not a UUID`)
    return text
  }

  fixedUuid(): string {
    const start = this.#take(16)
    const hex = Buffer.from(this.#bytes.subarray(start, start + 16)).toString('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }

  duration(): Duration {
    const at = this.#take(12)
    const bytes = this.#bytes
    return { months: readUInt32LE.call(bytes, at), days: readUInt32LE.call(bytes, at + 4), milliseconds: readUInt32LE.call(bytes, at + 8) }
  }

  /** Passes over bytes. */
  skip(size: number): void {
    this.#take(size)
  }

  /** Passes over a string or bytes. */
  skipBytes(): void {
    this.#take(this.#length())
  }

  #length(): number {
    const length = this.long()
    if (length < 0) throw new AvroError(`a length of ${length}`)
    return length
  }

  /** Passes over bytes, and returns where they start. */
  #take(size: number): number {
    const start = this.#at
    if (size > this.#end - start) throw ended()
    this.#at = start + size
    return start
  }
}

/** Buffer's methods, which take any Uint8Array: to make a Buffer of one costs more than a call. */
const { readFloatLE, readDoubleLE, readUInt32LE } = Buffer.prototype as unknown as {
  readonly [name in 'readFloatLE' | 'readDoubleLE' | 'readUInt32LE']: (this: Uint8Array, at: number) => number
}

/** `toString('utf8')` without its look at the arguments, if this engine has it. */
const utf8Slice: (this: Uint8Array, start: number, end: number) => string =
  (Buffer.prototype as { utf8Slice?: (start: number, end: number) => string }).utf8Slice ??
  function (start, end) {
    return Buffer.from(this.buffer, this.byteOffset, this.length).toString('utf8', start, end)
  }

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function exact(low: number, middle: number, high: number): bigint {
  const zigzag = BigInt(low) | (BigInt(middle) << 28n) | (BigInt(high) << 56n)
  return (zigzag >> 1n) ^ -(zigzag & 1n)
}

function ended(): AvroError {
  return new AvroError('the bytes end within the value')
}
