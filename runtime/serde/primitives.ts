import { StreamError } from '../core/errors.js'
import type { Serde } from './serde.js'
import { lossyUtf8 } from './utf8.js'

/** Kafka's own serdes, byte for byte as `org.apache.kafka.common.serialization` writes them: UTF-8, and numbers big endian. */

/** UTF-8, as Kafka's `StringSerializer`: an unpaired surrogate becomes `?`, bytes that are not UTF-8 become U+FFFD. */
export const stringSerde: Serde<string> = {
  name: 'string',
  isExact: (value) => typeof value === 'string' && value.isWellFormed(),
  serialize(value) {
    if (typeof value !== 'string') throw refused('string', value)
    return Buffer.from(value.isWellFormed() ? value : value.replaceAll(loneSurrogates, '?'), 'utf8')
  },
  deserialize: lossyUtf8,
}

/** Two bytes, -32768 to 32767. */
export const shortSerde: Serde<number> = {
  name: 'short',
  isExact: (value) => (value << 16) >> 16 === value && !Object.is(value, -0),
  serialize(value) {
    if ((value << 16) >> 16 !== value) throw refused('short', value)
    const bytes = Buffer.allocUnsafe(2)
    bytes.writeInt16BE(value)
    return bytes
  },
  deserialize(bytes) {
    expectSize('short', bytes, 2)
    return (((bytes[0]! << 8) | bytes[1]!) << 16) >> 16
  },
}

/** Four bytes, a 32-bit integer. */
export const intSerde: Serde<number> = {
  name: 'int',
  isExact: (value) => (value | 0) === value && !Object.is(value, -0),
  serialize(value) {
    if ((value | 0) !== value) throw refused('int', value)
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeInt32BE(value)
    return bytes
  },
  deserialize(bytes) {
    expectSize('int', bytes, 4)
    return int32At(bytes, 0)
  },
}

/** Eight bytes, a 64-bit integer; an error, never a rounded number, beyond ±(2^53 − 1). */
export const longSerde: Serde<number> = {
  name: 'long',
  isExact: (value) => Number.isSafeInteger(value) && !Object.is(value, -0),
  serialize(value) {
    if (!Number.isSafeInteger(value)) throw refused('long', value)
    const bytes = Buffer.allocUnsafe(8)
    writeLong(bytes, 0, value)
    return bytes
  },
  deserialize(bytes) {
    expectSize('long', bytes, 8)
    return readLong('long', bytes, 0)
  },
}

/** Four bytes, IEEE 754; a number is rounded to the nearest float. */
export const floatSerde: Serde<number> = {
  name: 'float',
  serialize(value) {
    if (typeof value !== 'number') throw refused('float', value)
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeFloatBE(value)
    return bytes
  },
  deserialize(bytes) {
    expectSize('float', bytes, 4)
    return asBuffer(bytes).readFloatBE(0)
  },
}

/** Eight bytes, IEEE 754. */
export const doubleSerde: Serde<number> = {
  name: 'double',
  isExact: (value) => typeof value === 'number' && !Number.isNaN(value),
  serialize(value) {
    if (typeof value !== 'number') throw refused('double', value)
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeDoubleBE(value)
    return bytes
  },
  deserialize(bytes) {
    expectSize('double', bytes, 8)
    return asBuffer(bytes).readDoubleBE(0)
  },
}

/** One byte, 1 or 0; any other is an error, as in Kafka. */
export const booleanSerde: Serde<boolean> = {
  name: 'boolean',
  isExact: (value) => typeof value === 'boolean',
  serialize(value) {
    if (typeof value !== 'boolean') throw refused('boolean', value)
    return Buffer.from([value ? 1 : 0])
  },
  deserialize(bytes) {
    expectSize('boolean', bytes, 1)
    if (bytes[0]! > 1) throw new StreamError('DESERIALIZATION', `boolean: the byte is ${bytes[0]}, neither 0 nor 1`)
    return bytes[0] === 1
  },
}

/** The bytes as they are; copied, since neither side may keep the other's. */
export const bytesSerde: Serde<Uint8Array> = {
  name: 'bytes',
  serialize(value) {
    if (!(value instanceof Uint8Array)) throw refused('bytes', value)
    return Uint8Array.prototype.slice.call(value)
  },
  deserialize: (bytes) => new Uint8Array(bytes),
}

/** The 36 characters of a UUID in lower case, as Kafka's `UUIDSerializer`. */
export const uuidSerde: Serde<string> = {
  name: 'uuid',
  serialize(value) {
    if (typeof value !== 'string' || !uuid.test(value)) throw refused('uuid', value)
    return Buffer.from(value.toLowerCase(), 'latin1')
  },
  deserialize(bytes) {
    const text = asBuffer(bytes).toString('latin1')
    if (!uuid.test(text)) throw new StreamError('DESERIALIZATION', `uuid: ${JSON.stringify(text.slice(0, 40))} is not a UUID`)
    return text.toLowerCase()
  },
}

const loneSurrogates = /\p{Surrogate}/gu

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Writes a safe integer as 64 bits big endian. */
export function writeLong(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000)
  bytes[at] = high >> 24
  bytes[at + 1] = high >> 16
  bytes[at + 2] = high >> 8
  bytes[at + 3] = high
  bytes[at + 4] = value >>> 24
  bytes[at + 5] = value >>> 16
  bytes[at + 6] = value >>> 8
  bytes[at + 7] = value
}

/** Reads 64 bits big endian; throws DESERIALIZATION beyond ±(2^53 − 1), naming the serde. */
export function readLong(name: string, bytes: Uint8Array, at: number): number {
  const value = int32At(bytes, at) * 0x1_0000_0000 + (int32At(bytes, at + 4) >>> 0)
  if (!Number.isSafeInteger(value)) {
    const exact = asBuffer(bytes).readBigInt64BE(at)
    throw new StreamError('DESERIALIZATION', `${name}: ${exact} is beyond ±(2^53 − 1), which a number cannot hold`)
  }
  return value
}

function int32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function expectSize(name: string, bytes: Uint8Array, size: number): void {
  if (bytes.length === size) return
  throw new StreamError('DESERIALIZATION', `${name}: ${bytes.length} bytes where ${size} are expected`, {
    hint: `The topic or store was written with another serde than Kafka's for ${name}.`,
  })
}

function refused(name: string, value: unknown): StreamError {
  const shown = typeof value === 'object' ? (value === null ? 'null' : 'an object') : `${typeof value} ${String(value).slice(0, 80)}`
  return new StreamError('SERIALIZATION', `${name}: ${shown} is not a value of this type`)
}
