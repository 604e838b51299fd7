import type { TopicPartition } from '../../core/record.js'
import type { IsolationLevel, RecordBatch } from '../client.js'
import type { EmbeddedBroker } from './broker.js'
import type { PartitionLog } from './partition-log.js'

interface Position {
  readonly log: PartitionLog
  offset: number
  paused: boolean
}

export interface FetcherOptions {
  readonly isolation: IsolationLevel
  readonly maxBytes: number
  /** Called when a partition read may have more. */
  readonly wake: () => void
  /** Where to read on when `offset` is not there; or throws. */
  readonly reset: (log: PartitionLog, offset: number) => number
}

/** Positions in the partitions that a consumer or reader has, and what comes after them. */
export class Fetcher {
  readonly #broker: EmbeddedBroker
  readonly #options: FetcherOptions
  readonly #positions = new Map<string, Position>()
  /** The partition that is read first; the turn goes round. */
  #turn = 0

  constructor(broker: EmbeddedBroker, options: FetcherOptions) {
    this.#broker = broker
    this.#options = options
  }

  has(place: TopicPartition): boolean {
    return this.#positions.has(keyOf(place))
  }

  add(place: TopicPartition, offset: number): void {
    const log = this.#broker.log(place.topic, place.partition)
    log.listeners.add(this.#options.wake)
    this.#positions.set(keyOf(place), { log, offset, paused: false })
  }

  /** Drops all but those. */
  keepOnly(places: Iterable<TopicPartition>): void {
    const kept = new Set([...places].map(keyOf))
    for (const [key, { log }] of this.#positions) {
      if (kept.has(key)) continue
      log.listeners.delete(this.#options.wake)
      this.#positions.delete(key)
    }
  }

  clear(): void {
    this.keepOnly([])
  }

  setPaused(places: readonly TopicPartition[], paused: boolean): void {
    for (const place of places) {
      const position = this.#positions.get(keyOf(place))
      if (position !== undefined) position.paused = paused
    }
    if (!paused) this.#options.wake()
  }

  seek(place: TopicPartition, offset: number): void {
    const position = this.#positions.get(keyOf(place))
    if (position === undefined) return
    position.offset = offset
    this.#options.wake()
  }

  fetch(): readonly RecordBatch[] {
    const positions = [...this.#positions.values()].filter(({ paused }) => !paused)
    const batches: RecordBatch[] = []
    // Each gets its share, so that a full partition does not keep the others waiting.
    const maxBytes = Math.max(1, Math.floor(this.#options.maxBytes / positions.length))
    for (let n = 0; n < positions.length; n++) {
      const batch = this.#read(positions[(this.#turn + n) % positions.length]!, maxBytes)
      if (batch !== undefined) batches.push(batch)
    }
    this.#turn++
    return batches
  }

  #read(position: Position, maxBytes: number): RecordBatch | undefined {
    // Not the log that was there when it was added: the topic may be gone.
    const { topic, partition } = position.log
    if (this.#broker.faults.isHeld(topic, this.#options.wake)) return undefined
    const log = this.#broker.log(topic, partition)
    const before = position.offset
    if (before < log.startOffset || before > log.endOffset) position.offset = this.#options.reset(log, before)
    const batch = log.read(position.offset, { isolation: this.#options.isolation, maxBytes })
    if (batch.nextOffset === before || (before === -1 && batch.nextOffset === position.offset)) return undefined
    position.offset = batch.nextOffset
    return batch
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
