import { Headers } from '../../core/headers.js'
import { type KeyValue, StreamRecord, type Windowed } from '../../core/record.js'
import type { SessionStore } from '../../stores/state-store.js'
import type { AnyRecord } from '../../topology/processor.js'
import { WindowProcessor, type WindowSettings } from './window-processor.js'

export interface SessionWindows {
  readonly gapMs: number
  readonly graceMs: number
}

/** Records of a key that are no further apart than the gap; both ends inclusive. Kafka Streams: `KStreamSessionWindowAggregate`. */
export class SessionWindowProcessor extends WindowProcessor<SessionStore<unknown, unknown>> {
  readonly #gap: number
  readonly #grace: number

  constructor({ gapMs, graceMs }: SessionWindows, settings: WindowSettings) {
    super(settings)
    this.#gap = gapMs
    this.#grace = graceMs
  }

  process(record: AnyRecord): void {
    const { key, timestamp } = record
    if (key == null) {
      this.context.drop('null key')
      return
    }
    const closeTime = this.advance(timestamp) - this.#grace - this.#gap
    const sessions: KeyValue<Windowed<unknown>, unknown>[] = []
    let start = timestamp
    let end = timestamp
    let aggregate = this.aggregation.initialize()
    for (const session of this.store.findSessions(key, timestamp - this.#gap, timestamp + this.#gap)) {
      sessions.push(session)
      start = Math.min(start, session.key.start)
      end = Math.max(end, session.key.end)
      aggregate = this.aggregation.merge(aggregate, session.value, key)
    }
    if (end < closeTime) this.late(record, start, end)
    else this.#grow(record, { key, start, end }, sessions, aggregate)
    if (this.settings.onClose) this.#emitClosed(record, closeTime)
  }

  /** One session in place of those found, unless the only one is this record's very instant. */
  #grow(record: AnyRecord, session: Windowed<unknown>, found: readonly KeyValue<Windowed<unknown>, unknown>[], aggregate: unknown): void {
    // Kafka Streams sends updates of sessions without headers.
    const bare = new StreamRecord(record.key, null, record.timestamp, Headers.empty)
    if (session.start !== session.end) {
      for (const { key, value } of found) {
        this.store.remove(key)
        this.update(bare, key, null, value, key.end)
      }
    }
    const newAggregate = this.aggregation.add(record, aggregate)
    this.store.put(session, newAggregate ?? null)
    this.update(bare, session, newAggregate, null, session.end)
  }

  #emitClosed(record: AnyRecord, closeTime: number): void {
    const { emitted } = this.clock
    const from = Math.max(0, emitted.value)
    const to = closeTime - 1
    if (closeTime <= emitted.value || to < from) return
    emitted.value = closeTime
    for (const { key, value } of this.store.findSessionsByEnd(from, to)) this.emit(record, key, value, key.end)
  }
}
