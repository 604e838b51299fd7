import type { NamedNumber } from '../changelog/offset-metadata.js'
import type { ConsumedRecord } from '../client/client.js'
import type { Clock } from '../core/clock.js'
import { isStreamError, StreamError } from '../core/errors.js'
import { Headers } from '../core/headers.js'
import type { Logger } from '../core/logger.js'
import type { RecordMetadata, RecordOrigin } from '../core/record.js'
import type { StateStore } from '../stores/state-store.js'
import type { Cancellable, KeptNumber, PunctuationType } from '../topology/processor.js'
import { deadLetterRecord, decide, type ErrorHandler, type ErrorHandlers, type Failure } from './handlers.js'
import type { TaskMetrics } from './metrics.js'
import type { RecordCollector } from './record-collector.js'

/** What the nodes of a graph need around them; one per task, one for the global stores. */
export interface ProcessingOptions {
  readonly application: string
  readonly taskId: string
  readonly clock: Clock
  readonly logger: Logger
  readonly handlers: ErrorHandlers
  readonly metrics: TaskMetrics
  /** Undefined where nothing is sent (global stores). */
  readonly collector: RecordCollector | undefined
  store(name: string): StateStore | undefined
  streamTimeMs(): number
  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestampMs: number) => void): Cancellable
  requestCommit(): void
}

/** The record being processed, as it entered the graph; also its own metadata, so that a record costs one object. */
export class InputOrigin implements RecordOrigin, RecordMetadata {
  readonly topic: string
  readonly partition: number
  readonly timestamp: number
  readonly headers: Headers
  readonly raw: ConsumedRecord

  constructor(topic: string, partition: number, timestamp: number, headers: Headers, raw: ConsumedRecord) {
    this.topic = topic
    this.partition = partition
    this.timestamp = timestamp
    this.headers = headers
    this.raw = raw
  }

  get offset(): number {
    return this.raw.offset
  }

  get metadata(): RecordMetadata {
    return this
  }
}

/** As in Kafka Streams, what happens before the first record happens at 0. */
const noOrigin: RecordOrigin = { metadata: undefined, timestamp: 0, headers: Headers.empty }

/** What is going on in a graph right now: the origin of the record being processed, and what becomes of failures. */
export class Processing {
  readonly options: ProcessingOptions
  origin: RecordOrigin
  readonly #kept = new Map<string, KeptNumber>()
  #keptNumbers: (KeptNumber & NamedNumber)[] = []
  readonly #shared = new Map<object, unknown>()
  /** What stops the task, once it is thrown: nodes on the way up let it pass. */
  #fatal: unknown

  constructor(options: ProcessingOptions) {
    this.options = options
    this.origin = noOrigin
  }

  recordOrigin(): RecordOrigin {
    return this.origin
  }

  runWith(origin: RecordOrigin, body: () => void): void {
    const before = this.origin
    this.origin = origin
    try {
      body()
    } finally {
      this.origin = before
    }
  }

  keep(name: string, initial: number): KeptNumber {
    const known = this.#kept.get(name)
    if (known !== undefined) return known
    const kept = { name, value: initial }
    this.#kept.set(name, kept)
    this.#keptNumbers.push(kept)
    return kept
  }

  /** What processors keep, by node and name, to be committed; more may be added until the next `reset`. */
  get keptNumbers(): readonly NamedNumber[] {
    return this.#keptNumbers
  }

