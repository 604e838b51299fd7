import { type ErrorCode, errorCodes, type Reaction } from './error-codes.js'

export interface ErrorDetails {
  readonly cause?: unknown
  /** What to do about it, a sentence. */
  readonly hint?: string
  readonly task?: string
  readonly step?: string
  readonly store?: string
  readonly topic?: string
  readonly partition?: number
  readonly offset?: number
  /** Of the schema that data was written with. */
  readonly fingerprint?: string
}

/** Every error Millrace throws: a stable `code`, the `reaction` to it, and the place where it happened. */
export class StreamError extends Error {
  override readonly name = 'StreamError'
  readonly code: ErrorCode
  readonly reaction: Reaction
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(
      details.hint === undefined ? `${code}: ${message}` : `${code}: ${message}\n  ${details.hint}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.code = code
    this.reaction = errorCodes[code].reaction
    this.details = details
  }
}

/** Is it an error of Millrace's (of any copy of the package, so not by `instanceof`)? */
export function isStreamError(error: unknown): error is StreamError {
  return error instanceof Error && error.name === 'StreamError' && 'code' in error && 'reaction' in error
}

/** The error as one of Millrace's: itself if it is one already, else wrapped with `code` and its message. */
export function toStreamError(error: unknown, code: ErrorCode = 'UNEXPECTED', details: ErrorDetails = {}): StreamError {
  if (isStreamError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  return new StreamError(code, message, { ...details, cause: error })
}
