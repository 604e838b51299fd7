import { StreamError } from '../../core/errors.js'
import type {
  Admin,
  Client,
  GroupConsumer,
  GroupConsumerOptions,
  PartitionReader,
  Producer,
  ProducerOptions,
  ReaderOptions,
} from '../client.js'
import { KafkajsAdmin } from './admin.js'
import { KafkajsGroupConsumer } from './group-consumer.js'
import { Network } from './network.js'
import { KafkajsProducer } from './producer.js'
import { KafkajsReader } from './reader.js'
import { type KafkajsSettings, type Settings, withDefaults } from './settings.js'

/** A client of Apache Kafka, 2.3 or newer, over kafkajs. Nothing is connected until it is used. */
export function kafkajsClient(settings: KafkajsSettings): Client {
  if (settings.brokers.length === 0)
    throw new StreamError('INVALID_CONFIG', 'brokers: at least one address is needed, as in localhost:9092')
  return new KafkajsClient(withDefaults(settings))
}

/** What a client makes, and has to close. */
interface Part {
  readonly closed: boolean
  close(): Promise<void>
}

class KafkajsClient implements Client {
  readonly description: string
  readonly #settings: Settings
  readonly #parts = new Set<Part>()
  #adminNetwork: Network | undefined
  #closed = false

  constructor(settings: Settings) {
    this.#settings = settings
    this.description = `kafkajs ${settings.brokers.join(', ')}`
  }

  admin(): Admin {
    this.#ensureOpen()
    this.#adminNetwork ??= new Network(this.#settings)
    return new KafkajsAdmin(this.#adminNetwork)
  }

  createProducer(options: ProducerOptions = {}): Producer {
    return this.#add(() => new KafkajsProducer(this.#settings, options))
  }

  createGroupConsumer(options: GroupConsumerOptions): GroupConsumer {
    return this.#add(() => new KafkajsGroupConsumer(this.#settings, options))
  }

  createReader(options: ReaderOptions = {}): PartitionReader {
    return this.#add(() => new KafkajsReader(this.#settings, options))
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#parts].map((part) => part.close()))
    this.#parts.clear()
    this.#adminNetwork?.close()
  }

  #add<T extends Part>(make: () => T): T {
    this.#ensureOpen()
    for (const part of this.#parts) if (part.closed) this.#parts.delete(part)
    const part = make()
    this.#parts.add(part)
    return part
  }

  #ensureOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', 'the client is closed')
  }
}
