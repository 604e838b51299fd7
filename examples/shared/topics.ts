/** The other side of an example's topics: what feeds them, and what looks at them. */
import { type Client, partitionOf } from 'millrace'
import type { Serde } from 'millrace/codegen'

export interface Topic<K, V> {
  readonly name: string
  readonly key: Serde<K>
  readonly value: Serde<V>
  readonly partitions: number
}

/** Sends records, each to the partition that Java's producer would choose for its key; without a key each in turn. */
export class TopicWriter<K, V> {
  readonly #topic: Topic<K, V>
  readonly #producer: ReturnType<Client['createProducer']>
  #turn = 0

  constructor(client: Client, topic: Topic<K, V>) {
    this.#topic = topic
    this.#producer = client.createProducer()
  }

  send(key: K | null, value: V, timestamp = Date.now()): void {
    const { name, partitions } = this.#topic
    const bytes = key === null ? null : this.#topic.key.serialize(key)
    const partition = bytes === null ? this.#turn++ % partitions : partitionOf(bytes, partitions)
    this.#producer.send({ topic: name, partition, key: bytes, value: this.#topic.value.serialize(value), timestamp, headers: [] })
  }

  /** Waits until all is acknowledged; throws what was refused. */
  async flush(): Promise<void> {
    const { failed } = await this.#producer.flush()
    if (failed[0] !== undefined) throw failed[0].error
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.close()
  }
}

/** How many records a topic has taken so far. */
export async function recordsIn(client: Client, { name, partitions }: Topic<unknown, unknown>): Promise<number> {
  const ends = await client.admin().endOffsets(Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })))
  return ends.reduce((sum, { offset }) => sum + offset, 0)
}

/** The values that come to a topic from now on, until `stopped`. */
export async function newValues<V>(client: Client, topic: Topic<unknown, V>, stopped: AbortSignal): Promise<AsyncIterable<V>> {
  const ends = await client
    .admin()
    .endOffsets(Array.from({ length: topic.partitions }, (_, partition) => ({ topic: topic.name, partition })))
  const reader = client.createReader()
  await reader.assign(new Map(ends.map(({ topic, partition, offset }) => [{ topic, partition }, offset])))
  return read(reader, topic.value, stopped)
}

async function* read<V>(reader: ReturnType<Client['createReader']>, serde: Serde<V>, stopped: AbortSignal): AsyncGenerator<V> {
  try {
    while (!stopped.aborted) {
      for (const { records } of await reader.poll(100)) {
        for (const { value } of records) if (value !== null) yield serde.deserialize(value)
      }
    }
  } finally {
    await reader.close()
  }
}
