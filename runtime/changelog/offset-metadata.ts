/**
 * The metadata of a committed offset, in Kafka Streams' own format (`TopicPartitionMetadata`, version 2): base 64 of the version, the
 * partition's time, and named numbers of 64 bits. What a task knows beside its stores survives a restart by it.
 */
export interface OffsetMetadata {
  /** The highest timestamp processed of the partition; -1: unknown. */
  readonly partitionTime: number
  /** Integers and infinities. */
  readonly numbers: ReadonlyMap<string, number>
}

const version = 2
const unknown: OffsetMetadata = { partitionTime: -1, numbers: new Map() }

export interface NamedNumber {
  readonly name: string
  /** An integer, or an infinity. */
  readonly value: number
}

/** Encodes the metadata of one commit after the other: the same numbers each time, with the values that they have then. */
export class OffsetMetadataEncoder {
  readonly #numbers: readonly NamedNumber[]
  readonly #bytes: Buffer
  /** Where each number's value is written. */
  readonly #places: readonly number[]

  constructor(numbers: readonly NamedNumber[]) {
    this.#numbers = numbers
    const names = numbers.map(({ name }) => Buffer.from(name))
    this.#bytes = Buffer.alloc(names.reduce((size, name) => size + 4 + name.length + 8, names.length === 0 ? 9 : 13))
    this.#bytes[0] = version
    if (names.length > 0) this.#bytes.writeInt32BE(names.length, 9)
    let at = 13
    this.#places = names.map((name) => {
      this.#bytes.writeInt32BE(name.length, at)
      this.#bytes.set(name, at + 4)
      const place = at + 4 + name.length
      at = place + 8
      return place
    })
  }

  encode(partitionTime: number): string {
    putLong(this.#bytes, 1, partitionTime)
    for (let index = 0; index < this.#numbers.length; index++) putLong(this.#bytes, this.#places[index]!, this.#numbers[index]!.value)
    return this.#bytes.toString('base64')
  }
}

/** Of anything else than such metadata: unknown. */
export function decodeOffsetMetadata(text: string | undefined): OffsetMetadata {
  if (text === undefined || text === '') return unknown
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length < 9 || (bytes[0] !== version && bytes[0] !== 1)) return unknown
  const partitionTime = fromLong(bytes.readBigInt64BE(1))
  return { partitionTime, numbers: bytes[0] === version ? readNumbers(bytes) : unknown.numbers }
}

function readNumbers(bytes: Buffer): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>()
  if (bytes.length < 13) return numbers
  let at = 13
  for (let left = bytes.readInt32BE(9); left > 0 && at + 4 <= bytes.length; left--) {
    const valueAt = at + 4 + bytes.readInt32BE(at)
    if (valueAt < at + 4 || valueAt + 8 > bytes.length) break
    numbers.set(bytes.toString('utf8', at + 4, valueAt), fromLong(bytes.readBigInt64BE(valueAt)))
    at = valueAt + 8
  }
  return numbers
}

const maxLong = 2n ** 63n - 1n
const minLong = -(2n ** 63n)

function putLong(bytes: Buffer, at: number, value: number): void {
  if (Number.isSafeInteger(value)) {
    bytes.writeInt32BE(Math.floor(value / 0x1_0000_0000), at)
    bytes.writeUInt32BE(value >>> 0, at + 4)
  } else {
    bytes.writeBigInt64BE(value > 0 ? maxLong : minLong, at)
  }
}

function fromLong(value: bigint): number {
  if (value === maxLong) return Number.POSITIVE_INFINITY
  return value === minLong ? Number.NEGATIVE_INFINITY : Number(value)
}
