import { StreamError } from '../../core/errors.js'
import { type Header, Headers } from '../../core/headers.js'
import type { RecordOrigin } from '../../core/record.js'
import { writeLong } from '../../serde/primitives.js'
import type { Serde } from '../../serde/serde.js'

/** A record held back: where it came from, and its values (new, old, …) as bytes. */
export interface BufferedRecord {
  /** Its place in the buffer, milliseconds. */
  readonly time: number
  readonly origin: RecordOrigin
  readonly values: readonly (Uint8Array | null)[]
}

/** For records of this key and these values; the key stands in the buffer's own. */
export function bufferedRecordsOf(key: Serde, value: Serde): Serde<BufferedRecord> {
  return { ...bufferedRecordSerde, parts: [key, value] }
}

/** Big endian: time, timestamp, offset, then lengths (4 bytes, -1 for null) before each of topic, headers and values. */
export const bufferedRecordSerde: Serde<BufferedRecord> = {
  name: 'buffered record',
  serialize({ time, origin, values }) {
    const { metadata, timestamp, headers } = origin
    const topic = metadata === undefined ? null : Buffer.from(metadata.topic, 'utf8')
    const list = headers.toArray()
    const parts: (Uint8Array | null)[] = [topic]
    for (const { key, value } of list) parts.push(Buffer.from(key, 'utf8'), value)
    parts.push(...values)
    let size = fixedSize
    for (const part of parts) size += 4 + (part === null ? 0 : part.length)
    const bytes = Buffer.allocUnsafe(size)
    writeLong(bytes, 0, time)
    writeLong(bytes, 8, timestamp)
    writeLong(bytes, 16, metadata?.offset ?? -1)
    bytes.writeInt32BE(metadata?.partition ?? -1, 24)
    bytes.writeInt32BE(list.length, 28)
    let at = fixedSize
    for (const part of parts) {
      bytes.writeInt32BE(part === null ? -1 : part.length, at)
      if (part !== null) bytes.set(part, at + 4)
      at += 4 + (part === null ? 0 : part.length)
    }
    return bytes
  },
  deserialize(data) {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    if (bytes.length < fixedSize + 4) throw damaged(bytes)
    const parts: (Uint8Array | null)[] = []
    for (let at = fixedSize; at < bytes.length; ) {
      const length = at + 4 <= bytes.length ? bytes.readInt32BE(at) : Number.NaN
      const end = at + 4 + Math.max(length, 0)
      if (!(end <= bytes.length)) throw damaged(bytes)
      parts.push(length < 0 ? null : new Uint8Array(bytes.subarray(at + 4, end)))
      at = end
    }
    const headerCount = bytes.readInt32BE(28)
    const first = 1 + 2 * headerCount
    if (headerCount < 0 || first > parts.length) throw damaged(bytes)
    const headers: Header[] = []
    for (let index = 0; index < headerCount; index += 1) {
      headers.push({ key: textOf(parts[1 + 2 * index]!), value: parts[2 + 2 * index]! })
    }
    const [topic] = parts
    const metadata = topic === null ? undefined : { topic: textOf(topic!), partition: bytes.readInt32BE(24), offset: longAt(bytes, 16) }
    return {
      time: longAt(bytes, 0),
      origin: { metadata, timestamp: longAt(bytes, 8), headers: Headers.of(headers) },
      values: parts.slice(first),
    }
  },
}

const fixedSize = 32

function longAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigInt64BE(at))
}

function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? '' : Buffer.from(bytes).toString('utf8')
}

function damaged(bytes: Buffer): StreamError {
  return new StreamError('DESERIALIZATION', `buffered record: ${bytes.length} bytes that do not end where they say`)
}

/**
 * What Kafka Streams takes a record of its context to cost in memory (`ProcessorRecordContext.residentMemorySizeEstimate`): bounds in bytes mean
 * the same here as there.
 */
export function originSize({ metadata, headers }: RecordOrigin): number {
  let size = 8 + 8 + 4 + (metadata?.topic.length ?? 0)
  for (const { key, value } of headers.toArray()) size += key.length + (value?.length ?? 0)
  return size
}
