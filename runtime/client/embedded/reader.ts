import { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { PartitionReader, ReaderOptions, RecordBatch } from '../client.js'
import type { EmbeddedBroker } from './broker.js'
import { Fetcher } from './fetcher.js'
import { takeTurns, Waiter } from './waiter.js'

const maxPollBytes = 4 << 20

/** Reads partitions of the broker by hand. */
export class EmbeddedReader implements PartitionReader {
  readonly #broker: EmbeddedBroker
  readonly #waiter: Waiter
  readonly #fetcher: Fetcher
  #closed = false

  constructor(broker: EmbeddedBroker, options: ReaderOptions) {
    this.#broker = broker
    this.#waiter = new Waiter(broker.clock)
    this.#fetcher = new Fetcher(broker, {
      isolation: options.isolation ?? 'readUncommitted',
      maxBytes: maxPollBytes,
      wake: this.#waiter.wake,
      reset: (log, offset) => {
        log.checkRange(offset)
        return offset
      },
    })
  }

  async assign(partitions: ReadonlyMap<TopicPartition, number>): Promise<void> {
    this.#checkOpen()
    for (const { topic, partition } of partitions.keys()) this.#broker.log(topic, partition)
    this.#fetcher.keepOnly(partitions.keys())
    for (const [place, offset] of partitions) if (!this.#fetcher.has(place)) this.#fetcher.add(place, offset)
    this.#waiter.wake()
  }

  async poll(maxWaitMs: number): Promise<readonly RecordBatch[]> {
    this.#checkOpen()
    const until = this.#broker.clock.now() + maxWaitMs
    await takeTurns()
    for (;;) {
      if (this.#closed) return []
      const batches = this.#fetcher.fetch()
      const left = until - this.#broker.clock.now()
      if (batches.length > 0 || left <= 0) return batches
      await this.#waiter.wait(left)
    }
  }

  get closed(): boolean {
    return this.#closed
  }

  async close(): Promise<void> {
    this.kill()
  }

  kill(): void {
    this.#closed = true
    this.#fetcher.clear()
    this.#waiter.wake()
  }

  #checkOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', 'The reader is closed.')
  }
}
