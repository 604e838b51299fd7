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
  const head = Buffer.alloc(numbers.size === 0 ? 9 : 13)
  head.writeUInt8(version, 0)
  head.writeBigInt64BE(toLong(partitionTime), 1)
  if (numbers.size > 0) head.writeInt32BE(numbers.size, 9)
  const parts = [...numbers].map(([name, value]) => {
    const key = Buffer.from(name)
    const part = Buffer.alloc(4 + key.length + 8)
    part.writeInt32BE(key.length, 0)
    key.copy(part, 4)
    part.writeBigInt64BE(toLong(value), 4 + key.length)
    return part
  })
  return Buffer.concat([head, ...parts]).toString('base64')
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

function toLong(value: number): bigint {
  if (value === Number.POSITIVE_INFINITY) return maxLong
  return value === Number.NEGATIVE_INFINITY ? minLong : BigInt(value)
}

function fromLong(value: bigint): number {
  if (value === maxLong) return Number.POSITIVE_INFINITY
  return value === minLong ? Number.NEGATIVE_INFINITY : Number(value)
}
