import { createHash } from 'node:crypto'
import { compareBytes } from './bytes.js'
import type { Entry, RangeOptions } from './store.js'

/**
 * Keys as LMDB takes them: 1 to 1978 bytes, where ours have any length. The order is kept.
 *
 * - A key of zero bytes only (the empty key among them) is written with one more, since LMDB has no empty key. It still sorts below
 *   every other key, and among its like by length.
 * - A key of more than 1024 bytes is written as its first 1024 and the SHA-256 of all, and stands in full before the value. Such keys
 *   with the same beginning stand together, in order of their hashes, so a scan sorts each such group (`inKeyOrder`).
 */
const prefixLength = 1024
const hashLength = 32
const longLength = prefixLength + hashLength

export interface Stored {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export function storedKey(key: Uint8Array): Uint8Array {
  if (key.length > prefixLength) return Buffer.concat([key.subarray(0, prefixLength), hashOf(key)])
  return isZero(key) ? Buffer.alloc(key.length + 1) : key
}

export function storedValue(key: Uint8Array, value: Uint8Array): Uint8Array {
  if (key.length <= prefixLength) return value
  const stored = Buffer.allocUnsafe(4 + key.length + value.length)
  stored.writeUInt32BE(key.length)
  stored.set(key, 4)
  stored.set(value, 4 + key.length)
  return stored
}

/** The value that was written for `key`; undefined if what is stored belongs to another key of the same hash. */
export function valueFor(key: Uint8Array, stored: Uint8Array): Uint8Array | undefined {
  if (key.length <= prefixLength) return stored
  const entry = longEntry(stored)
  return compareBytes(entry.key, key) === 0 ? entry.value : undefined
}

/** The lowest stored key of a range that starts with `key`; of its group, `inKeyOrder` drops what is below. */
export function storedFrom(key: Uint8Array): Uint8Array {
  return key.length > prefixLength ? Buffer.concat([key.subarray(0, prefixLength), Buffer.alloc(hashLength)]) : storedKey(key)
}

/** Above all stored keys of a range that ends before `key`; of its group, `inKeyOrder` drops what is not below. */
export function storedTo(key: Uint8Array): Uint8Array {
  return key.length > prefixLength ? Buffer.concat([key.subarray(0, prefixLength), Buffer.alloc(hashLength + 1, 0xff)]) : storedKey(key)
}

/** Stored entries of a range as entries of it, in order of the whole keys. */
export function* inKeyOrder(stored: Iterable<Stored>, { from, to, reverse = false }: RangeOptions): IterableIterator<Entry> {
  let group: Entry[] = []
  let prefix: Uint8Array | undefined
  const sorted = function* (): IterableIterator<Entry> {
    const inRange = group.filter(
      ({ key }) => (from === undefined || compareBytes(key, from) >= 0) && (to === undefined || compareBytes(key, to) < 0),
    )
    group = []
    prefix = undefined
    yield* inRange.sort((left, right) => (reverse ? compareBytes(right.key, left.key) : compareBytes(left.key, right.key)))
  }
  for (const { key, value } of stored) {
    if (key.length !== longLength) {
      if (prefix !== undefined) yield* sorted()
      yield { key: key[0] === 0 && isZero(key) ? key.subarray(1) : key, value }
      continue
    }
    const start = key.subarray(0, prefixLength)
    if (prefix !== undefined && compareBytes(prefix, start) !== 0) yield* sorted()
    prefix = start
    group.push(longEntry(value))
  }
  if (prefix !== undefined) yield* sorted()
}

function longEntry(stored: Uint8Array): Entry {
  const length = Buffer.prototype.readUInt32BE.call(stored, 0)
  return { key: stored.subarray(4, 4 + length), value: stored.subarray(4 + length) }
}

function hashOf(key: Uint8Array): Uint8Array {
  return createHash('sha256').update(key).digest()
}

function isZero(key: Uint8Array): boolean {
  for (const byte of key) if (byte !== 0) return false
  return true
}
