import type { TopicPartition } from '../../core/record.js'
import type { CommittedOffset } from '../client.js'
import type { JournalEntry } from './journal.js'

/** The committed offsets of all groups. */
export class CommittedOffsets {
  readonly #groups = new Map<string, Map<string, CommittedOffset>>()

  get(group: string, { topic, partition }: TopicPartition): CommittedOffset | undefined {
    return this.#groups.get(group)?.get(place(topic, partition))
  }

  set(group: string, offset: CommittedOffset): void {
    const offsets = this.#groups.get(group) ?? new Map<string, CommittedOffset>()
    this.#groups.set(group, offsets)
    const { topic, partition, offset: next, metadata } = offset
    offsets.set(
      place(topic, partition),
      metadata === undefined ? { topic, partition, offset: next } : { topic, partition, offset: next, metadata },
    )
  }

  /** Forgets a group; returns what the journal is to forget. */
  deleteGroup(group: string): readonly JournalEntry[] {
    const offsets = [...(this.#groups.get(group)?.values() ?? [])]
    this.#groups.delete(group)
    return offsets.map((offset) => ({ key: offsetKey(group, offset), value: null }))
  }

  /** Forgets a topic; returns what the journal is to forget. */
  deleteTopic(topic: string): readonly JournalEntry[] {
    const entries: JournalEntry[] = []
    for (const [group, offsets] of this.#groups) {
      for (const [key, offset] of offsets) {
        if (offset.topic !== topic) continue
        offsets.delete(key)
        entries.push({ key: offsetKey(group, offset), value: null })
      }
    }
    return entries
  }
}

/** A committed offset as the journal keeps it. */
export function offsetEntry(group: string, { topic, partition, offset, metadata }: CommittedOffset): JournalEntry {
  return {
    key: offsetKey(group, { topic, partition }),
    value: { kind: 'offset', group, topic, partition, offset, ...(metadata === undefined ? {} : { metadata }) },
  }
}

function offsetKey(group: string, { topic, partition }: TopicPartition): string {
  return JSON.stringify(['offset', group, topic, partition])
}

function place(topic: string, partition: number): string {
  return `${topic}-${partition}`
}
