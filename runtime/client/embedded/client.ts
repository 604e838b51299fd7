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
import { EmbeddedAdmin } from './admin.js'
import type { EmbeddedBroker } from './broker.js'
import { EmbeddedGroupConsumer } from './group-consumer.js'
import { EmbeddedProducer } from './producer.js'
import { EmbeddedReader } from './reader.js'

/** A client of the broker in this process. Closing it leaves the broker as it is; one broker may have many. */
export function embeddedClient(broker: EmbeddedBroker): Client {
  return new EmbeddedClient(broker)
}

class EmbeddedClient implements Client {
  readonly #broker: EmbeddedBroker
  readonly #open = new Set<{ close(): Promise<void> }>()
  #closed = false

  constructor(broker: EmbeddedBroker) {
    this.#broker = broker
  }

  get description(): string {
    return this.#broker.description
  }

  admin(): Admin {
    this.#checkOpen()
    return new EmbeddedAdmin(this.#broker, () => this.#checkOpen())
  }

  createProducer(options: ProducerOptions = {}): Producer {
    return this.#add(new EmbeddedProducer(this.#broker, options))
  }

  createGroupConsumer(options: GroupConsumerOptions): GroupConsumer {
    return this.#add(new EmbeddedGroupConsumer(this.#broker, options))
  }

  createReader(options: ReaderOptions = {}): PartitionReader {
    return this.#add(new EmbeddedReader(this.#broker, options))
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const each of this.#open) await each.close()
    this.#open.clear()
  }

  #add<T extends { close(): Promise<void> }>(part: T): T {
    this.#checkOpen()
    this.#open.add(part)
    return part
  }

  #checkOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', 'The client is closed.')
    this.#broker.checkOpen()
  }
}
