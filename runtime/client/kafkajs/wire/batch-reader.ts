import { StreamError } from '../../../core/errors.js'
import type { Header } from '../../../core/headers.js'
import type { ConsumedRecord } from '../../client.js'
import { crc32c } from './crc32c.js'
import { Reader, readInt64 } from './reader.js'
import { attribute, header, magic } from './record-batch.js'

/** One record batch as it was fetched: its header read, its records still bytes. */
export interface FetchedBatch {
  readonly baseOffset: number
  /** Of the batch, though compaction may have taken that record away. */
  readonly lastOffset: number
  readonly producerId: bigint
  readonly transactional: boolean
  readonly control: boolean
  readonly codec: number
  readonly count: number
  readonly baseTimestamp: number
  /** The timestamp of all its records where the topic has the broker's time, else undefined. */
  readonly appendTime: number | undefined
  /** Compressed by `codec` until `withRecords` replaces them. */
  readonly records: Buffer
}

/** The whole batches of what was fetched; a last one that is cut off is left out. */
export function readBatches(fetched: Buffer): FetchedBatch[] {
  const batches: FetchedBatch[] = []
  let at = 0
  while (at + header.size <= fetched.length) {
    const end = at + header.leaderEpoch + fetched.readInt32BE(at + header.batchLength)
    if (end > fetched.length) break
    if (fetched[at + header.magic] !== magic) throw corrupt(`has the format ${fetched[at + header.magic]}, where 2 is known`)
    if (crc32c(fetched, at + header.attributes, end) !== fetched.readUInt32BE(at + header.crc)) throw corrupt('does not fit its checksum')
    batches.push(readHeader(fetched, at, end))
    at = end
  }
  return batches
}

function readHeader(bytes: Buffer, at: number, end: number): FetchedBatch {
  const attributes = bytes.readInt16BE(at + header.attributes)
  const baseOffset = readInt64(bytes, at + header.baseOffset)
  return {
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(at + header.lastOffsetDelta),
    producerId: bytes.readBigInt64BE(at + header.producerId),
    transactional: (attributes & attribute.transactional) !== 0,
    control: (attributes & attribute.control) !== 0,
    codec: attributes & attribute.compression,
    count: bytes.readInt32BE(at + header.count),
    baseTimestamp: readInt64(bytes, at + header.baseTimestamp),
    appendTime: (attributes & attribute.logAppendTime) === 0 ? undefined : readInt64(bytes, at + header.maxTimestamp),
    records: bytes.subarray(at + header.size, end),
  }
}

/** Is it the marker of an aborted transaction? (Of a committed one otherwise; for control batches.) */
export function isAbortMarker(batch: FetchedBatch): boolean {
  const cursor = new Cursor(batch.records)
  cursor.varint() // length
  cursor.at += 1 // attributes
  cursor.varlong() // timestamp delta
  cursor.varint() // offset delta
  cursor.varint() // length of the key
  return new Reader(batch.records, cursor.at + 2).int16() === 0
}

const noHeaders: readonly Header[] = []

/** Appends the batch's records from `fromOffset` on. Keys and values are views of the fetched bytes. */
export function readRecords(batch: FetchedBatch, fromOffset: number, into: ConsumedRecord[]): void {
  const { baseOffset, baseTimestamp, appendTime, count, records } = batch
  const cursor = new Cursor(records)
  for (let index = 0; index < count; index += 1) {
    const size = cursor.varint()
    const end = cursor.at + size
    if (size < 0 || end > records.length) throw corrupt('holds a record that is longer than it')
    cursor.at += 1 // attributes: none are defined
    const timestampDelta = cursor.varlong()
    const offset = baseOffset + cursor.varint()
    if (offset >= fromOffset) {
      const timestamp = appendTime ?? baseTimestamp + timestampDelta
      const key = cursor.bytes()
      const value = cursor.bytes()
      const headerCount = cursor.varint()
      const headers = headerCount === 0 ? noHeaders : readHeaders(cursor, headerCount)
      if (cursor.at !== end) throw corrupt(`holds a record at offset ${offset} that does not fill its length`)
      into.push({ offset, timestamp, key, value, headers })
    }
    cursor.at = end
  }
}

function readHeaders(cursor: Cursor, count: number): Header[] {
  const headers: Header[] = []
  for (let index = 0; index < count; index += 1) {
    const key = cursor.bytes()
    headers.push({ key: key === null ? '' : Buffer.from(key.buffer, key.byteOffset, key.length).toString('utf8'), value: cursor.bytes() })
  }
  return headers
}

/** Reads the varints of records, which are most of what is decoded. */
class Cursor {
  readonly #bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  varint(): number {
    const bytes = this.#bytes
    const first = bytes[this.at]!
    if (first < 0x80) {
      this.at += 1
      return (first >>> 1) ^ -(first & 1)
    }
    let zigzag = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[this.at++]
      if (byte === undefined) break
      zigzag |= (byte & 0x7f) << shift
      if (byte < 0x80) return (zigzag >>> 1) ^ -(zigzag & 1)
    }
    throw corrupt('holds a number that does not end')
  }

  /** 64 bits; a number that JavaScript cannot count exactly is an error. */
  varlong(): number {
    const start = this.at
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) throw corrupt('holds a number that does not end')
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1)
    }
    this.at = start
    return this.#longVarlong()
  }

  #longVarlong(): number {
    let zigzag = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) break
      zigzag |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number((zigzag >> 1n) ^ -(zigzag & 1n))
    }
    throw corrupt('holds a number that does not end')
  }

  bytes(): Uint8Array | null {
    const size = this.varint()
    if (size < 0) return null
    const bytes = this.#bytes
    const start = this.at
    this.at = start + size
    if (this.at > bytes.length) throw corrupt('holds bytes that are longer than it')
    return new Uint8Array(bytes.buffer, bytes.byteOffset + start, size)
  }
}

function corrupt(what: string): StreamError {
  return new StreamError('CORRUPT_BATCH', `a record batch ${what}`)
}
