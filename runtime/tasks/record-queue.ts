import { partitionName } from '../changelog/topic-names.js'
import type { ConsumedRecord, RecordBatch } from '../client/client.js'
import { isStreamError, StreamError } from '../core/errors.js'
import { Headers } from '../core/headers.js'
import { StreamRecord, type TopicPartition } from '../core/record.js'
import type { Serde } from '../serde/serde.js'
import type { AnyRecord } from '../topology/processor.js'
import type { SourceNode } from '../topology/topology.js'
import type { SourceRuntime } from './graph.js'

/** What a queue does with records that it cannot hand out. */
export interface QueueListener {
  /** Returns if the record is to be dropped, throws if the task is to stop. */
  undecodable(queue: RecordQueue, raw: ConsumedRecord, error: StreamError): void
  dropped(queue: RecordQueue, reason: string): void
}

/**
 * Records of one input partition that wait to be processed, decoded one ahead: the head's timestamp decides whose turn it is
 * (Kafka Streams' `RecordQueue`).
 */
export class RecordQueue {
  readonly partition: TopicPartition
  /** `topic-partition` */
  readonly name: string
  readonly source: SourceNode
  /** Where its records enter the graph. */
  readonly entry: SourceRuntime
  readonly #listener: QueueListener
  readonly #batches: RecordBatch[] = []
  /** Of the first batch, the next record to decode. */
  #next = 0
  #undecoded = 0
  #bytes = 0
  #head: AnyRecord | undefined
  #headRaw: ConsumedRecord | undefined
  /** Why the head cannot be taken; thrown when it is its turn, so that all before it is processed. */
  #failure: { readonly error: unknown } | undefined
  #position: number | undefined
  #start: number | undefined
  #endOffset: number | undefined
  /** The highest timestamp taken so far, -1 at first (Kafka Streams' partition time). */
  partitionTime = -1
  /** The record taken last, as it came. */
  taken!: ConsumedRecord

  constructor(partition: TopicPartition, entry: SourceRuntime, listener: QueueListener) {
    this.partition = partition
    this.name = partitionName(partition)
    this.source = entry.node
    this.entry = entry
    this.#listener = listener
  }

  get isEmpty(): boolean {
    return this.#headRaw === undefined
  }

  get size(): number {
    return this.#undecoded + (this.#headRaw === undefined ? 0 : 1)
  }

  /** Of the keys and values that wait. */
  get bytes(): number {
    return this.#bytes
  }

  get headTimestamp(): number {
    return this.#head?.timestamp ?? this.#headRaw?.timestamp ?? -1
  }

  /** The offset to go on from after all that was taken or dropped; undefined as long as nobody knows one. */
  get position(): number | undefined {
    return this.#headRaw?.offset ?? this.#position
  }

