import { StreamRecord, type Windowed } from '../../core/record.js'
import type { StateStore } from '../../stores/state-store.js'
import type { AnyRecord, Processor, ProcessorContext } from '../../topology/processor.js'
import type { Aggregation, MakeAggregation } from '../aggregation.js'
import { ChangeForwarder, changeOf } from '../tables/change-forwarder.js'
import { type WindowClock, windowClock } from './window-clock.js'

/** How a windowed aggregation runs; `sendOldValues` may be set while later steps are built. */
export interface WindowSettings {
  readonly store: string
  /** Final results only (KIP-825). */
  readonly onClose: boolean
  readonly make: MakeAggregation
  /** Inputs of a cogroup that emits on close share their time; else each keeps its own. */
  readonly sharedClock: object | undefined
  sendOldValues: boolean
}

/** What the windowed aggregations have in common: their store and time, and how results are sent. */
export abstract class WindowProcessor<S extends StateStore> implements Processor {
  protected readonly settings: WindowSettings
  protected context!: ProcessorContext
  protected store!: S
  protected clock!: WindowClock
  protected aggregation!: Aggregation
  #forwarder: ChangeForwarder | undefined

  constructor(settings: WindowSettings) {
    this.settings = settings
  }

  init(context: ProcessorContext): void {
    const { store, onClose, make, sharedClock, sendOldValues } = this.settings
    this.context = context
    this.store = context.store<S>(store)
    this.clock = sharedClock === undefined ? windowClock(context) : context.shared(sharedClock, () => windowClock(context))
    this.aggregation = make(context)
    if (!onClose) this.#forwarder = new ChangeForwarder(context, this.store, sendOldValues)
  }

  abstract process(record: AnyRecord): void

  close(): void {
    this.aggregation?.close()
  }

  /** Moves the time, and returns it. */
  protected advance(timestamp: number): number {
    const { streamTime } = this.clock
    if (timestamp > streamTime.value) streamTime.value = timestamp
    return streamTime.value
  }

  /** An update of a window; nothing if only final results are wanted. */
  protected update(record: AnyRecord, window: Windowed<unknown>, newValue: unknown, oldValue: unknown, timestamp: number): void {
    this.#forwarder?.forward(record, window, newValue, oldValue, timestamp)
  }

  /** A final result, under the headers of the record that closed its window. */
  protected emit(record: AnyRecord, window: Windowed<unknown>, value: unknown, timestamp: number): void {
    this.context.forward(new StreamRecord(window, changeOf(value, null), timestamp, record.headers))
  }

  protected late(record: AnyRecord, start: number, end: number): void {
    this.context.drop('expired window')
    this.aggregation.late(record, start, end, this.clock.streamTime.value)
  }
}
