import type { ConsumedRecord } from '../client/client.js'
import type { EmbeddedBroker } from '../client/embedded/broker.js'

/** Where the records of a topic went: partition and offset of one after the other, as bare numbers, since they stay as long as the driver. */
export type SentPlaces = number[]

/** A record as its topic holds it. */
export interface SentBytes extends ConsumedRecord {
  readonly partition: number
}

/** Reads the records of a topic in the order in which they were sent; those of aborted transactions are passed over. */
export class SentReader {
  readonly #broker: EmbeddedBroker
  readonly #topic: string
  readonly #sent: ReadonlyMap<string, Readonly<SentPlaces>>
  readonly #readCommitted: boolean
  #index = 0

  constructor(broker: EmbeddedBroker, topic: string, sent: ReadonlyMap<string, Readonly<SentPlaces>>, readCommitted: boolean) {
    this.#broker = broker
    this.#topic = topic
    this.#sent = sent
    this.#readCommitted = readCommitted
  }

  /** Undefined if there is nothing more, or the transaction is open. */
  peek(): SentBytes | undefined {
    for (;;) {
      const places = this.#sent.get(this.#topic)
      const partition = places?.[2 * this.#index]
      const offset = places?.[2 * this.#index + 1]
      if (partition === undefined || offset === undefined) return undefined
      const log = this.#broker.log(this.#topic, partition)
      if (this.#readCommitted && offset >= log.lastStableOffset) return undefined
      const isolation = this.#readCommitted ? 'readCommitted' : 'readUncommitted'
      const [record] = offset < log.startOffset ? [] : log.read(offset, { isolation, maxRecords: 1 }).records
      if (record?.offset === offset) {
        const { timestamp, key, value, headers } = record
        return { offset, timestamp, key, value, headers, partition }
      }
      this.#index += 1
    }
  }

  next(): SentBytes | undefined {
    const record = this.peek()
    if (record !== undefined) this.#index += 1
    return record
  }
}
