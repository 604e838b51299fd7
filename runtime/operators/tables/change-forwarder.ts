import { type Change, StreamRecord } from '../../core/record.js'
import type { CacheableStore, StateStore } from '../../stores/state-store.js'
import type { AnyRecord, ProcessorContext } from '../../topology/processor.js'

/**
 * Sends on the changes of a table that is kept in `store`: at once, or, with the record cache on, one per key when the store is
 * flushed. Kafka Streams: `TimestampedTupleForwarder`.
 */
export class ChangeForwarder {
  readonly #context: ProcessorContext
  readonly #cached: boolean
  readonly #sendOldValues: boolean

  constructor(context: ProcessorContext, store: StateStore, sendOldValues: boolean) {
    this.#context = context
    this.#sendOldValues = sendOldValues
    this.#cached = isCached(store)
    if (!isCached(store)) return
    store.setFlushListener((key, newValue, oldValue, timestamp) => {
      const change = changeOf(newValue, sendOldValues ? oldValue : null)
      context.forward(new StreamRecord(key, change, timestamp, context.recordHeaders()))
    })
  }

  /** `record` gives the headers. */
  forward(record: AnyRecord, key: unknown, newValue: unknown, oldValue: unknown, timestamp: number, isLatest = true): void {
    if (this.#cached) return
    const change = changeOf(newValue, this.#sendOldValues ? oldValue : null, isLatest)
    this.#context.forward(new StreamRecord(key, change, timestamp, record.headers))
  }
}

export function changeOf<V>(newValue: V | null | undefined, oldValue: V | null | undefined, isLatest = true): Change<V> {
  return { newValue: newValue ?? null, oldValue: oldValue ?? null, isLatest }
}

function isCached(store: StateStore): store is CacheableStore<unknown, unknown> {
  return 'cached' in store && store.cached === true
}
