import { StreamError } from '../../core/errors.js'
import type { Change } from '../../core/record.js'
import type { Serde } from '../../serde/serde.js'
import { changeOf } from './change-forwarder.js'

/**
 * The changes of a grouped table on its repartition topic, as Kafka Streams' `ChangedSerializer`: one of `old 0`, `new 1` and
 * `length(new) new old 2`, the length a zigzag varint, the flag the last byte.
 */
export function changeSerde<V>(value: Serde<V>): Serde<Change<V>> {
  const name = `change of ${value.name}`
  return {
    name,
    serialize({ newValue, oldValue }) {
      if (newValue === null && oldValue === null) throw new StreamError('SERIALIZATION', `${name}: neither a new nor an old value`)
      if (newValue === null) return flagged(value.serialize(oldValue!), 0)
      if (oldValue === null) return flagged(value.serialize(newValue), 1)
      const newBytes = value.serialize(newValue)
      const oldBytes = value.serialize(oldValue)
      const length = varint(newBytes.length)
      const bytes = Buffer.allocUnsafe(length.length + newBytes.length + oldBytes.length + 1)
      bytes.set(length)
      bytes.set(newBytes, length.length)
      bytes.set(oldBytes, length.length + newBytes.length)
      bytes[bytes.length - 1] = 2
      return bytes
    },
    deserialize(bytes) {
      const end = bytes.length - 1
      switch (bytes[end]) {
        case 0:
          return changeOf(null, value.deserialize(bytes.subarray(0, end)))
        case 1:
          return changeOf<V>(value.deserialize(bytes.subarray(0, end)), null)
        case 2: {
          const { length, next } = readVarint(name, bytes)
          if (next + length > end) throw new StreamError('DESERIALIZATION', `${name}: ${bytes.length} bytes end within the new value`)
          return changeOf(value.deserialize(bytes.subarray(next, next + length)), value.deserialize(bytes.subarray(next + length, end)))
        }
        default:
          throw new StreamError('DESERIALIZATION', `${name}: the last byte is ${bytes[end]}, none of 0, 1, 2`)
      }
    },
    parts: [value],
    ...(value.prepare && { prepare: (bytes) => prepareBoth(value, bytes) }),
  }
}

function prepareBoth<V>(value: Serde<V>, bytes: Uint8Array): Promise<void> | undefined {
  const end = bytes.length - 1
  if (bytes[end] !== 2) return value.prepare!(bytes.subarray(0, Math.max(0, end)))
  const { length, next } = readVarint(value.name, bytes)
  const waits = [value.prepare!(bytes.subarray(next, next + length)), value.prepare!(bytes.subarray(next + length, end))]
  const open = waits.filter((wait) => wait !== undefined)
  return open.length === 0 ? undefined : Promise.all(open).then(() => undefined)
}

function flagged(value: Uint8Array, flag: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(value.length + 1)
  bytes.set(value)
  bytes[value.length] = flag
  return bytes
}

function varint(length: number): readonly number[] {
  const bytes: number[] = []
  let rest = length * 2
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest]
}

function readVarint(name: string, bytes: Uint8Array): { readonly length: number; readonly next: number } {
  let value = 0
  for (let at = 0; at < 5; at += 1) {
    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return { length: Math.floor(value / 2), next: at + 1 }
  }
  throw new StreamError('DESERIALIZATION', `${name}: the length of the new value does not end`)
}
