/** Reads the types of Kafka's protocol; a length that points outside of the buffer is a RangeError. */
export class Reader {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  int8(): number {
    const value = this.bytes.readInt8(this.at)
    this.at += 1
    return value
  }

  int16(): number {
    const value = this.bytes.readInt16BE(this.at)
    this.at += 2
    return value
  }

  int32(): number {
    const value = this.bytes.readInt32BE(this.at)
    this.at += 4
    return value
  }

  int64(): number {
    const value = readInt64(this.bytes, this.at)
    this.at += 8
    return value
  }

  string(): string | null {
    const size = this.int16()
    return size < 0 ? null : this.take(size).toString('utf8')
  }

  /** Bytes with a length of 32 bits, without copying; null for −1. */
  sized(): Buffer | null {
    const size = this.int32()
    return size < 0 ? null : this.take(size)
  }

  /** An array with its length in 32 bits; null, which is −1, reads as empty. */
  array<T>(read: () => T): T[] {
    const count = this.int32()
    const items: T[] = []
    for (let index = 0; index < count; index += 1) items.push(read())
    return items
  }

  /** As lengths are in flexible versions (KIP-482). */
  uvarint(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes.readUInt8(this.at)
      this.at += 1
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }

  compactString(): string | null {
    const size = this.uvarint() - 1
    return size < 0 ? null : this.take(size).toString('utf8')
  }

  /** Null reads as empty. */
  compactArray<T>(read: () => T): T[] {
    const count = this.uvarint() - 1
    const items: T[] = []
    for (let index = 0; index < count; index += 1) items.push(read())
    return items
  }

  /** Passes tagged fields, of which none is asked for. */
  tags(): void {
    for (let left = this.uvarint(); left > 0; left -= 1) {
      this.uvarint()
      this.take(this.uvarint())
    }
  }

  take(size: number): Buffer {
    const end = this.at + size
    if (size < 0 || end > this.bytes.length) throw new RangeError(`${size} bytes at ${this.at} of ${this.bytes.length}`)
    const taken = this.bytes.subarray(this.at, end)
    this.at = end
    return taken
  }
}

/** 64 bits as a number; a RangeError for what JavaScript cannot count exactly. */
export function readInt64(bytes: Buffer, at: number): number {
  const value = bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`${bytes.readBigInt64BE(at)} is outside of the safe integers`)
  }
  return value
}
