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
export interface EmbeddedClient extends Client {
  /**
   * As if its process died, for tests: what is queued is not sent, members do not leave (their sessions expire), transactions
   * stay open (until they time out, or a successor begins).
   */
  kill(): void
}

export function embeddedClient(broker: EmbeddedBroker): EmbeddedClient {
  return new BrokerClient(broker)
}

/** What a client makes, and has to close. */
interface Part {
  readonly closed: boolean
  close(): Promise<void>
  kill(): void
}

class BrokerClient implements EmbeddedClient {
  readonly #broker: EmbeddedBroker
  readonly #parts = new Set<Part>()
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
    for (const part of this.#parts) await part.close()
    this.#parts.clear()
  }

  kill(): void {
    this.#closed = true
    for (const part of this.#parts) part.kill()
    this.#parts.clear()
  }

  #add<T extends Part>(part: T): T {
    this.#checkOpen()
    for (const each of this.#parts) if (each.closed) this.#parts.delete(each)
    this.#parts.add(part)
    return part
  }

  #checkOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', 'The client is closed.')
    this.#broker.checkOpen()
  }
}
