import type { ValueAndTimestamp } from '../../core/record.js'
import type { TimestampedWindowStore } from '../../stores/state-store.js'
import type { AnyRecord } from '../../topology/processor.js'
import { WindowProcessor, type WindowSettings } from './window-processor.js'

export interface SlidingWindows {
  readonly timeDifferenceMs: number
  readonly graceMs: number
}

type Row = ValueAndTimestamp<unknown>

/** What the windows there are tell about those that a record needs. The timestamp of a window is that of its last record. */
interface Found {
  readonly starts: Set<number>
  /** Aggregate that the window left of the record starts from, and the one right of it. */
  left: Row | undefined
  right: Row | undefined
  hasLeft: boolean
  hasRight: boolean
  /** The last record before this one. */
  previous: number | undefined
}

/**
 * A window for each record and what lies up to the time difference before it, and one for what lies after; both ends inclusive
 * (KIP-450). Kafka Streams: `KStreamSlidingWindowAggregate`.
 */
export class SlidingWindowProcessor extends WindowProcessor<TimestampedWindowStore<unknown, unknown>> {
  readonly #difference: number
  readonly #grace: number
  #closeTime = 0

  constructor({ timeDifferenceMs, graceMs }: SlidingWindows, settings: WindowSettings) {
    super(settings)
    this.#difference = timeDifferenceMs
    this.#grace = graceMs
  }

  process(record: AnyRecord): void {
    const { key, value, timestamp } = record
    if (key == null || value == null) {
      this.context.drop(key == null ? 'null key' : 'null value')
      return
    }
    this.#closeTime = this.advance(timestamp) - this.#grace
    if (timestamp + this.#difference < this.#closeTime) {
      this.late(record, timestamp, timestamp + this.#difference)
    } else if (timestamp < this.#difference) {
      this.#processEarly(record)
    } else {
      this.#process(record)
      if (this.settings.onClose) this.#emitClosed(record)
    }
  }

  /** Updates the windows that the record is in, from the latest to the earliest, then makes those that it needs. */
  #process(record: AnyRecord): void {
    const { key, timestamp } = record
    const found: Found = { starts: new Set(), left: undefined, right: undefined, hasLeft: false, hasRight: false, previous: undefined }
    const from = Math.max(0, timestamp - 2 * this.#difference)
    for (const { start, value: row } of this.store.backwardFetchRange(key, from, timestamp + 1)) {
      found.starts.add(start)
      const end = start + this.#difference
      if (start === timestamp + 1) {
        found.hasRight = true
      } else if (end > timestamp) {
        found.right ??= row
        this.#add(record, start, row)
      } else if (end === timestamp) {
        found.hasLeft = true
        this.#add(record, start, row)
        // If this is not the first record of its time, the windows around it are there.
        if (row.timestamp >= timestamp) return
        found.previous = row.timestamp
      } else {
        found.left = row
        found.previous = row.timestamp
        break
      }
    }
    this.#create(record, found)
  }

  #create(record: AnyRecord, { starts, left, right, hasLeft, hasRight, previous }: Found): void {
    const { timestamp } = record
    if (previous !== undefined && !starts.has(previous + 1) && previous + 1 + this.#difference >= timestamp) {
      this.#add(record, previous + 1, undefined)
    }
    if (!hasLeft) {
      const inReach = previous !== undefined && timestamp - this.#difference <= previous
      this.#add(record, timestamp - this.#difference, inReach && left !== undefined ? { value: left.value, timestamp } : undefined)
    }
    if (!hasRight && right !== undefined && right.timestamp > timestamp) this.#createRight(record, right)
  }

  /** A record so early that its left window would start before 0: the window that starts at 0 has all of those. */
  #processEarly(record: AnyRecord): void {
    const { key, timestamp } = record
    const starts = new Set<number>()
    let combined: Row | undefined
    let right: Row | undefined
    let previous: number | undefined
    let hasRight = false
    for (const { start, value: row } of this.store.fetchRange(key, 0, timestamp + 1)) {
      starts.add(start)
      if (start === 0) {
        combined = row
        if (row.timestamp < timestamp) previous = row.timestamp
      } else if (start <= timestamp) {
        right = row
        this.#add(record, start, row)
      } else {
        hasRight = true
      }
    }
    // No window began between the records before and after this one: what is after it is all that the combined window has.
    if (right === undefined && combined !== undefined && combined.timestamp > timestamp) right = combined
    if (!hasRight && right !== undefined && right.timestamp > timestamp) this.#createRight(record, right)
    if (previous !== undefined && !starts.has(previous + 1)) this.#add(record, previous + 1, undefined)
    this.#add(record, 0, combined)
  }

  /** The window right after the record has what came later already. */
  #createRight(record: AnyRecord, row: Row): void {
    const start = record.timestamp + 1
    this.store.put(record.key, row, start)
    this.update(record, { key: record.key, start, end: start + this.#difference }, row.value, null, row.timestamp)
  }

  /** Adds the record to the window with this aggregate, or to a new one. */
  #add(record: AnyRecord, start: number, row: Row | undefined): void {
    const { key, timestamp } = record
    const end = start + this.#difference
    if (end < this.#closeTime) {
      this.late(record, start, end)
      return
    }
    const oldAggregate = row === undefined ? this.aggregation.initialize() : row.value
    const newTimestamp = row === undefined ? timestamp : Math.max(timestamp, row.timestamp)
    const newAggregate = this.aggregation.add(record, oldAggregate)
    this.store.put(key, newAggregate == null ? null : { value: newAggregate, timestamp: newTimestamp }, start)
    this.update(record, { key, start, end }, newAggregate, oldAggregate, newTimestamp)
  }

  #emitClosed(record: AnyRecord): void {
    const { emitted } = this.clock
    const to = this.#closeTime - this.#difference - 1
    if (this.#closeTime <= emitted.value || to < 0) return
    const from = emitted.value < 0 ? 0 : Math.max(0, emitted.value - this.#difference)
    emitted.value = this.#closeTime
    for (const { key, value } of this.store.fetchAll(from, to)) this.emit(record, key, value.value, value.timestamp)
  }
}
