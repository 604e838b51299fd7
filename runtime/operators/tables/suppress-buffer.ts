import type { Change, ValueAndTimestamp } from '../../core/record.js'
import type { Serde } from '../../serde/serde.js'
import { readRow } from '../../stores/read-row.js'
import type { KeyValueStore } from '../../stores/state-store.js'
import type { AnyRecord, ProcessorContext } from '../../topology/processor.js'
import { type BufferedRecord, originSize } from '../buffers/buffered-record.js'
import { type TimeEntry, TimeHeap } from '../buffers/time-heap.js'
import { changeOf } from './change-forwarder.js'

interface Entry extends TimeEntry {
  readonly key: Uint8Array
  sizeBytes: number
}

/** An update on its way out of the buffer. */
export interface Released {
  readonly key: unknown
  readonly change: Change<unknown>
  readonly origin: BufferedRecord['origin']
}

/**
 * The latest update of each key, in order of time and key: an update of a key that is there keeps its place. The updates lie in the store; in
 * memory is only their order. Kafka Streams: `InMemoryTimeOrderedKeyValueChangeBuffer`.
 */
export class SuppressBuffer {
  readonly #store: KeyValueStore<Uint8Array, BufferedRecord>
  readonly #key: Serde
  readonly #value: Serde
  readonly #entries = new Map<string, Entry>()
  readonly #order = new TimeHeap<Entry>()
  #sizeBytes = 0

  constructor(store: KeyValueStore<Uint8Array, BufferedRecord>, key: Serde, value: Serde) {
    this.#store = store
    this.#key = key
    this.#value = value
    for (const { key: bytes, value: buffered } of store.all()) this.#add(bytes, buffered)
  }

  get records(): number {
    return this.#entries.size
  }

  /** As Kafka Streams estimates them. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Time of the first update; infinite if there is none. */
  get firstTime(): number {
    return this.#order.peek()?.time ?? Number.POSITIVE_INFINITY
  }

  put(time: number, record: AnyRecord, context: ProcessorContext): void {
    const { newValue, oldValue } = record.value as Change<unknown>
    const key = this.#key.serialize(record.key)
    const id = idOf(key)
    const entry = this.#entries.get(id)
    const newBytes = newValue === null ? null : this.#value.serialize(newValue)
    const oldBytes = oldValue === null ? null : this.#value.serialize(oldValue)
    const before = entry && this.#store.get(key)
    // What the key was before its first update here is what those who look it up see until it is sent.
    const prior = before === undefined ? oldBytes : before.values[2]!
    const origin = { metadata: context.recordMetadata(), timestamp: record.timestamp, headers: record.headers }
    const buffered: BufferedRecord = { time: entry?.time ?? time, origin, values: [newBytes, oldBytes, prior] }
    this.#store.put(key, buffered)
    if (entry === undefined) {
      this.#add(key, buffered)
      return
    }
    const sizeBytes = sizeOf(key, buffered)
    this.#sizeBytes += sizeBytes - entry.sizeBytes
    entry.sizeBytes = sizeBytes
  }

  /** Hands over the first update, and drops it. */
  release(send: (released: Released) => void): void {
    const entry = this.#order.peek()
    if (entry === undefined) return
    const { origin, values } = this.#store.get(entry.key)!
    const [newBytes, oldBytes] = values
    send({ key: readRow(this.#store.name, this.#key, entry.key), change: changeOf(this.#read(newBytes!), this.#read(oldBytes!)), origin })
    this.#order.pop()
    this.#entries.delete(entry.id)
    this.#sizeBytes -= entry.sizeBytes
    this.#store.put(entry.key, null)
  }

  /** What a key that is here was before: `undefined` if the key is not here, else its row, or null if it had none. */
  priorRow(key: unknown): ValueAndTimestamp<unknown> | null | undefined {
    const bytes = this.#key.serialize(key)
    if (!this.#entries.has(idOf(bytes))) return undefined
    const prior = this.#read(this.#store.get(bytes)!.values[2]!)
    return prior === null ? null : { value: prior, timestamp: -1 }
  }

  #add(key: Uint8Array, buffered: BufferedRecord): void {
    const entry: Entry = { time: buffered.time, id: idOf(key), key, sizeBytes: sizeOf(key, buffered) }
    this.#entries.set(entry.id, entry)
    this.#order.push(entry)
    this.#sizeBytes += entry.sizeBytes
  }

  #read(bytes: Uint8Array | null): unknown {
    return bytes === null ? null : readRow(this.#store.name, this.#value, bytes)
  }
}

function idOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function sizeOf(key: Uint8Array, { origin, values }: BufferedRecord): number {
  const [newBytes = null, oldBytes = null, prior = null] = values
  const shared = oldBytes !== null && prior !== null && Buffer.compare(oldBytes, prior) === 0
  const old = oldBytes === null || shared ? 0 : oldBytes.length
  return 8 + key.length + (prior?.length ?? 0) + old + (newBytes?.length ?? 0) + originSize(origin)
}
