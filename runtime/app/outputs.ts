import type { Acknowledged, FailedRecord, FlushResult, ProducedRecord, Producer } from '../client/client.js'
import { StreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import { deadLetterRecord, decide, type ErrorHandlers, type Failure } from '../tasks/handlers.js'
import { partitionOf } from '../tasks/partitioner.js'
import type { RecordOutput } from '../tasks/record-collector.js'
import type { OutputTopics } from './output-topics.js'

/** Of all outputs of an instance. */
export class OutputTotals {
  /** Records sent, changelogs' too. */
  sent = 0
  /** Records that the broker refused and the production handler dropped. */
  refused = 0
}

export interface OutputsOptions {
  readonly totals: OutputTotals
  readonly topics: OutputTopics
  /** Topics whose every record must arrive, or state is lost. */
  readonly changelogs: ReadonlySet<string>
  readonly handlers: ErrorHandlers
  readonly logger: Logger
}

/** Where the records of tasks go: their producer, the partitions of topics, and what becomes of a refused record. */
export class Outputs implements RecordOutput {
  readonly #producer: Producer
  readonly #options: OutputsOptions

  constructor(producer: Producer, options: OutputsOptions) {
    this.#producer = producer
    this.#options = options
  }

  /** Bytes on their way. */
  get bufferedBytes(): number {
    return this.#producer.bufferedBytes
  }

  send(record: ProducedRecord): void {
    this.#options.totals.sent += 1
    this.#producer.send(record)
  }

  partitions(topic: string): number | undefined {
    return this.#options.topics.known(topic)
  }

  /** Throws TOPIC_MISSING. */
  partitionsOf(topic: string): Promise<number> {
    return this.#options.topics.find(topic)
  }

  /** Waits for all acknowledgements; a record that the broker refused is decided on by the handler. Throws PRODUCTION if that says fail. */
  async flush(): Promise<FlushResult> {
    const acknowledged: Acknowledged[] = []
    for (;;) {
      const result = await this.#producer.flush()
      acknowledged.push(...result.acknowledged)
      if (result.failed.length === 0) return { acknowledged, failed: [] }
      for (const failed of result.failed) await this.#refused(failed)
    }
  }

  async #refused({ record, error: cause }: FailedRecord): Promise<void> {
    const { handlers, logger, changelogs, totals } = this.#options
    const { topic, partition } = record
    const error = new StreamError('PRODUCTION', `A record for ${topic}-${partition} was refused: ${cause.message}`, {
      topic,
      partition,
      cause,
      hint: 'Correct the topic (max.message.bytes, ACLs), or set onProductionError.',
    })
    const failure = failureOf(record, error)
    const isVital = changelogs.has(topic) || topic === handlers.deadLetterTopic
    const decision = isVital ? 'fail' : decide(handlers.production, failure, handlers.deadLetterTopic)
    if (decision === 'fail') throw error
    totals.refused += 1
    logger.warn(`${error.message} (${decision === 'continue' ? 'dropped' : 'to the dead-letter topic'})`)
    if (decision === 'continue') return
    const letter = deadLetterRecord(handlers.deadLetterTopic!, failure)
    const partitions = await this.partitionsOf(letter.topic)
    this.send({ ...letter, partition: letter.key === null ? 0 : partitionOf(letter.key, partitions) })
  }
}

/** The task and the record that it was made of are not known any more; key and value are those refused. */
function failureOf({ key, value, timestamp, headers }: ProducedRecord, error: StreamError): Failure {
  const unknown = { task: '', step: '', topic: undefined, partition: undefined, offset: undefined }
  return { kind: 'production', error, ...unknown, timestamp, headers, key, value }
}
