/** What the tests here share: records as text, and a member that reads and remembers. */
import type { Assignor, Client, GroupConsumer, GroupConsumerOptions, ProducedRecord } from '#runtime/client/client.js'
import type { TopicPartition } from '#runtime/core/record.js'

export function record(at: TopicPartition, value: string): ProducedRecord {
  return { ...at, key: null, value: Buffer.from(value), timestamp: Date.now(), headers: [] }
}

/** Deals each topic's partitions out to the members in turn. */
export const inTurn: Assignor = {
  name: 'in-turn',
  userData: () => null,
  assign(members, partitionsOf) {
    const ids = members.map(({ memberId }) => memberId).sort()
    const all = [...partitionsOf].flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })))
    return new Map(ids.map((id, turn) => [id, { partitions: all.filter((_, n) => n % ids.length === turn), userData: null }]))
  },
}

export class Member {
  readonly consumer: GroupConsumer
  readonly values: string[] = []
  readonly events: string[] = []
  assigned: readonly TopicPartition[] = []
  readonly #positions = new Map<string, TopicPartition & { offset: number }>()

  constructor(client: Client, topic: string, options: Partial<GroupConsumerOptions> & { groupId: string }) {
    this.consumer = client.createGroupConsumer({
      clientId: 'test',
      topics: [topic],
      assignor: inTurn,
      isolation: 'readCommitted',
      offsetReset: () => 'earliest',
      ...options,
    })
  }

  start(): Promise<void> {
    return this.consumer.start({
      onAssigned: async (partitions) => {
        this.events.push('assigned')
        this.assigned = partitions
      },
      onRevoked: async () => {
        this.events.push('revoked')
        await this.commit()
        this.assigned = []
      },
      onLost: async () => {
        this.events.push('lost')
        this.assigned = []
      },
    })
  }

  async pollUntil(done: () => boolean): Promise<void> {
    while (!done()) {
      for (const { topic, partition, records, nextOffset } of await this.consumer.poll(100)) {
        this.#positions.set(`${topic}-${partition}`, { topic, partition, offset: nextOffset })
        for (const { value } of records) this.values.push(Buffer.from(value!).toString())
      }
    }
  }

  async commit(): Promise<void> {
    await this.consumer.commit([...this.#positions.values()])
    this.#positions.clear()
  }
}