  /** How many more offsets the partition has, as far as the broker told; undefined: it did not. */
  get lag(): number | undefined {
    const position = this.#position ?? this.#start
    if (this.#endOffset === undefined || position === undefined) return undefined
    return Math.max(0, this.#endOffset - position)
  }

  /** Where the partition ends, before a batch tells. */
  noteEnd(offset: number): void {
    this.#endOffset = offset
  }

  /** Where it is read from, if no position is committed; not a position to commit. */
  noteStart(offset: number): void {
    this.#start = offset
  }

  startAt(offset: number): void {
    this.#position = offset
  }

  add(batch: RecordBatch): void {
    if (batch.highWatermark !== undefined) this.#endOffset = batch.highWatermark
    this.#position = batch.nextOffset
    if (batch.records.length === 0) return
    this.#batches.push(batch)
    this.#undecoded += batch.records.length
    for (const record of batch.records) this.#bytes += sizeOf(record)
    if (this.#headRaw === undefined) this.#advance()
  }

  /** The head, `taken` being its raw record. Throws what the head failed with. */
  take(): AnyRecord {
    if (this.#failure !== undefined) throw this.#failure.error
    const record = this.#head!
    this.taken = this.#headRaw!
    this.#bytes -= sizeOf(this.taken)
    if (record.timestamp > this.partitionTime) this.partitionTime = record.timestamp
    this.#advance()
    return record
  }

  clear(): void {
    this.#batches.length = 0
    this.#next = 0
    this.#undecoded = 0
    this.#bytes = 0
    this.#head = undefined
    this.#headRaw = undefined
    this.#failure = undefined
    this.#position = undefined
    this.#start = undefined
    this.#endOffset = undefined
    this.partitionTime = -1
  }

  /** Decodes the next record that is not dropped. */
  #advance(): void {
    this.#head = undefined
    this.#headRaw = undefined
    for (;;) {
      const batch = this.#batches[0]
      if (batch === undefined) return
      const raw = batch.records[this.#next]!
      this.#next += 1
      this.#undecoded -= 1
      if (this.#next === batch.records.length) {
        this.#batches.shift()
        this.#next = 0
      }
      if (this.#accept(raw)) return
      this.#bytes -= sizeOf(raw)
    }
  }

  /** Makes it the head, or returns false if it is dropped. */
  #accept(raw: ConsumedRecord): boolean {
    try {
      const record = this.#decode(raw)
      if (record === undefined) return false
      this.#head = record
    } catch (error) {
      this.#failure = { error }
    }
    this.#headRaw = raw
    return true
  }

  #decode(raw: ConsumedRecord): AnyRecord | undefined {
    const { source } = this
    let record: AnyRecord
    try {
      const key = raw.key === null ? this.#null('key', source.key, source.nullableKey) : source.key.deserialize(raw.key)
      const value = raw.value === null ? this.#null('value', source.value, source.nullableValue) : source.value.deserialize(raw.value)
      record = new StreamRecord(key, value, raw.timestamp, Headers.of(raw.headers))
    } catch (error) {
      this.#listener.undecodable(this, raw, this.#describe(raw, error))
      return undefined
    }
    const timestamp = this.entry.extractor === undefined ? raw.timestamp : this.#extract(record, raw)
    if (!(timestamp >= 0)) {
      this.#listener.dropped(this, 'negative timestamp')
      return undefined
    }
    return timestamp === raw.timestamp ? record : record.withTimestamp(timestamp)
  }

  #null(side: 'key' | 'value', serde: Serde, nullable: boolean): null {
    if (nullable) return null
    throw new StreamError('DESERIALIZATION', `the ${side} is null`, {
      hint: `If a null is meant to come, write ${side}: ${serde.name.split(' ').at(-1)}? for topic ${this.partition.topic} in the manifest.`,
    })
  }

  #extract(record: AnyRecord, { offset }: ConsumedRecord): number {
    const { topic, partition } = this.partition
    try {
      return this.entry.extractor!(record, this.partitionTime, { topic, partition, offset })
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      const place = { step: this.source.name, topic, partition, offset }
      throw new StreamError('PROCESSING', `The timestamp extractor of step ${place.step} failed at ${where(place)}: ${message}`, {
        ...place,
        cause,
      })
    }
  }

  #describe({ offset }: ConsumedRecord, cause: unknown): StreamError {
    const place = { step: this.source.name, ...this.partition, offset }
    const message = cause instanceof Error ? cause.message.replace(/^DESERIALIZATION: /, '') : String(cause)
    const fingerprint = isStreamError(cause) ? cause.details.fingerprint : undefined
    return new StreamError('DESERIALIZATION', `Step ${place.step} cannot read the record at ${where(place)}: ${message}`, {
      ...place,
      ...(fingerprint === undefined ? {} : { fingerprint }),
      cause,
    })
  }
}

/** The place of a record in messages. */
export function where({ topic, partition, offset }: { topic: string; partition: number; offset: number }): string {
  return `${topic}-${partition} offset ${offset}`
}

function sizeOf({ key, value }: ConsumedRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0)
}
