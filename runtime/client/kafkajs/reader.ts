import { setImmediate as nextTurn } from 'node:timers/promises'
import { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { PartitionReader, ReaderOptions, RecordBatch } from '../client.js'
import { Fetcher } from './fetcher.js'
import { Network } from './network.js'
import { learnAll } from './offsets.js'
import type { Settings } from './settings.js'
import { Signal } from './signal.js'

/** Reads partitions by hand, on connections of its own. An offset that the broker does not have is OFFSET_OUT_OF_RANGE. */
export class KafkajsReader implements PartitionReader {
  readonly #network: Network
  readonly #fetcher: Fetcher
  readonly #ready = new Signal()

  constructor(settings: Settings, options: ReaderOptions) {
    this.#network = new Network(options.clientId === undefined ? settings : { ...settings, clientId: options.clientId })
    this.#fetcher = new Fetcher(this.#network, {
      isolation: options.isolation ?? 'readUncommitted',
      reset: ({ topic, partition }, offset) => {
        throw new StreamError('OFFSET_OUT_OF_RANGE', `${topic} [${partition}] does not have offset ${offset}`, { topic, partition, offset })
      },
      onReady: () => this.#ready.set(),
    })
  }

  async assign(partitions: ReadonlyMap<TopicPartition, number>): Promise<void> {
    this.#ensureOpen()
    const list = [...partitions.keys()]
    await this.#network.retry('assign partitions to read', () => learnAll(this.#network, list))
    this.#fetcher.assign(list)
    const added = new Set(this.#fetcher.withoutPosition().map(({ topic, partition }) => `${topic} ${partition}`))
    for (const [at, offset] of partitions) if (added.has(`${at.topic} ${at.partition}`)) this.#fetcher.seek(at, offset)
    this.#fetcher.start()
  }

  async poll(maxWaitMs: number): Promise<readonly RecordBatch[]> {
    this.#ensureOpen()
    const end = performance.now() + maxWaitMs
    // Sockets get their turn even if whoever polls never waits.
    await nextTurn()
    while (!this.closed) {
      const batches = this.#fetcher.take()
      const left = end - performance.now()
      if (batches.length > 0 || left <= 0) return batches
      await this.#ready.wait(left)
    }
    return []
  }

  get closed(): boolean {
    return this.#network.closed
  }

  async close(): Promise<void> {
    this.#fetcher.close()
    this.#network.close()
    this.#ready.set()
  }

  #ensureOpen(): void {
    if (this.closed) throw new StreamError('INVALID_STATE', 'the partition reader is closed')
  }
}
