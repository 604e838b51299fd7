import { StreamError } from '../../core/errors.js'
import type { Serde } from '../../serde/serde.js'

/** What the right side is to do about a left row (KIP-213). The numbers are Kafka Streams'. */
export const instruction = {
  /** Forget the row; it has another foreign key now, which answers. */
  deleteSilently: 0,
  /** Forget the row, and answer that it has no match. */
  deleteAndAnswer: 1,
  /** Remember the row, and answer in any case. */
  answer: 2,
  /** Remember the row, and answer if there is a match. */
  answerIfMatched: 3,
} as const

export type Instruction = (typeof instruction)[keyof typeof instruction]

/** A left row, as it is made known to the partition of its foreign key. */
export interface Subscription {
  /** Of the left row's bytes; null if it was deleted. */
  readonly hash: Uint8Array | null
  readonly instruction: Instruction
  readonly primaryKey: unknown
  /** Where the answer goes to. */
  readonly primaryPartition: number
}

/** Version and "no hash" (1 byte), instruction (1), hash (16), the key, its partition (4): as `SubscriptionWrapperSerde`. */
export function subscriptionSerde(primaryKey: Serde): Serde<Subscription> {
  const name = `subscription of ${primaryKey.name}`
  return {
    name,
    serialize(value) {
      const key = primaryKey.serialize(value.primaryKey)
      const start = value.hash === null ? 2 : 18
      const bytes = Buffer.allocUnsafe(start + key.length + 4)
      bytes[0] = value.hash === null ? version | noHash : version
      bytes[1] = value.instruction
      if (value.hash !== null) bytes.set(value.hash, 2)
      bytes.set(key, start)
      bytes.writeInt32BE(value.primaryPartition, start + key.length)
      return bytes
    },
    deserialize(data) {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      const start = (bytes[0] ?? 0) & noHash ? 2 : 18
      if (bytes.length < start + 4) throw new StreamError('DESERIALIZATION', `${name}: ${bytes.length} bytes are too few`)
      const told = bytes[1]!
      if (told > 3) throw new StreamError('DESERIALIZATION', `${name}: ${told} is no instruction`)
      return {
        hash: start === 2 ? null : new Uint8Array(bytes.subarray(2, 18)),
        instruction: told as Instruction,
        primaryKey: primaryKey.deserialize(bytes.subarray(start, bytes.length - 4)),
        primaryPartition: bytes.readInt32BE(bytes.length - 4),
      }
    },
    parts: [primaryKey],
  }
}

const version = 1
const noHash = 0x80

/** The right row of a left one, on its way back. */
export interface Answer {
  /** Of the left row that asked: if it has changed since, another answer is under way. */
  readonly hash: Uint8Array | null
  readonly value: unknown
  /** Not written: the answer lies in this partition. */
  readonly primaryPartition?: number
}

/**
 * "No hash" (1 byte), hash (16), the right row's bytes: as `SubscriptionResponseWrapperSerde`. No bytes mean no row there, so a row that is
 * written as no bytes at all (an empty text) counts as missing, as it does in Kafka Streams.
 */
export function answerSerde(value: Serde): Serde<Answer> {
  const name = `answer with ${value.name}`
  return {
    name,
    serialize(answer) {
      const row = answer.value === null ? emptyBytes : value.serialize(answer.value)
      const start = answer.hash === null ? 1 : 17
      const bytes = Buffer.allocUnsafe(start + row.length)
      bytes[0] = answer.hash === null ? noHash : 0
      if (answer.hash !== null) bytes.set(answer.hash, 1)
      bytes.set(row, start)
      return bytes
    },
    deserialize(bytes) {
      const start = (bytes[0] ?? 0) & noHash ? 1 : 17
      if (bytes.length < start) throw new StreamError('DESERIALIZATION', `${name}: ${bytes.length} bytes are too few`)
      return {
        hash: start === 1 ? null : new Uint8Array(bytes.subarray(1, 17)),
        value: bytes.length === start ? null : value.deserialize(bytes.subarray(start)),
      }
    },
    parts: [value],
    ...(value.prepare && { prepare: (bytes) => value.prepare!(bytes.subarray((bytes[0] ?? 0) & noHash ? 1 : 17)) }),
  }
}

const emptyBytes = new Uint8Array(0)

/** Subscriptions are kept by foreign key, then primary key, so that those of one right row lie together. */
export interface SubscriptionKey {
  readonly foreignKey: unknown
  readonly primaryKey: unknown
}

/** Length of the foreign key (4 bytes), foreign key, primary key: as `CombinedKeySchema`. */
export function subscriptionKeySerde(foreignKey: Serde, primaryKey: Serde): Serde<SubscriptionKey> {
  const name = `${foreignKey.name} and ${primaryKey.name}`
  return {
    name,
    serialize: (key) => Buffer.concat([subscriptionPrefix(foreignKey, key.foreignKey), primaryKey.serialize(key.primaryKey)]),
    deserialize(data) {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      const end = bytes.length < 4 ? -1 : 4 + bytes.readInt32BE(0)
      if (end < 4 || end > bytes.length) throw new StreamError('DESERIALIZATION', `${name}: ${bytes.length} bytes are too few`)
      return { foreignKey: foreignKey.deserialize(bytes.subarray(4, end)), primaryKey: primaryKey.deserialize(bytes.subarray(end)) }
    },
    parts: [foreignKey, primaryKey],
    isForeign: (data) => {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      const end = bytes.length < 4 ? 0 : 4 + bytes.readInt32BE(0)
      return foreignKey.isForeign?.(bytes.subarray(4, end)) === true || primaryKey.isForeign?.(bytes.subarray(end)) === true
    },
  }
}

/** What the keys of all subscriptions to one right row begin with. */
export function subscriptionPrefix(foreignKey: Serde, key: unknown): Uint8Array {
  const inner = foreignKey.serialize(key)
  const bytes = Buffer.allocUnsafe(4 + inner.length)
  bytes.writeInt32BE(inner.length, 0)
  bytes.set(inner, 4)
  return bytes
}
