/** The public API of the runtime; loads neither kafkajs nor native code. */
export type { AppState } from './app/app-state.js'
export type { AppConfig, SaslOptions } from './app/config.js'
export type { AppMetrics, TaskReport } from './app/metrics.js'
export type {
  KeyQueryMetadata,
  QueryableKeyValueStore,
  QueryableSessionStore,
  QueryableVersionedStore,
  QueryableWindowStore,
  Rows,
  StoreHost,
} from './app/queryable-store.js'
export type { RestoreProgress } from './app/restore-progress.js'
export type { StandbyReport } from './app/standbys.js'
export { type AppEvents, type AppListener, StreamApp } from './app/stream-app.js'
export type { Client } from './client/client.js'
export { type Clock, ManualClock, systemClock } from './core/clock.js'
export type { ErrorCode, Reaction } from './core/error-codes.js'
export { type ErrorDetails, isStreamError, StreamError } from './core/errors.js'
export { type Header, Headers } from './core/headers.js'
export { type Logger, silentLogger } from './core/logger.js'
export type { KeyValue, RecordMetadata, TopicPartition, ValueAndTimestamp, Windowed } from './core/record.js'
export { StreamRecord } from './core/record.js'
export type { RegistryAuth, RegistryOptions, SubjectNameStrategy } from './registry/options.js'
export type { AvroCodec } from './serde/codec.js'
export { Decimal } from './serde/decimal.js'
export type * from './serde/logical-types.js'
export type { RegisteredSchema, SchemaRegistry, TopicSide } from './serde/registry.js'
export type * from './stores/state-store.js'
export type { ErrorDecision, ErrorHandler, Failure } from './tasks/handlers.js'
export { partitionOf } from './tasks/partitioner.js'
export type { Cancellable, PunctuationType } from './topology/processor.js'
