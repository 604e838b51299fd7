/** The public API of the runtime; loads neither kafkajs nor native code. */
export { type Clock, ManualClock, systemClock } from './core/clock.js'
export type { ErrorCode } from './core/error-codes.js'
export { type ErrorDetails, isStreamError, type Reaction, StreamError } from './core/errors.js'
export { type Header, Headers } from './core/headers.js'
export { type Logger, silentLogger } from './core/logger.js'
export type { KeyValue, RecordMetadata, TopicPartition, ValueAndTimestamp, Windowed } from './core/record.js'
export { StreamRecord } from './core/record.js'
