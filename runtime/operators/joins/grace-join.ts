import { StreamRecord } from '../../core/record.js'
import { bytesSerde, writeLong } from '../../serde/primitives.js'
import type { Serde } from '../../serde/serde.js'
import { readRow } from '../../stores/read-row.js'
import type { KeyValueStore } from '../../stores/state-store.js'
import type { StoreSpec } from '../../stores/store-spec.js'
import type { AnyRecord, KeptNumber, ProcessorContext } from '../../topology/processor.js'
import { type BufferedRecord, bufferedRecordsOf } from '../buffers/buffered-record.js'
import { type TimeEntry, TimeHeap } from '../buffers/time-heap.js'
import { type StreamTableJoin, StreamTableJoinProcessor } from './stream-table-join.js'

interface Entry extends TimeEntry {
  readonly key: Uint8Array
}

export interface GraceJoin extends StreamTableJoin {
  readonly graceMs: number
  readonly buffer: string
  /** Of the stream. */
  readonly key: Serde
  readonly value: Serde
}

/** `<step>-buffer`: the records that wait, under their timestamp, key and a number of their own. */
export function graceBufferStore(step: string, key: Serde, value: Serde): StoreSpec {
  return { kind: 'keyValue', name: `${step}-buffer`, key: bytesSerde, value: bufferedRecordsOf(key, value) }
}

/**
 * Holds the stream's records back for the grace, so that the table's rows of their time can come, and joins them in order of timestamp, key and
 * arrival (KIP-923). What is older than the grace already is joined at once. Kafka Streams: `RocksDBTimeOrderedKeyValueBuffer`.
 */
export class GraceJoinProcessor extends StreamTableJoinProcessor {
  readonly #join: GraceJoin
  readonly #order = new TimeHeap<Entry>()
  #store!: KeyValueStore<Uint8Array, BufferedRecord>
  /** Highest timestamp of those that were held back. */
  #streamTime!: KeptNumber
  #count = 0

  constructor(join: GraceJoin) {
    super(join)
    this.#join = join
  }

  override init(context: ProcessorContext): void {
    super.init(context)
    this.#store = context.store(this.#join.buffer)
    this.#streamTime = context.keep('stream-time', -1)
    for (const { key, value } of this.#store.all()) {
      this.#order.push(entryOf(key, value.time))
      this.#count = Math.max(this.#count, countOf(key))
    }
  }

  override process(record: AnyRecord): void {
    if (!this.accepts(record)) return
    // A record without a key meets no row, however long it waits.
    if (record.key == null || record.timestamp < this.#streamTime.value - this.#join.graceMs) {
      this.join(record)
      return
    }
    this.#hold(record)
    const due = this.#streamTime.value - this.#join.graceMs
    for (let entry = this.#order.peek(); entry !== undefined && entry.time <= due; entry = this.#order.peek()) this.#release(entry)
  }

  #hold(record: AnyRecord): void {
    const { timestamp, headers } = record
    this.#count = (this.#count + 1) % 0x8000_0000
    const key = bufferKey(timestamp, this.#join.key.serialize(record.key), this.#count)
    const origin = { metadata: this.context.recordMetadata(), timestamp, headers }
    this.#store.put(key, { time: timestamp, origin, values: [this.#join.value.serialize(record.value)] })
    this.#order.push(entryOf(key, timestamp))
    if (timestamp > this.#streamTime.value) this.#streamTime.value = timestamp
  }

  #release(entry: Entry): void {
    const { origin, values } = this.#store.get(entry.key)!
    const { buffer } = this.#join
    const key = readRow(buffer, this.#join.key, entry.key.subarray(8, entry.key.length - 4))
    const record = new StreamRecord(key, readRow(buffer, this.#join.value, values[0]!), origin.timestamp, origin.headers)
    this.context.runWith(origin, () => this.join(record))
    this.#order.pop()
    this.#store.put(entry.key, null)
  }
}

/** Timestamp (8 bytes), key, arrival (4 bytes): the bytes' order is that of the results. */
function bufferKey(timestamp: number, key: Uint8Array, count: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(8 + key.length + 4)
  writeLong(bytes, 0, timestamp)
  bytes.set(key, 8)
  bytes.writeUInt32BE(count, 8 + key.length)
  return bytes
}

function entryOf(key: Uint8Array, time: number): Entry {
  return { time, id: Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1'), key }
}

function countOf(key: Uint8Array): number {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).readUInt32BE(key.length - 4)
}
