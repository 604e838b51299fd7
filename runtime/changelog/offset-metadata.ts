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

export function encodeOffsetMetadata({ partitionTime, numbers }: OffsetMetadata): string {
  return offsetMetadataEncoder(numbers)(partitionTime)
}

/** Encodes the metadata of several partitions that share their numbers. */
export function offsetMetadataEncoder(numbers: ReadonlyMap<string, number>): (partitionTime: number) => string {
  const keys = [...numbers.keys()].map((name) => Buffer.from(name))
  const size = keys.reduce((sum, key) => sum + 4 + key.length + 8, keys.length === 0 ? 9 : 13)
  const bytes = Buffer.allocUnsafe(size)
  bytes[0] = version
  if (keys.length > 0) bytes.writeInt32BE(keys.length, 9)
  let at = 13
  let index = 0
  for (const value of numbers.values()) {
    const key = keys[index++]!
    bytes.writeInt32BE(key.length, at)
    bytes.set(key, at + 4)
    putLong(bytes, at + 4 + key.length, value)
    at += 4 + key.length + 8
  }
  return (partitionTime) => {
    putLong(bytes, 1, partitionTime)
    return bytes.toString('base64')
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
