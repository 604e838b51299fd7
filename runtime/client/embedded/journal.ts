import { compact, needsCompaction } from './compaction.js'
import type { PartitionLog } from './partition-log.js'
import type { TopicSpec } from './topic.js'

/** What the broker itself has to remember: the last value of each key; null forgets it. */
export interface JournalEntry {
  readonly key: string
  readonly value: JournalValue | null
}

export type JournalValue =
  | ({ readonly kind: 'topic' } & TopicSpec)
  /** Where a partition begins, if records were deleted. */
  | { readonly kind: 'start'; readonly topic: string; readonly partition: number; readonly offset: number }
  | {
      readonly kind: 'offset'
      readonly group: string
      readonly topic: string
      readonly partition: number
      readonly offset: number
      readonly metadata?: string
    }
  | {
      /** A transaction that is going to be committed, whatever happens. */
      readonly kind: 'commit'
      readonly transactionalId: string
      readonly producerId: number
      readonly partitions: readonly { readonly topic: string; readonly partition: number }[]
      readonly offsets: readonly JournalEntry[]
    }

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

/** Topics, committed offsets and decided transactions, in a compacted log of their own, as Kafka keeps them. */
export class Journal {
  readonly #log: PartitionLog | undefined

  /** Without a log nothing is remembered: the broker is in memory. */
  constructor(log?: PartitionLog) {
    this.#log = log
  }

  /** Is what is put kept at all? */
  get isKept(): boolean {
    return this.#log !== undefined
  }

  /** All entries or, after a crash, none. */
  put(entries: readonly JournalEntry[]): void {
    const log = this.#log
    if (log === undefined || entries.length === 0) return
    log.append(
      entries.map(({ key, value }) => ({
        key: utf8.encode(key),
        value: value === null ? null : utf8.encode(JSON.stringify(value)),
        timestamp: 0,
        headers: [],
      })),
    )
    if (needsCompaction(log)) compact(log, 0)
  }

  close(): void {
    this.#log?.close()
  }

  /** The values as they are now. */
  values(): readonly JournalValue[] {
    const log = this.#log
    const values = new Map<string, JournalValue>()
    if (log === undefined) return []
    for (let at = log.startOffset; at < log.endOffset; ) {
      const { records, nextOffset } = log.read(at)
      for (const { key, value } of records) {
        const name = fromUtf8.decode(key!)
        if (value === null) values.delete(name)
        else values.set(name, JSON.parse(fromUtf8.decode(value)))
      }
      at = nextOffset
    }
    return [...values.values()]
  }
}
