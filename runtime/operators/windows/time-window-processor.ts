import type { TimestampedWindowStore } from '../../stores/state-store.js'
import type { AnyRecord } from '../../topology/processor.js'
import { WindowProcessor, type WindowSettings } from './window-processor.js'

/** Windows that start at fixed times, ends exclusive: tumbling, hopping, and the one of `unlimited`. */
export interface TimeWindows {
  readonly sizeMs: number
  /** From one start to the next. */
  readonly advanceMs: number
  readonly graceMs: number
  /** The first start. */
  readonly originMs: number
}

/** Start of the first window that has the timestamp, windows by ascending start. */
export function firstWindow({ sizeMs, advanceMs, originMs }: TimeWindows, timestamp: number): number {
  if (originMs > 0) return originMs
  return Math.floor(Math.max(0, timestamp - sizeMs + advanceMs) / advanceMs) * advanceMs
}

/** Kafka Streams: `KStreamWindowAggregate`. */
export class TimeWindowProcessor extends WindowProcessor<TimestampedWindowStore<unknown, unknown>> {
  readonly #windows: TimeWindows

  constructor(windows: TimeWindows, settings: WindowSettings) {
    super(settings)
    this.#windows = windows
  }

  process(record: AnyRecord): void {
    const { key, timestamp } = record
    if (key == null) {
      this.context.drop('null key')
      return
    }
    const { sizeMs, advanceMs, graceMs } = this.#windows
    const closeTime = this.advance(timestamp) - graceMs
    for (let start = firstWindow(this.#windows, timestamp); start <= timestamp; start += advanceMs) {
      const end = Math.min(start + sizeMs, Number.MAX_SAFE_INTEGER)
      if (end > closeTime) this.#add(record, start, end)
      else this.late(record, start, end)
    }
    if (this.settings.onClose) this.#emitClosed(record, closeTime)
  }

  #add(record: AnyRecord, start: number, end: number): void {
    const { key, timestamp } = record
    const row = this.store.fetch(key, start)
    const oldAggregate = row === undefined ? this.aggregation.initialize() : row.value
    const newTimestamp = row === undefined ? timestamp : Math.max(timestamp, row.timestamp)
    const newAggregate = this.aggregation.add(record, oldAggregate)
    this.store.put(key, newAggregate == null ? null : { value: newAggregate, timestamp: newTimestamp }, start)
    if (!this.settings.onClose) this.update(record, { key, start, end }, newAggregate, oldAggregate, newTimestamp)
  }

  /** All windows that have closed since the last time, by start and key. */
  #emitClosed(record: AnyRecord, closeTime: number): void {
    const { emitted } = this.clock
    const { sizeMs, advanceMs } = this.#windows
    const to = closeTime - sizeMs
    if (closeTime <= emitted.value || to < 0) return
    const from = emitted.value < 0 ? 0 : Math.max(0, emitted.value - sizeMs) + 1
    // Most records close no window: then there is no start to look for.
    if (Math.floor(to / advanceMs) * advanceMs < from) return
    emitted.value = closeTime
    for (const { key, value } of this.store.fetchAll(from, to)) this.emit(record, key, value.value, value.timestamp)
  }
}
