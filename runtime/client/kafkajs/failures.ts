import { type ErrorDetails, isStreamError, StreamError } from '../../core/errors.js'

/** What tells kafkajs's errors apart; its retries wrap them in one another. */
interface KafkajsError extends Error {
  readonly type?: string
  readonly retriable?: boolean
  /** Of topics that could not be made. */
  readonly errors?: readonly Error[]
  /** Of records that could not be deleted. */
  readonly partitions?: readonly { readonly error: Error }[]
}

const connectionFailures: ReadonlySet<string> = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
])

/** Another instance has taken over, of a group's member or of a transactional id. */
const migrations: ReadonlySet<string> = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'TRANSACTION_COORDINATOR_FENCED',
])

const codeOfProducerFenced = 90

/** The innermost error that kafkajs knows by name. */
function rootOf(error: unknown): KafkajsError {
  let root = error as KafkajsError
  while (root?.type === undefined && !connectionFailures.has(root?.name)) {
    const inner = root?.cause ?? root?.errors?.[0] ?? root?.partitions?.[0]?.error
    if (!(inner instanceof Error)) break
    root = inner as KafkajsError
  }
  return root ?? new Error('no error was given')
}

/** The name of the protocol's error, such as `NOT_LEADER_FOR_PARTITION`; undefined for what is none. */
export function typeOf(error: unknown): string | undefined {
  const root = rootOf(error)
  if ((root as { code?: unknown }).code === codeOfProducerFenced) return 'PRODUCER_FENCED'
  return root.type
}

/** The broker could not be reached, or the connection broke: another may work. */
export function isConnectionFailure(error: unknown): boolean {
  return connectionFailures.has(rootOf(error).name)
}

/** Trying again may help. */
export function isTransient(error: unknown): boolean {
  if (isStreamError(error)) return false
  return isConnectionFailure(error) || (typeOf(error) !== undefined && rootOf(error).retriable === true)
}

/** The error as one of ours, for what cannot be helped; `doing` says what was tried, as in `commit offsets of group a`. */
export function toFailure(error: unknown, doing: string, details: ErrorDetails = {}): StreamError {
  if (isStreamError(error)) return error
  const root = rootOf(error)
  const type = typeOf(error) ?? ''
  const message = `could not ${doing}: ${root.message}`
  if (migrations.has(type)) return new StreamError('TASK_MIGRATED', message, { ...details, cause: error })
  if (root.name === 'KafkaJSSASLAuthenticationError' || type.endsWith('AUTHORIZATION_FAILED') || type === 'SASL_AUTHENTICATION_FAILED') {
    return new StreamError('NOT_AUTHORIZED', message, {
      hint: 'Check the credentials (sasl) and the permissions (ACLs).',
      ...details,
      cause: error,
    })
  }
  if (type === 'OFFSET_OUT_OF_RANGE') return new StreamError('OFFSET_OUT_OF_RANGE', message, { ...details, cause: error })
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return new StreamError('TOPIC_MISSING', message, { ...details, cause: error })
  return new StreamError('UNEXPECTED', message, { ...details, cause: error })
}
