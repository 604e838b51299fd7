import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { type AppConfig, type Client, StreamApp, type StreamError } from 'millrace'
import { type AvroCodec, avroBareSerde, stringSerde, type TopologySpec } from 'millrace/codegen'
import type { ConsumedRecord } from '#runtime/client/client.js'
import type { ShopStores } from './shop/generated/shop/app.js'
import { shopTopology } from './shop/generated/shop/topology.js'
import { cityCodec } from './shop/generated/types/shop/city.js'
import { totalCodec } from './shop/generated/types/shop/total.js'

/** The topics of shop.topology.yaml. */
type Topic = 'orders' | 'customers' | 'totals'

export interface Sum {
  readonly city: string
  readonly orders: number
  readonly cents: number
}

/** The job of shop.topology.yaml on Kafka, under names of its own: a test has one, and nothing of the others. */
export class ShopJob {
  readonly application: string
  readonly #t: ExecutionContext
  readonly #client: Client
  readonly #config: Partial<AppConfig>
  readonly #stateDir = join(mkdtempSync(join(tmpdir(), 'millrace-shop-')), 'state')

  private constructor(t: ExecutionContext, application: string, client: Client, config: Partial<AppConfig>) {
    this.application = application
    this.#t = t
    this.#client = client
    this.#config = config
  }

  /** With its topics made; `config` is that of all its apps. */
  static async create(t: ExecutionContext, application: string, client: Client, config: Partial<AppConfig>): Promise<ShopJob> {
    const job = new ShopJob(t, application, client, config)
    const topics: readonly Topic[] = ['orders', 'customers', 'totals']
    await client.admin().createTopics(topics.map((topic) => ({ name: job.topic(topic), partitions: 1 })))
    return job
  }

  topic(name: Topic): string {
    return `${this.application}-${name}`
  }

  /** A new app over the state of the last, to be started. */
  app(config: Partial<AppConfig> = {}): StreamApp<ShopStores> {
    const spec = shopTopology({})
    const topics = Object.entries(spec.topics).map(([name, topic]) => [name, { ...topic, name: this.topic(name as Topic) }])
    const renamed: TopologySpec = { ...spec, application: this.application, topics: Object.fromEntries(topics) }
    const common = { client: this.#client, stateDir: this.#stateDir, handleSignals: false, commitIntervalMs: 100 }
    const app = new StreamApp<ShopStores>(renamed, { ...common, logger: quiet, ...this.#config, ...config })
    this.#t.teardown(() => app.close().catch(() => {}))
    return app
  }

  /** Sends bytes as they are; a text is one of Kafka's own. */
  async send(topic: Topic, key: Uint8Array | string, value: Uint8Array | null): Promise<void> {
    const bytes = typeof key === 'string' ? stringSerde.serialize(key) : key
    const producer = this.#client.createProducer()
    producer.send({ topic: this.topic(topic), partition: 0, key: bytes, value, timestamp: Date.now(), headers: [] })
    this.#t.deepEqual((await producer.flush()).failed, [])
    await producer.close()
  }

  /** The sums that have come out, once there are so many. */
  async sums(count: number): Promise<readonly Sum[]> {
    return (await this.records(this.topic('totals'), count)).map(({ key, value }) => ({
      city: avroBareSerde(cityCodec).deserialize(key!.subarray(5)).name,
      ...avroBareSerde(totalCodec).deserialize(value!.subarray(5)),
    }))
  }

  /** The first records of a topic on Kafka, once there are so many. */
  async records(topic: string, count: number): Promise<readonly ConsumedRecord[]> {
    const reader = this.#client.createReader()
    await reader.assign(new Map([[{ topic, partition: 0 }, 0]]))
    const records: ConsumedRecord[] = []
    while (records.length < count) for (const batch of await reader.poll(100)) records.push(...batch.records)
    await reader.close()
    return records
  }
}

/** As any other writer frames a value: 00, the id, the value. */
export function framed<T>(id: number, codec: AvroCodec<T>, value: T): Uint8Array {
  return framedBytes(id, avroBareSerde(codec).serialize(value))
}

export function framedBytes(id: number, body: Uint8Array): Uint8Array {
  const header = Buffer.alloc(5)
  header.writeInt32BE(id, 1)
  return Buffer.concat([header, body])
}

export function idIn(bytes: Uint8Array | null): number {
  return Buffer.from(bytes!).readInt32BE(1)
}

/** What puts the app into ERROR. */
export function failureOf(app: StreamApp<ShopStores>): Promise<StreamError> {
  return new Promise((resolve) => app.on('error', resolve))
}

export const quiet = { debug() {}, info() {}, warn() {}, error() {} }
