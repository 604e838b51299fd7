import type { ConsumedRecord } from '../client/client.js'
import type { EmbeddedBroker } from '../client/embedded/broker.js'

/** Where a record went. */
export interface SentRecord {
  readonly partition: number
  readonly offset: number
}

/** A record as its topic holds it. */
export interface SentBytes extends ConsumedRecord {
  readonly partition: number
}

/** Reads the records of a topic in the order in which they were sent; those of aborted transactions are passed over. */
export class SentReader {
  readonly #broker: EmbeddedBroker
  readonly #topic: string
  readonly #sent: ReadonlyMap<string, readonly SentRecord[]>
  readonly #readCommitted: boolean
  #index = 0

  constructor(broker: EmbeddedBroker, topic: string, sent: ReadonlyMap<string, readonly SentRecord[]>, readCommitted: boolean) {
    this.#broker = broker
    this.#topic = topic
    this.#sent = sent
    this.#readCommitted = readCommitted
  }

  /** Undefined if there is nothing more, or the transaction is open. */
  peek(): SentBytes | undefined {
    for (;;) {
      const next = this.#sent.get(this.#topic)?.[this.#index]
      if (next === undefined) return undefined
      const { partition, offset } = next
      const log = this.#broker.log(this.#topic, partition)
      if (this.#readCommitted && offset >= log.lastStableOffset) return undefined
      const isolation = this.#readCommitted ? 'readCommitted' : 'readUncommitted'
      const [record] = offset < log.startOffset ? [] : log.read(offset, { isolation, maxRecords: 1 }).records
      if (record?.offset === offset) return { ...record, partition }
      this.#index += 1
    }
  }

  next(): SentBytes | undefined {
    const record = this.peek()
    if (record !== undefined) this.#index += 1
    return record
  }
}
