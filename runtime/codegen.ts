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
export { type AvroSerdeOptions, avroBareSerde, avroJsonSerde, avroSerde, type WriterSchema } from './serde/avro.js'
export type { AvroCodec } from './serde/codec.js'
export { confluentSerde } from './serde/confluent.js'
export { Decimal } from './serde/decimal.js'
export type * from './serde/logical-types.js'
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
export type { Reader } from './serde/reader.js'
export type { Serde } from './serde/serde.js'
export { sessionWindowedSerde, timeWindowedSerde } from './serde/windowed.js'
export { symbolIndexes, type Writer } from './serde/writer.js'
export type * from './stores/state-store.js'
export type { ManifestStore, TopicSpec, TopologySpec } from './topology/spec.js'
