import type { Acknowledged, Admin, FailedRecord, FlushResult, ProducedRecord, Producer } from '../client/client.js'
import { StreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import { deadLetterRecord, decide, type ErrorHandlers, type Failure } from '../tasks/handlers.js'
import { partitionOf } from '../tasks/partitioner.js'
import type { RecordOutput } from '../tasks/record-collector.js'

export interface OutputsOptions {
  readonly producer: Producer
  readonly admin: Admin
  /** Partitions of the topics known at start, by their names on Kafka; those routed to are added. */
  readonly partitions: ReadonlyMap<string, number>
  /** Topics whose every record must arrive, or state is lost. */
  readonly changelogs: ReadonlySet<string>
  readonly handlers: ErrorHandlers
  readonly logger: Logger
}

/** Where the records of all tasks go: the producer they share, the partitions of topics, and what becomes of a refused record. */
export class Outputs implements RecordOutput {
  readonly #options: OutputsOptions
  readonly #partitions: Map<string, number>
  /** Records sent, changelogs' too. */
  sent = 0
  /** Records that the broker refused and the production handler dropped. */
  refused = 0

  constructor(options: OutputsOptions) {
    this.#options = options
    this.#partitions = new Map(options.partitions)
  }

  /** Bytes on their way. */
  get bufferedBytes(): number {
    return this.#options.producer.bufferedBytes
  }

  send(record: ProducedRecord): void {
    this.sent += 1
    this.#options.producer.send(record)
  }

  partitions(topic: string): number | undefined {
    return this.#partitions.get(topic)
  }

  /** Throws TOPIC_MISSING. */
  async partitionsOf(topic: string): Promise<number> {
    const known = this.#partitions.get(topic)
    if (known !== undefined) return known
    const found = (await this.#options.admin.describeTopics([topic])).get(topic)
    if (found === undefined) {
      throw new StreamError('TOPIC_MISSING', `A record was routed to the topic ${topic}, which does not exist.`, {
        topic,
        hint: 'Create it, or route to another.',
      })
    }
    this.#partitions.set(topic, found.partitions)
    return found.partitions
  }

  /** Waits for all acknowledgements; a record that the broker refused is decided on by the handler. Throws PRODUCTION if that says fail. */
  async flush(): Promise<FlushResult> {
    const acknowledged: Acknowledged[] = []
    for (;;) {
      const result = await this.#options.producer.flush()
      acknowledged.push(...result.acknowledged)
      if (result.failed.length === 0) return { acknowledged, failed: [] }
      for (const failed of result.failed) await this.#refused(failed)
    }
  }

  async #refused({ record, error: cause }: FailedRecord): Promise<void> {
    const { handlers, logger, changelogs } = this.#options
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
    this.refused += 1
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