  shared<T>(key: object, make: () => T): T {
    if (!this.#shared.has(key)) this.#shared.set(key, make())
    return this.#shared.get(key) as T
  }

  /** Forgets what belonged to the nodes of a graph that is closed. */
  reset(kept: Iterable<readonly [name: string, value: number]>): void {
    this.#shared.clear()
    this.#kept.clear()
    this.#keptNumbers = []
    for (const [name, value] of kept) this.keep(name, value)
    this.origin = noOrigin
  }

  /** Counts a dropped record; warns of the first of a step and reason. */
  drop(step: string, reason: string): void {
    const { metrics, logger, taskId } = this.options
    if (!metrics.drop(step, reason)) return
    logger.warn(`task ${taskId}: step ${step} drops records: ${reason} (the first ${this.#place()}; further ones are only counted)`)
  }

  /** A store dropped an update older than its retention. */
  expired(store: string): void {
    this.drop(store, 'older than the retention of the store')
  }

  /** User code of `step` threw while processing: returns if the processing handler goes on. */
  processingFailed(step: string, error: unknown): void {
    this.#rethrowFatal(error)
    const message = error instanceof Error ? error.message : String(error)
    const failure = this.#failure('processing', step, `Step ${step} failed ${this.#place()}: ${message}`, error)
    this.#handle(this.options.handlers.processing, failure)
  }

  /** A record could not be serialized or placed: returns if the production handler goes on. */
  productionFailed(step: string, topic: string, error: unknown): void {
    this.#rethrowFatal(error)
    const code = isStreamError(error) ? error.code : 'SERIALIZATION'
    const message = error instanceof Error ? error.message.replace(`${code}: `, '') : String(error)
    const text = `Step ${step} cannot write to topic ${topic} what came of the record ${this.#place()}: ${message}`
    this.#handle(this.options.handlers.production, this.#failure('production', step, text, error, code))
  }

  /** A record of an input cannot be read: returns if the deserialization handler goes on. */
  deserializationFailed(handler: ErrorHandler, step: string, raw: ConsumedRecord, error: StreamError): void {
    const { topic, partition } = error.details
    this.#handle(handler, {
      kind: 'deserialization',
      error,
      task: this.options.taskId,
      step,
      topic,
      partition,
      offset: raw.offset,
      timestamp: raw.timestamp,
      headers: raw.headers,
      key: raw.key,
      value: raw.value,
    })
  }

  #handle(handler: ErrorHandler, failure: Failure): void {
    const { handlers, logger, collector } = this.options
    const decision = decide(handler, failure, collector === undefined ? undefined : handlers.deadLetterTopic)
    if (decision === 'fail') {
      this.#fatal = failure.error
      throw failure.error
    }
    if (decision === 'deadLetter') {
      const { topic, key, value, timestamp, headers } = deadLetterRecord(handlers.deadLetterTopic!, failure)
      collector!.send(topic, key, value, timestamp, headers)
    }
    if (this.options.metrics.drop(failure.step, `${failure.kind} error`)) {
      logger.warn(
        `task ${failure.task}: ${failure.error.message} (the record is dropped; further ones of step ${failure.step} are only counted)`,
      )
    }
  }

  /** What must reach the poll loop whatever the handlers say: an error that stops the task already, or one of the task itself. */
  #rethrowFatal(error: unknown): void {
    if (error === this.#fatal) throw error
    if (!isStreamError(error)) return
    if (error.reaction === 'restore' || error.reaction === 'migrate' || error.code === 'STATE_FULL' || error.code === 'STATE_SCHEMA')
      throw error
  }

  #failure(kind: Failure['kind'], step: string, message: string, cause: unknown, code: StreamError['code'] = 'PROCESSING'): Failure {
    const { timestamp, headers, metadata } = this.origin
    const task = this.options.taskId
    const place = metadata === undefined ? {} : { topic: metadata.topic, partition: metadata.partition, offset: metadata.offset }
    const raw = this.origin instanceof InputOrigin ? this.origin.raw : undefined
    return {
      kind,
      error: new StreamError(code, message, { task, step, ...place, cause }),
      task,
      step,
      topic: metadata?.topic,
      partition: metadata?.partition,
      offset: metadata?.offset,
      timestamp,
      headers: headers.toArray(),
      key: raw?.key ?? null,
      value: raw?.value ?? null,
    }
  }

  #place(): string {
    const { metadata } = this.origin
    return metadata === undefined ? 'in a punctuation' : `at ${metadata.topic}-${metadata.partition} offset ${metadata.offset}`
  }
}
