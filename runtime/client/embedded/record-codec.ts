import type { Header } from '../../core/headers.js'
import type { ConsumedRecord } from '../client.js'

/** A record before it has an offset. */
export type NewRecord = Omit<ConsumedRecord, 'offset'>

/** What a record is beside its content. */
export const Flag = {
  nullKey: 1,
  nullValue: 2,
  headers: 4,
  /** Written in a transaction, or its end; the producer's id follows. */
  transactional: 8,
  /** The end of a transaction, which takes an offset and is never handed out. */
  marker: 16,
  /** Of a marker: the transaction was committed. */
  committed: 32,
  /** Of a tombstone that compaction has kept once: the time from which it may go follows. */
  doomed: 64,
} as const

/**
 * A record as the log keeps it, in memory and on disk, little endian:
 *
 *     size u32 (of what follows) · flags u8 · offset f64 · timestamp f64 · [producer id u32] · [doomed at f64]
 *     · [key size u32, key] · [value size u32, value] · [headers: count u32, each name and value with size; null = 2^32-1]
 */
export interface RecordHead {
  readonly flags: number
  readonly offset: number
  readonly timestamp: number
  readonly producerId: number
  readonly doomedAt: number
  /** Where key, value and headers begin. */
  readonly body: number
  readonly end: number
}

const noBytes = 0xffff_ffff
const fixedSize = 4 + 1 + 8 + 8

export function recordSize(record: NewRecord, flags: number): number {
  let size = fixedSize
  if (flags & Flag.transactional) size += 4
  if (flags & Flag.doomed) size += 8
  if (record.key !== null) size += 4 + record.key.byteLength
  if (record.value !== null) size += 4 + record.value.byteLength
  if (record.headers.length > 0) {
    size += 4
    for (const { key, value } of record.headers) size += 8 + Buffer.byteLength(key) + (value?.byteLength ?? 0)
  }
  return size
}

/** Writes `record` at `at`, where there is room for its `recordSize`; returns the position after it. */
export function writeRecord(
  bytes: Buffer,
  view: DataView,
  at: number,
  record: NewRecord,
  offset: number,
  extraFlags: number,
  producerId: number,
  doomedAt: number,
): number {
  const { key, value, headers } = record
  const flags =
    extraFlags | (key === null ? Flag.nullKey : 0) | (value === null ? Flag.nullValue : 0) | (headers.length > 0 ? Flag.headers : 0)
  view.setUint8(at + 4, flags)
  view.setFloat64(at + 5, offset, true)
  view.setFloat64(at + 13, record.timestamp, true)
  let to = at + fixedSize
  if (flags & Flag.transactional) {
    view.setUint32(to, producerId, true)
    to += 4
  }
  if (flags & Flag.doomed) {
    view.setFloat64(to, doomedAt, true)
    to += 8
  }
  if (key !== null) to = writeBytes(bytes, view, to, key)
  if (value !== null) to = writeBytes(bytes, view, to, value)
  if (headers.length > 0) to = writeHeaders(bytes, view, to, headers)
  view.setUint32(at, to - at - 4, true)
  return to
}

function writeBytes(bytes: Buffer, view: DataView, at: number, from: Uint8Array): number {
  view.setUint32(at, from.byteLength, true)
  bytes.set(from, at + 4)
  return at + 4 + from.byteLength
}

function writeHeaders(bytes: Buffer, view: DataView, at: number, headers: readonly Header[]): number {
  view.setUint32(at, headers.length, true)
  let to = at + 4
  for (const { key, value } of headers) {
    const size = bytes.write(key, to + 4, 'utf8')
    view.setUint32(to, size, true)
    to += 4 + size
    if (value === null) {
      view.setUint32(to, noBytes, true)
      to += 4
    } else {
      to = writeBytes(bytes, view, to, value)
    }
  }
  return to
}

export function readHead(view: DataView, at: number): RecordHead {
  const flags = view.getUint8(at + 4)
  let body = at + fixedSize
  let producerId = 0
  let doomedAt = 0
  if (flags & Flag.transactional) {
    producerId = view.getUint32(body, true)
    body += 4
  }
  if (flags & Flag.doomed) {
    doomedAt = view.getFloat64(body, true)
    body += 8
  }
  return {
    flags,
    offset: readOffset(view, at),
    timestamp: view.getFloat64(at + 13, true),
    producerId,
    doomedAt,
    body,
    end: at + 4 + view.getUint32(at, true),
  }
}

export function readOffset(view: DataView, at: number): number {
  return view.getFloat64(at + 5, true)
}

/** The record at `head` of `view`; its bytes are views of `bytes`, which has what `view` has from `start` on. */
export function readRecord(bytes: Uint8Array, start: number, view: DataView, head: RecordHead): ConsumedRecord {
  const origin = bytes.byteOffset - start
  let at = head.body
  let key: Uint8Array | null = null
  let value: Uint8Array | null = null
  if (!(head.flags & Flag.nullKey)) {
    const size = view.getUint32(at, true)
    key = new Uint8Array(bytes.buffer, origin + at + 4, size)
    at += 4 + size
  }
  if (!(head.flags & Flag.nullValue)) {
    const size = view.getUint32(at, true)
    value = new Uint8Array(bytes.buffer, origin + at + 4, size)
    at += 4 + size
  }
  const headers = head.flags & Flag.headers ? readHeaders(bytes, start, view, at) : noHeaders
  return { offset: head.offset, timestamp: head.timestamp, key, value, headers }
}

const noHeaders: readonly Header[] = []
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

function readHeaders(bytes: Uint8Array, start: number, view: DataView, at: number): readonly Header[] {
  const headers: Header[] = []
  let from = at + 4
  for (let left = view.getUint32(at, true); left > 0; left--) {
    const keySize = view.getUint32(from, true)
    const key = utf8.decode(bytes.subarray(from + 4 - start, from + 4 + keySize - start))
    from += 4 + keySize
    const size = view.getUint32(from, true)
    headers.push({ key, value: size === noBytes ? null : new Uint8Array(bytes.buffer, bytes.byteOffset + from + 4 - start, size) })
    from += 4 + (size === noBytes ? 0 : size)
  }
  return headers
}
