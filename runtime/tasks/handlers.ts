import type { ProducedRecord } from '../client/client.js'
import type { StreamError } from '../core/errors.js'
import type { Header } from '../core/headers.js'

/** What becomes of a record that failed: stop the task, drop the record, or drop it and keep it in the dead-letter topic. */
export type ErrorDecision = 'fail' | 'continue' | 'deadLetter'

/** A record that failed, and where. `topic`, `partition`, `offset` tell where it entered the task; undefined within a punctuation. */
export interface Failure {
  readonly kind: 'deserialization' | 'processing' | 'production'
  readonly error: StreamError
  readonly task: string
  readonly step: string
  readonly topic: string | undefined
  readonly partition: number | undefined
  readonly offset: number | undefined
  readonly timestamp: number
  readonly headers: readonly Header[]
  /** As it entered the task. */
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/** Always the same decision, or one by failure. */
export type ErrorHandler = ErrorDecision | ((failure: Failure) => ErrorDecision)

/** Kafka Streams: deserialization, processing (KIP-1033) and production handlers. */
export interface ErrorHandlers {
  readonly deserialization: ErrorHandler
  readonly processing: ErrorHandler
  readonly production: ErrorHandler
  /** Where `deadLetter` writes to; without it, `deadLetter` fails. */
  readonly deadLetterTopic?: string | undefined
}

export const failingHandlers: ErrorHandlers = { deserialization: 'fail', processing: 'fail', production: 'fail' }

export function decide(handler: ErrorHandler, failure: Failure, deadLetterTopic: string | undefined): ErrorDecision {
  const decision = typeof handler === 'function' ? handler(failure) : handler
  return decision === 'deadLetter' && deadLetterTopic === undefined ? 'fail' : decision
}

/** The record as it came, with headers that say why it is here, named as in KIP-1034. The partition is the partitioner's to choose. */
export function deadLetterRecord(topic: string, failure: Failure): Omit<ProducedRecord, 'partition'> {
  const cause = failure.error.cause instanceof Error ? failure.error.cause : failure.error
  const headers = [
    ...failure.headers,
    textHeader('__streams.errors.exception', String(cause)),
    textHeader('__streams.errors.message', cause.message),
    textHeader('__streams.errors.stacktrace', cause.stack ?? String(cause)),
    textHeader('__streams.errors.topic', failure.topic),
    textHeader('__streams.errors.partition', failure.partition),
    textHeader('__streams.errors.offset', failure.offset),
  ]
  return { topic, key: failure.key, value: failure.value, timestamp: failure.timestamp, headers }
}

const utf8 = new TextEncoder()

function textHeader(key: string, value: string | number | undefined): Header {
  return { key, value: value === undefined ? null : utf8.encode(String(value)) }
}
