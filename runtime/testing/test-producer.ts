import type { Acknowledged, CommittedOffset, FlushResult, ProducedRecord } from '../client/client.js'
import type { EmbeddedBroker } from '../client/embedded/broker.js'
import type { PartitionLog } from '../client/embedded/partition-log.js'
import type { RecordOutput } from '../tasks/record-collector.js'

type Identity = ReturnType<EmbeddedBroker['transactions']['init']>

export interface TestProducerOptions {
  readonly broker: EmbeddedBroker
  /** Partitions of topics that come up unasked for (routing by record). */
  readonly partitions: number
  /** Within transactions of this id. */
  readonly transactionalId?: string
  /** Hears of each record, and its offset. */
  readonly sent: (record: ProducedRecord, offset: number) => void
}

/** Appends to the broker what it is given, at once; makes topics that are missing. */
export class TestProducer implements RecordOutput {
  readonly #options: TestProducerOptions
  readonly #broker: EmbeddedBroker
  readonly #identity: Identity | undefined
  readonly #sequences = new Map<PartitionLog, number>()
  readonly #written = new Set<PartitionLog>()
  readonly #partitions = new Map<string, number>()

  constructor(options: TestProducerOptions) {
    this.#options = options
    this.#broker = options.broker
    if (options.transactionalId !== undefined) this.#identity = this.#broker.transactions.init(options.transactionalId, 60_000)
  }

  partitions(topic: string): number {
    let partitions = this.#partitions.get(topic)
    if (partitions === undefined) {
      this.#broker.createTopic({ name: topic, partitions: this.#options.partitions })
      partitions = this.#broker.describeTopic(topic)!.partitions
      this.#partitions.set(topic, partitions)
    }
    return partitions
  }

  partitionsOf(topic: string): number {
    return this.partitions(topic)
  }

  send(record: ProducedRecord): void {
    const log = this.#broker.log(record.topic, record.partition)
    const offset = this.#append(log, record)
    this.#written.add(log)
    this.#options.sent(record, offset)
  }

  flush(): FlushResult {
    const acknowledged: Acknowledged[] = []
    for (const { topic, partition, endOffset } of this.#written) acknowledged.push({ topic, partition, nextOffset: endOffset })
    this.#written.clear()
    return { acknowledged, failed: [] }
  }

  sendOffsets(group: string, offsets: readonly CommittedOffset[]): void {
    this.#broker.transactions.addOffsets(this.#identity!, group, offsets)
  }

  commitTransaction(): void {
    this.#broker.transactions.commit(this.#identity!)
  }

  #append(log: PartitionLog, record: ProducedRecord): number {
    if (this.#identity === undefined) return this.#broker.append(log.topic, log.partition, record)
    const sequence = this.#sequences.get(log) ?? 0
    this.#sequences.set(log, sequence + 1)
    return this.#broker.produce(log, [record], this.#identity, sequence)
  }
}
