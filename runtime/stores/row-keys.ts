import { readTime, writeTime } from './value-codec.js'

/**
 * Keys of rows that are stored by segments of time. Layout: a tag; the segment (8 bytes); the record's key, escaped and ended, so that no
 * key's rows stand among those of a key of which it is a prefix, and all sort as the keys do; then the store's own suffix.
 *
 * Escaped: a zero byte is written 00 FF, and 00 00 ends the key.
 */
export const metaKey: Uint8Array = Uint8Array.of(0)
const segmentTag = 1
const latestTag = 2
const timeTag = 3

const segmentBytes = 9

/** A key with room for `suffixLength` bytes at its end. */
export function rowKey(segment: number, key: Uint8Array, suffixLength: number): Uint8Array {
  const row = Buffer.allocUnsafe(segmentBytes + key.length + countZeros(key) + 2 + suffixLength)
  row[0] = segmentTag
  writeTime(row, 1, segment)
  let at = segmentBytes
  // By hand: keys are short, and calls into the engine's own copying and searching cost more than that.
  for (let index = 0; index < key.length; index++) {
    row[at++] = key[index]!
    if (key[index] === 0) row[at++] = 0xff
  }
  row[at] = 0
  row[at + 1] = 0
  return row
}

/** The record's key within a row's key, with room for `room` bytes after it. */
export function keyOfRow(row: Uint8Array, suffixLength: number, room = 0): Uint8Array {
  const end = row.length - suffixLength - 2
  let zeros = 0
  for (let at = segmentBytes; at < end; at++) if (row[at] === 0) zeros += 1
  const key = Buffer.allocUnsafe(end - segmentBytes - zeros + room)
  let length = 0
  for (let at = segmentBytes; at < end; at++) {
    key[length++] = row[at]!
    if (row[at] === 0) at += 1
  }
  return key
}

export function segmentOfRow(row: Uint8Array): number {
  return readTime(row, 1)
}

/** Below all rows of the segment, and above all of those before it. */
export function segmentStart(segment: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(segmentBytes)
  bytes[0] = segmentTag
  writeTime(bytes, 1, segment)
  return bytes
}

/** Above all rows of all segments. */
export const segmentsEnd: Uint8Array = Uint8Array.of(latestTag)

/** Above all rows of the key in the segment. */
export function keyEnd(segment: number, key: Uint8Array): Uint8Array {
  const end = rowKey(segment, key, 0)
  end[end.length - 1] = 1
  return end
}

/** The key of a row that stands outside of the segments: one per key, and it does not expire. */
export function latestKey(key: Uint8Array): Uint8Array {
  const row = Buffer.allocUnsafe(1 + key.length)
  row[0] = latestTag
  row.set(key, 1)
  return row
}

/** The key under which `TimeIndex` has a row: its time, and what follows the segment in the row's key. */
export function timeKey(row: Uint8Array, time: number): Uint8Array {
  const key = Buffer.allocUnsafe(row.length)
  key.set(row)
  key[0] = timeTag
  writeTime(key, 1, time)
  return key
}

/** Below all such keys of that time, and above those of earlier ones. */
export function timeKeyStart(time: number): Uint8Array {
  const start = segmentStart(Math.min(time, Number.MAX_SAFE_INTEGER))
  start[0] = timeTag
  return start
}

/** Above all such keys. */
export const timeKeysEnd: Uint8Array = Uint8Array.of(timeTag + 1)

export function rowOfTimeKey(key: Uint8Array, segmentOf: (time: number) => number): Uint8Array {
  const row = Buffer.allocUnsafe(key.length)
  row.set(key)
  row[0] = segmentTag
  writeTime(row, 1, segmentOf(readTime(key, 1)))
  return row
}

function countZeros(key: Uint8Array): number {
  let zeros = 0
  for (let at = 0; at < key.length; at++) if (key[at] === 0) zeros += 1
  return zeros
}
