import { partitionName } from '../changelog/topic-names.js'
import type { Admin, IsolationLevel, PartitionReader, RecordBatch } from '../client/client.js'
import { isStreamError, StreamError } from '../core/errors.js'
import type { TopicPartition } from '../core/record.js'
import type { StateStore } from '../stores/state-store.js'
import type { GlobalState } from '../tasks/global-state.js'
import { HeldBatches } from '../tasks/held-batches.js'

/** Updates kept in memory before they are committed. */
const maxDirtyBytes = 16 * 2 ** 20

export interface GlobalTablesOptions {
  /** Makes the state, to be opened. */
  readonly create: () => GlobalState
  /** Deletes what is there of it on disk. */
  readonly wipe: () => void
  readonly admin: Admin
  /** Reads what `isolation` says. */
  readonly reader: PartitionReader
  readonly isolation: IsolationLevel
  /** Waits until what was sent to the dead-letter topic is acknowledged. */
  readonly flush: () => Promise<unknown>
  /** Ends the start early. */
  readonly isStopping: () => boolean
}

/** Keeps the global tables of an instance up to date: at first up to the ends of their topics, then as records come. */
export class GlobalTables {
  readonly #state: GlobalState
  readonly #reader: PartitionReader
  readonly #flush: () => Promise<unknown>
  readonly #held = new HeldBatches()

  private constructor(state: GlobalState, { reader, flush }: GlobalTablesOptions) {
    this.#state = state
    this.#reader = reader
    this.#flush = flush
  }

  /** Opens the stores and reads them up. A state that is of topics that were made anew is wiped. */
  static async start(options: GlobalTablesOptions): Promise<GlobalTables> {
    const { create, wipe, admin, reader, isolation, isStopping } = options
    let state = opened(create, wipe)
    const partitions = [...state.positions().keys()]
    const beginnings = offsets(await admin.beginningOffsets(partitions))
    const ends = offsets(await admin.endOffsets(partitions, isolation))
    if ([...state.positions()].some(([partition, position]) => position > ends(partition))) {
      state.close()
      wipe()
      state = opened(create, wipe)
    }
    const tables = new GlobalTables(state, options)
    const from = [...state.positions()].map(([partition, position]) => [partition, Math.max(position, beginnings(partition))] as const)
    await reader.assign(new Map(from))
    const open = new Set(from.filter(([partition, position]) => position < ends(partition)).map(([partition]) => partitionName(partition)))
    while (open.size > 0 && !isStopping()) {
      for (const batch of await reader.poll(100)) {
        await state.prepare(batch)
        await tables.#update(batch)
        if (batch.nextOffset >= ends(batch)) open.delete(partitionName(batch))
      }
    }
    await tables.commit()
    return tables
  }

  /** What has come since. While records wait for their schemas, nothing more is read. */
  async poll(): Promise<void> {
    if (this.#held.isEmpty) for (const batch of await this.#reader.poll(0)) this.#held.hold(batch, this.#state.prepare(batch))
    for (const batch of this.#held.take()) await this.#update(batch)
  }

  /** Undefined if there is no such global store. */
  store(name: string): StateStore | undefined {
    return this.#state.store(name)
  }

  async commit(): Promise<void> {
    await this.#flush()
    this.#state.commit()
  }

  close(): void {
    this.#state.close()
  }

  async #update(batch: RecordBatch): Promise<void> {
    this.#state.update(batch)
    if (this.#state.dirtyBytes > maxDirtyBytes) await this.commit()
  }
}

/** A state that cannot be read is wiped, and made anew. */
function opened(create: () => GlobalState, wipe: () => void): GlobalState {
  const state = create()
  try {
    state.open()
    return state
  } catch (error) {
    state.close()
    if (!isStreamError(error) || error.reaction !== 'restore') throw error
    wipe()
    const fresh = create()
    fresh.open()
    return fresh
  }
}

function offsets(known: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]) {
  const byName = new Map(known.map((offset) => [partitionName(offset), offset.offset]))
  return (partition: TopicPartition): number => {
    const offset = byName.get(partitionName(partition))
    if (offset === undefined)
      throw new StreamError('TOPIC_MISSING', `The end of ${partitionName(partition)} is not known.`, { ...partition })
    return offset
  }
}
