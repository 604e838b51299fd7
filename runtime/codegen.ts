/** What generated code may import: the versioned surface between a generated folder and the runtime. */
export type { AppConfig } from './app/config.js'
export type {
  QueryableKeyValueStore,
  QueryableSessionStore,
  QueryableVersionedStore,
  QueryableWindowStore,
} from './app/queryable-store.js'
export { StreamApp } from './app/stream-app.js'
export { Headers } from './core/headers.js'
export type { Change, KeyValue, RecordMetadata, ValueAndTimestamp, Windowed } from './core/record.js'
export { StreamRecord } from './core/record.js'
export * from './operators/logic.js'
export {
  booleanSerde,
  bytesSerde,
  doubleSerde,
  floatSerde,
  intSerde,
  longSerde,
  shortSerde,
  stringSerde,
  uuidSerde,
} from './serde/primitives.js'
export type { Serde } from './serde/serde.js'
export { sessionWindowedSerde, timeWindowedSerde } from './serde/windowed.js'
export type * from './stores/state-store.js'
export type { ManifestStore, TopicSpec, TopologySpec } from './topology/spec.js'
