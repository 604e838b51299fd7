/** A buffer that grows, with the types of Kafka's protocol (all big endian; varints are zigzag LEB128, as in protobuf's sint). */
export class Writer {
  bytes: Buffer
  length = 0

  constructor(capacity = 256) {
    this.bytes = Buffer.allocUnsafeSlow(capacity)
  }

  /** What was written. */
  get written(): Buffer {
    return this.bytes.subarray(0, this.length)
  }

  reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + size))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }

  int8(value: number): this {
    this.reserve(1)
    this.length = this.bytes.writeInt8(value, this.length)
    return this
  }

  int16(value: number): this {
    this.reserve(2)
    this.length = this.bytes.writeInt16BE(value, this.length)
    return this
  }

  int32(value: number): this {
    this.reserve(4)
    this.length = this.bytes.writeInt32BE(value, this.length)
    return this
  }

  int64(value: number): this {
    this.reserve(8)
    this.length = this.bytes.writeBigInt64BE(BigInt(value), this.length)
    return this
  }

  /** UTF-8 with a length of 16 bits, −1 for null. */
  string(value: string | null): this {
    if (value === null) return this.int16(-1)
    const size = Buffer.byteLength(value)
    this.int16(size).reserve(size)
    this.length += this.bytes.write(value, this.length)
    return this
  }

  /** Bytes with a length of 32 bits, −1 for null. */
  sized(value: Uint8Array | null): this {
    return value === null ? this.int32(-1) : this.int32(value.length).raw(value)
  }

  raw(value: Uint8Array): this {
    this.reserve(value.length)
    this.bytes.set(value, this.length)
    this.length += value.length
    return this
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length)
    for (const item of items) write(item)
    return this
  }

  /** An unsigned varint, as lengths are in flexible versions (KIP-482). */
  uvarint(value: number): this {
    let rest = value
    for (; rest >= 0x80; rest >>>= 7) this.#byte((rest & 0x7f) | 0x80)
    return this.#byte(rest)
  }

  /** UTF-8 with its length plus 1 before it. */
  compactString(value: string): this {
    const bytes = Buffer.from(value)
    return this.uvarint(bytes.length + 1).raw(bytes)
  }

  compactArray<T>(items: readonly T[], write: (item: T) => void): this {
    this.uvarint(items.length + 1)
    for (const item of items) write(item)
    return this
  }

  /** No tagged fields. The first ones of a request are its header's. */
  tags(): this {
    return this.#byte(0)
  }

  #byte(value: number): this {
    this.reserve(1)
    this.bytes[this.length++] = value
    return this
  }
}

/** Bytes that `putVarint` takes for a value of 32 bits. */
export function sizeOfVarint(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  return zigzag < 0x80 ? 1 : zigzag < 0x4000 ? 2 : zigzag < 0x200000 ? 3 : zigzag < 0x10000000 ? 4 : 5
}

/** Writes a value of 32 bits at `at`; returns where it ends. */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  let end = at
  while (zigzag >= 0x80) {
    bytes[end++] = (zigzag & 0x7f) | 0x80
    zigzag >>>= 7
  }
  bytes[end++] = zigzag
  return end
}

const fitsInt32 = (value: number) => value === (value | 0)

/** Bytes that `putVarlong` takes for a safe integer. */
export function sizeOfVarlong(value: number): number {
  if (fitsInt32(value)) return sizeOfVarint(value)
  let size = 5
  for (let rest = zigzagOf(value) / 2 ** 35; rest >= 1; rest /= 0x80) size += 1
  return size
}

/** Writes a safe integer at `at`; returns where it ends. */
export function putVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (fitsInt32(value)) return putVarint(bytes, at, value)
  let zigzag = BigInt(value) << 1n
  if (value < 0) zigzag = ~zigzag
  let end = at
  while (zigzag >= 0x80n) {
    bytes[end++] = Number(zigzag & 0x7fn) | 0x80
    zigzag >>= 7n
  }
  bytes[end++] = Number(zigzag)
  return end
}

/** As a float: near 2^54 it is rounded, which never crosses a power of 2^7 downwards. */
function zigzagOf(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}
