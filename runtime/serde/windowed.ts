import { StreamError } from '../core/errors.js'
import type { Windowed } from '../core/record.js'
import { readLong, writeLong } from './primitives.js'
import { around } from './registry.js'
import type { Serde } from './serde.js'

/**
 * Keys within a time window, as Kafka Streams' `TimeWindowedSerializer`: the key's bytes, then the window's start (8 bytes, big endian).
 * The bytes do not tell the end, so `sizeMs` must.
 */
export function timeWindowedSerde<K>(key: Serde<K>, sizeMs: number): Serde<Windowed<K>> {
  return around(key, (inner) => timeWindowed(inner, sizeMs))
}

function timeWindowed<K>(key: Serde<K>, sizeMs: number): Serde<Windowed<K>> {
  const name = `windowed ${key.name}`
  return {
    name,
    serialize(value) {
      const inner = key.serialize(value.key)
      const bytes = Buffer.allocUnsafe(inner.length + 8)
      bytes.set(inner)
      putTime(name, bytes, inner.length, value.start)
      return bytes
    },
    deserialize(bytes) {
      const length = keyLength(name, bytes, 8)
      const start = getTime(name, bytes, length)
      return { key: key.deserialize(bytes.subarray(0, length)), start, end: Math.min(start + sizeMs, Number.MAX_SAFE_INTEGER) }
    },
    ...ofKey(key, 8),
  }
}

/**
 * Keys within a session, as Kafka Streams' `SessionWindowedSerializer`: the key's bytes, then the session's end and its start
 * (8 bytes each, big endian; both inclusive).
 */
export function sessionWindowedSerde<K>(key: Serde<K>): Serde<Windowed<K>> {
  return around(key, sessionWindowed)
}

function sessionWindowed<K>(key: Serde<K>): Serde<Windowed<K>> {
  const name = `session ${key.name}`
  return {
    name,
    serialize(value) {
      const inner = key.serialize(value.key)
      const bytes = Buffer.allocUnsafe(inner.length + 16)
      bytes.set(inner)
      putTime(name, bytes, inner.length, value.end)
      putTime(name, bytes, inner.length + 8, value.start)
      return bytes
    },
    deserialize(bytes) {
      const length = keyLength(name, bytes, 16)
      const end = getTime(name, bytes, length)
      const start = getTime(name, bytes, length + 8)
      if (end < start) throw new StreamError('DESERIALIZATION', `${name}: the session ends (${end}) before it starts (${start})`)
      return { key: key.deserialize(bytes.subarray(0, length)), start, end }
    },
    ...ofKey(key, 16),
  }
}

function ofKey<K>(key: Serde<K>, suffix: number): Pick<Serde, 'prepare' | 'parts' | 'isForeign'> {
  return {
    parts: [key],
    ...(key.isForeign && { isForeign: (bytes) => key.isForeign!(bytes) }),
    ...(key.prepare && { prepare: (bytes) => key.prepare!(bytes.subarray(0, Math.max(0, bytes.length - suffix))) }),
  }
}

function keyLength(name: string, bytes: Uint8Array, suffix: number): number {
  if (bytes.length < suffix)
    throw new StreamError('DESERIALIZATION', `${name}: ${bytes.length} bytes, fewer than the ${suffix} of its window`)
  return bytes.length - suffix
}

function putTime(name: string, bytes: Uint8Array, at: number, time: number): void {
  if (!Number.isSafeInteger(time) || time < 0) throw new StreamError('SERIALIZATION', `${name}: ${time} is not a time of a window`)
  writeLong(bytes, at, time)
}

function getTime(name: string, bytes: Uint8Array, at: number): number {
  const time = readLong(name, bytes, at)
  if (time < 0) throw new StreamError('DESERIALIZATION', `${name}: ${time} is not a time of a window`)
  return time
}
