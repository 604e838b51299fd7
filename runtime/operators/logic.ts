/** The classes that generated abstract classes extend. */
export {
  AggregateLogic,
  AggregateSessionLogic,
  AggregateTableLogic,
  CogroupLogic,
  CogroupSessionLogic,
  ReduceLogic,
  ReduceTableLogic,
  WindowLogic,
} from './aggregate.js'
export { BranchLogic } from './branch.js'
export { FilterLogic } from './filter.js'
export { FlatMapLogic } from './flat-map.js'
export { FlatMapValuesLogic } from './flat-map-values.js'
export { ForEachLogic } from './for-each.js'
export { GroupByLogic, GroupByTableLogic } from './group-by.js'
export { ForeignKeyJoinLogic, GlobalJoinLogic, JoinLogic } from './join.js'
export { MapLogic } from './map.js'
export { MapValuesLogic } from './map-values.js'
export { PeekLogic } from './peek.js'
export { type ProcessContext, ProcessLogic, type ProcessValuesContext, ProcessValuesLogic, TransformValuesLogic } from './process.js'
export { PartitionerLogic } from './repartition.js'
export { SelectKeyLogic } from './select-key.js'
export { RouterLogic } from './sink.js'
export type { LogicClass, LogicContext, Nothing, WindowSpec } from './step.js'
export { TimestampExtractorLogic } from './stream.js'
export { ToStreamLogic } from './to-stream.js'
