import { StreamError } from '../../core/errors.js'
import { readLong, writeLong } from '../../serde/primitives.js'
import type { Serde } from '../../serde/serde.js'

/** Records of an outer side that have met no partner yet: those of one key, side and timestamp are one entry. */
export interface UnmatchedKey {
  readonly timestamp: number
  readonly left: boolean
  readonly key: unknown
}

/** Timestamp (8 bytes), side (1 if left), key: entries go by time, the right side first, then by key, as in Kafka Streams. */
export function unmatchedKeySerde(key: Serde): Serde<UnmatchedKey> {
  const name = `unmatched ${key.name}`
  return {
    name,
    serialize(value) {
      const inner = key.serialize(value.key)
      const bytes = Buffer.allocUnsafe(9 + inner.length)
      writeLong(bytes, 0, value.timestamp)
      bytes[8] = value.left ? 1 : 0
      bytes.set(inner, 9)
      return bytes
    },
    deserialize(bytes) {
      if (bytes.length < 9) throw new StreamError('DESERIALIZATION', `${name}: ${bytes.length} bytes, fewer than the 9 of time and side`)
      return { timestamp: readLong(name, bytes, 0), left: bytes[8] === 1, key: key.deserialize(bytes.subarray(9)) }
    },
    parts: [key],
    ...(key.isForeign && { isForeign: (bytes) => key.isForeign!(bytes.subarray(9)) }),
  }
}

/** Values of one side, in order of arrival: 1 if they are the left side's, then each with its length (4 bytes) before it. */
export interface UnmatchedValues {
  readonly left: boolean
  readonly values: readonly unknown[]
}

export function unmatchedValuesSerde(left: Serde, right: Serde): Serde<UnmatchedValues> {
  const name = `unmatched ${left.name} or ${right.name}`
  return {
    name,
    serialize(entry) {
      const serde = entry.left ? left : right
      const parts = entry.values.map((value) => serde.serialize(value))
      const bytes = Buffer.allocUnsafe(parts.reduce((size, part) => size + 4 + part.length, 1))
      bytes[0] = entry.left ? 1 : 0
      let at = 1
      for (const part of parts) {
        bytes.writeInt32BE(part.length, at)
        bytes.set(part, at + 4)
        at += 4 + part.length
      }
      return bytes
    },
    deserialize(data) {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      const serde = bytes[0] === 1 ? left : right
      const values: unknown[] = []
      for (let at = 1; at < bytes.length; ) {
        const length = at + 4 <= bytes.length ? bytes.readInt32BE(at) : -1
        if (length < 0 || at + 4 + length > bytes.length)
          throw new StreamError('DESERIALIZATION', `${name}: a value does not end in its bytes`)
        values.push(serde.deserialize(bytes.subarray(at + 4, at + 4 + length)))
        at += 4 + length
      }
      return { left: bytes[0] === 1, values }
    },
    parts: [left, right],
  }
}
