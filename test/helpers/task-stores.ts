import { Headers } from '#runtime/core/headers.js'
import type { RecordOrigin } from '#runtime/core/record.js'
import type { Serde } from '#runtime/serde/serde.js'
import { memoryBackend } from '#runtime/stores/memory-store.js'
import type { StateBackend } from '#runtime/stores/store.js'
import type { StoreContext } from '#runtime/stores/store-context.js'
import type { StoreSpec } from '#runtime/stores/store-spec.js'
import { TaskStores } from '#runtime/stores/task-stores.js'

/** What a test hands to stores in place of a task: the record being processed, and what expired. */
export class TestContext implements StoreContext {
  origin: RecordOrigin = { metadata: undefined, timestamp: 0, headers: Headers.empty }
  readonly expirations: string[] = []

  at(timestamp: number): void {
    this.origin = { ...this.origin, timestamp }
  }

  recordOrigin(): RecordOrigin {
    return this.origin
  }

  runWith(origin: RecordOrigin, body: () => void): void {
    const before = this.origin
    this.origin = origin
    body()
    this.origin = before
  }

  expired(store: string): void {
    this.expirations.push(store)
  }
}

export interface LoggedChange {
  readonly store: string
  readonly key: Uint8Array
  readonly value: Uint8Array | null
  readonly timestamp: number
}

/** The stores of a task, its changelog, and its commits. */
export class TestStores {
  readonly context = new TestContext()
  readonly stores: TaskStores
  readonly changelog: LoggedChange[] = []

  constructor(specs: readonly StoreSpec[], open: () => StateBackend = memoryBackend) {
    this.stores = new TaskStores({
      stores: specs.map((spec) => ({ spec, global: false })),
      persistent: open,
      memory: memoryBackend,
      context: this.context,
    })
  }

  drain(): LoggedChange[] {
    const drained: LoggedChange[] = []
    this.stores.drain((store, key, value, timestamp) => drained.push({ store, key, value, timestamp }))
    this.changelog.push(...drained)
    return drained
  }

  commit(): LoggedChange[] {
    this.stores.flushCaches()
    const drained = this.drain()
    this.stores.commit(new Map([['changelog-0', this.changelog.length]]))
    return drained
  }

  /** Applies a changelog to these stores, which are empty, in batches. */
  restore(name: string, changelog: readonly LoggedChange[], batch = 7): void {
    const records = changelog.filter(({ store }) => store === name)
    for (let at = 0; at < records.length; at += batch) {
      this.stores.restore(name, records.slice(at, at + batch), new Map([['changelog-0', at + batch]]))
    }
  }
}

/** What is left of a changelog when Kafka has compacted it: the last record of each key, where it stood. */
export function compacted(changelog: readonly LoggedChange[]): LoggedChange[] {
  const last = new Map<string, LoggedChange>()
  for (const change of changelog) {
    const key = `${change.store} ${Buffer.from(change.key).toString('hex')}`
    last.delete(key)
    last.set(key, change)
  }
  return [...last.values()]
}

/** A mutable value, to see that stores do not share it. */
export const jsonSerde: Serde<{ items: number[] }> = {
  name: 'json',
  serialize: (value) => Buffer.from(JSON.stringify(value)),
  deserialize: (bytes) => JSON.parse(Buffer.from(bytes).toString()),
}
