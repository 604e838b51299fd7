import type * as codegen from 'millrace/codegen'

/** Every name of `millrace/codegen` that generated topologies may use. The compiler checks below that the entry exports them all. */
export const runtimeSymbols = [
  'AggregateLogic',
  'AggregateSessionLogic',
  'AggregateTableLogic',
  'AppConfig',
  'BranchLogic',
  'CogroupLogic',
  'CogroupSessionLogic',
  'FilterLogic',
  'FlatMapLogic',
  'FlatMapValuesLogic',
  'ForEachLogic',
  'ForeignKeyJoinLogic',
  'GlobalJoinLogic',
  'GroupByLogic',
  'GroupByTableLogic',
  'Headers',
  'JoinLogic',
  'KeyValue',
  'KeyValueStore',
  'LogicClass',
  'MapLogic',
  'MapValuesLogic',
  'Nothing',
  'PartitionerLogic',
  'PeekLogic',
  'ProcessContext',
  'ProcessLogic',
  'ProcessValuesContext',
  'ProcessValuesLogic',
  'QueryableKeyValueStore',
  'QueryableSessionStore',
  'QueryableVersionedStore',
  'QueryableWindowStore',
  'ReadOnlyKeyValueStore',
  'RecordMetadata',
  'ReduceLogic',
  'ReduceTableLogic',
  'RouterLogic',
  'SelectKeyLogic',
  'SessionStore',
  'StreamApp',
  'StreamRecord',
  'TimestampExtractorLogic',
  'TimestampedKeyValueStore',
  'TimestampedWindowStore',
  'ToStreamLogic',
  'TopologySpec',
  'TransformValuesLogic',
  'ValueAndTimestamp',
  'VersionedKeyValueStore',
  'WindowLogic',
  'WindowStore',
] as const

export type RuntimeSymbol = (typeof runtimeSymbols)[number]

/** The types of the surface; what is a class or a function is in `typeof codegen` too. */
interface RuntimeTypes {
  AppConfig: codegen.AppConfig
  KeyValue: codegen.KeyValue<unknown, unknown>
  KeyValueStore: codegen.KeyValueStore<unknown, unknown>
  LogicClass: codegen.LogicClass
  Nothing: codegen.Nothing
  ProcessContext: codegen.ProcessContext<unknown, unknown>
  ProcessValuesContext: codegen.ProcessValuesContext<unknown, unknown>
  QueryableKeyValueStore: codegen.QueryableKeyValueStore<unknown, unknown>
  QueryableSessionStore: codegen.QueryableSessionStore<unknown, unknown>
  QueryableVersionedStore: codegen.QueryableVersionedStore<unknown, unknown>
  QueryableWindowStore: codegen.QueryableWindowStore<unknown, unknown>
  ReadOnlyKeyValueStore: codegen.ReadOnlyKeyValueStore<unknown, unknown>
  RecordMetadata: codegen.RecordMetadata
  SessionStore: codegen.SessionStore<unknown, unknown>
  TimestampedKeyValueStore: codegen.TimestampedKeyValueStore<unknown, unknown>
  TimestampedWindowStore: codegen.TimestampedWindowStore<unknown, unknown>
  TopologySpec: codegen.TopologySpec
  ValueAndTimestamp: codegen.ValueAndTimestamp<unknown>
  VersionedKeyValueStore: codegen.VersionedKeyValueStore<unknown, unknown>
  WindowStore: codegen.WindowStore<unknown, unknown>
}

type Missing = Exclude<RuntimeSymbol, keyof RuntimeTypes | keyof typeof codegen>
/** Does not compile if the entry lacks a name of the table. */
export const nothingMissing: [Missing] extends [never] ? true : Missing = true

/** The version of the surface that generated topologies are written for. */
export const codegenVersion: codegen.TopologySpec['codegen'] = 1

export type StepSpec = codegen.TopologySpec['steps'][number]
export type StoreSpec = codegen.ManifestStore
export type WindowSpec = codegen.WindowSpec
export type { TopologySpec } from 'millrace/codegen'
