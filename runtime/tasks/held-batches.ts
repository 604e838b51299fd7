import { partitionName } from '../changelog/topic-names.js'
import type { RecordBatch } from '../client/client.js'
import type { TopicPartition } from '../core/record.js'
import type { SourceNode } from '../topology/topology.js'

/** Fetches what the records' serdes will need (schemas of a registry); undefined if it is all there. */
export function prepareRecords({ key, value }: SourceNode, { records }: RecordBatch): Promise<unknown> | undefined {
  if (key.prepare === undefined && value.prepare === undefined) return undefined
  // What several records wait for is one promise.
  const waits = new Set<Promise<void>>()
  for (const record of records) {
    const forKey = record.key === null ? undefined : key.prepare?.(record.key)
    const forValue = record.value === null ? undefined : value.prepare?.(record.value)
    if (forKey !== undefined) waits.add(forKey)
    if (forValue !== undefined) waits.add(forValue)
  }
  return waits.size === 0 ? undefined : Promise.all(waits)
}

interface Held {
  readonly batch: RecordBatch
  readonly bytes: number
  isReady: boolean
  failure?: { readonly error: unknown }
}

/** Batches that wait for what their serdes need, and those that came after them: they are given out in the order in which they came. */
export class HeldBatches {
  #held: Held[] = []

  get isEmpty(): boolean {
    return this.#held.length === 0
  }

  /** `ready`: what it waits for; undefined: only for those before it. */
  hold(batch: RecordBatch, ready: Promise<unknown> | undefined): void {
    const bytes = batch.records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0)
    const held: Held = { batch, bytes, isReady: ready === undefined }
    this.#held.push(held)
    ready?.then(
      () => {
        held.isReady = true
      },
      (error: unknown) => {
        held.failure = { error }
      },
    )
  }

  /** Those that need not wait any longer. Throws what the first failed with. */
  take(): readonly RecordBatch[] {
    const failure = this.#held[0]?.failure
    if (failure !== undefined) throw failure.error
    const waiting = this.#held.findIndex(({ isReady }) => !isReady)
    return this.#held.splice(0, waiting < 0 ? this.#held.length : waiting).map(({ batch }) => batch)
  }

  /** Of one partition or of all. */
  records(partition?: TopicPartition): number {
    return this.#of(partition).reduce((sum, { batch }) => sum + batch.records.length, 0)
  }

  bytes(partition?: TopicPartition): number {
    return this.#of(partition).reduce((sum, { bytes }) => sum + bytes, 0)
  }

  clear(): void {
    this.#held = []
  }

  #of(partition: TopicPartition | undefined): readonly Held[] {
    if (partition === undefined || this.isEmpty) return this.#held
    const name = partitionName(partition)
    return this.#held.filter(({ batch }) => partitionName(batch) === name)
  }
}
