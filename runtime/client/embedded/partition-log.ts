import type { Clock } from '../../core/clock.js'
import { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { ConsumedRecord, IsolationLevel, RecordBatch } from '../client.js'
import { LogTransactions } from './log-transactions.js'
import { Flag, type NewRecord, recordSize } from './record-codec.js'
import { Segment, type SegmentStorage } from './segment.js'
import type { SegmentCache } from './segment-cache.js'
import type { TopicConfig } from './topic-config.js'

/** Where a partition's segments are kept beside memory. */
export interface LogStorage {
  readonly cache: SegmentCache
  create(baseOffset: number): SegmentStorage
  /** A segment to take the place of others, which ended before `endOffset`; it counts when it is published. */
  createReplacement(baseOffset: number, endOffset: number): SegmentStorage
  /** Remembers where the log begins. */
  saveStart(offset: number): void
}

export interface ReadOptions {
  readonly isolation?: IsolationLevel
  /** About; one record is always given. Default 1 MiB. */
  readonly maxBytes?: number
  readonly maxRecords?: number
}

/** Who appends: transactional records stay invisible to read-committed readers until their marker. */
export interface TransactionStamp {
  readonly producerId: number
}

/** The log of one partition, synchronous: segments of records with rising offsets, and what transactions hide of them. */
export class PartitionLog implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly config: TopicConfig
  readonly transactions = new LogTransactions()
  /** Called after each append. */
  readonly listeners = new Set<() => void>()
  readonly #clock: Clock
  readonly storage: LogStorage | undefined
  #segments: Segment[] = []
  #start = 0
  #end = 0
  /** Bytes appended since compaction last ran. */
  dirtyBytes = 0

  constructor(place: TopicPartition, config: TopicConfig, clock: Clock, storage?: LogStorage) {
    this.topic = place.topic
    this.partition = place.partition
    this.config = config
    this.#clock = clock
    this.storage = storage
  }

  /** The first offset that can be read. */
  get startOffset(): number {
    return this.#start
  }

  /** The offset that the next record gets. */
  get endOffset(): number {
    return this.#end
  }

  /** Read-committed readers read up to here: to the first record of a transaction still open, or the end. */
  get lastStableOffset(): number {
    return this.transactions.firstOpenOffset() ?? this.#end
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  /** Bytes of all its segments. */
  get size(): number {
    return this.#segments.reduce((size, segment) => size + segment.size, 0)
  }

  /** Why the broker would refuse this record for good; undefined if it would not. */
  refusal(record: NewRecord): StreamError | undefined {
    const place = { topic: this.topic, partition: this.partition }
    if (this.config.compact && record.key === null) {
      return new StreamError('PRODUCTION', `A record without a key does not go into the compacted topic ${this.topic}.`, place)
    }
    const size = recordSize(record, 0)
    if (size <= this.config.maxRecordBytes) return undefined
    return new StreamError('PRODUCTION', `A record of ${size} bytes is larger than max.message.bytes of topic ${this.topic}.`, {
      ...place,
      hint: `It may have ${this.config.maxRecordBytes} bytes; set max.message.bytes of the topic higher.`,
    })
  }

  /** Appends all records or, when it throws, none of the last segment's worth; returns the offset of the first. */
  append(records: readonly NewRecord[], stamp?: TransactionStamp): number {
    const first = this.#end
    const flags = stamp === undefined ? 0 : Flag.transactional
    const producerId = stamp?.producerId ?? 0
    const appendTime = this.config.logAppendTime ? this.#clock.now() : undefined
    for (let from = 0; from < records.length; ) {
      const segment = this.#writable()
      const room = this.config.segmentBytes
      let to = from
      const before = segment.size
      segment.begin()
      do {
        const record = records[to]!
        const timed = appendTime === undefined ? record : { ...record, timestamp: appendTime }
        segment.add(timed, this.#end + to - from, flags, producerId)
        to++
      } while (to < records.length && segment.size < room)
      segment.end()
      this.dirtyBytes += segment.size - before
      if (stamp !== undefined) this.transactions.appended(flags, producerId, this.#end)
      this.#end += to - from
      from = to
    }
    this.#notify()
    return first
  }

  /** Ends the producer's transaction in this partition, visibly or not. */
  appendMarker(producerId: number, committed: boolean): void {
    const flags = Flag.transactional | Flag.marker | (committed ? Flag.committed : 0)
    const segment = this.#writable()
    segment.begin()
    segment.add({ key: null, value: null, timestamp: this.#clock.now(), headers: [] }, this.#end, flags, producerId)
    segment.end()
    this.transactions.appended(flags, producerId, this.#end)
    this.#end++
    this.#notify()
  }

  /** Throws OFFSET_OUT_OF_RANGE where there is nothing (any more). */
  read(from: number, options: ReadOptions = {}): RecordBatch {
    this.checkRange(from)
    const committed = options.isolation === 'readCommitted'
    const limit = committed ? this.lastStableOffset : this.#end
    const hidden = committed ? this.transactions.isAborted : undefined
    const budget = { bytes: options.maxBytes ?? 1 << 20, records: options.maxRecords ?? Number.POSITIVE_INFINITY }
    const records: ConsumedRecord[] = []
    let next = from
    for (let index = this.#segmentOf(from); index < this.#segments.length && next < limit; index++) {
      const to = this.#segments[index]!.read(next, limit, budget, hidden, records)
      next = to ?? this.#segments[index + 1]?.baseOffset ?? this.#end
      if (to !== undefined || budget.bytes <= 0 || budget.records <= 0) break
    }
    const nextOffset = Math.max(from, Math.min(next, limit))
    return { topic: this.topic, partition: this.partition, records, nextOffset, highWatermark: this.#end }
  }

  checkRange(offset: number): void {
    if (offset >= this.#start && offset <= this.#end) return
    throw new StreamError(
      'OFFSET_OUT_OF_RANGE',
      `Offset ${offset} of ${this.topic}-${this.partition} cannot be read: it has ${this.#start} to ${this.#end}.`,
      { topic: this.topic, partition: this.partition, offset },
    )
  }

  /** Forgets records before `offset`; -1 means all (as Kafka's deleteRecords). Whole segments are freed. */
  deleteBefore(offset: number): void {
    const start = offset === -1 ? this.#end : offset
    this.checkRange(Math.max(start, this.#start))
    if (start <= this.#start) return
    this.storage?.saveStart(start)
    this.#start = start
    if (start === this.#end) this.roll()
    while (this.#segments.length > 1 && this.#segments[1]!.baseOffset <= start) this.#segments.shift()!.remove()
    this.transactions.forgetBefore(start)
  }

  /** Begins a new segment, if the last has any records. */
  roll(): void {
    if ((this.#segments.at(-1)?.count ?? 0) > 0) this.#addSegment()
  }

  /** Puts one segment in the place of consecutive others; `fill` writes it. */
  replace(sources: readonly Segment[], endOffset: number, fill: (replacement: Segment) => void): void {
    const storage = this.storage?.createReplacement(sources[0]!.baseOffset, endOffset)
    const replacement = new Segment(sources[0]!.baseOffset, storage, this.storage?.cache)
    fill(replacement)
    for (const source of sources) source.forget()
    storage?.publish(sources.flatMap((source) => source.storage ?? []))
    replacement.seal()
    this.#segments.splice(this.#segments.indexOf(sources[0]!), sources.length, replacement)
  }

  /** Takes over segments found in storage, in order. Bytes at the end of one that are no whole frame are cut, if `torn` lets them. */
  recover(segments: readonly Segment[], start: number, torn: (segment: Segment, bytes: number) => void): void {
    this.#segments = [...segments]
    for (const segment of segments) {
      const cut = segment.recover()
      if (cut > 0) {
        torn(segment, cut)
        segment.cutTail()
      }
      this.#end = Math.max(this.#end, segment.baseOffset)
      segment.scan(segment.baseOffset, (head) => {
        this.transactions.appended(head.flags, head.producerId, head.offset)
        this.#end = head.offset + 1
        return true
      })
      if (segment !== segments.at(-1)) segment.seal()
    }
    this.#start = Math.min(Math.max(start, segments[0]?.baseOffset ?? 0), this.#end)
    this.dirtyBytes = this.size
  }

  close(): void {
    for (const segment of this.#segments) {
      segment.forget()
      segment.storage?.close()
    }
  }

  #writable(): Segment {
    const last = this.#segments.at(-1)
    return last === undefined || last.size >= this.config.segmentBytes ? this.#addSegment() : last
  }

  #addSegment(): Segment {
    const segment = new Segment(this.#end, this.storage?.create(this.#end), this.storage?.cache)
    this.#segments.at(-1)?.seal()
    this.#segments.push(segment)
    return segment
  }

  /** The last segment that begins at or before `offset`. */
  #segmentOf(offset: number): number {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#segments[middle]!.baseOffset <= offset) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }

  #notify(): void {
    for (const listener of this.listeners) listener()
  }
}
