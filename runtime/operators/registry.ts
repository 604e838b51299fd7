import type { AggregateStep, CogroupStep, CountStep, ReduceStep } from './aggregate.js'
import type { BranchStep } from './branch.js'
import type { FilterStep } from './filter.js'
import type { FlatMapStep } from './flat-map.js'
import type { FlatMapValuesStep } from './flat-map-values.js'
import type { ForEachStep } from './for-each.js'
import type { GlobalStoreStep } from './global-store.js'
import type { GlobalTableStep } from './global-table.js'
import type { GroupByKeyStep, GroupByStep } from './group-by.js'
import type { JoinStep } from './join.js'
import type { MapStep } from './map.js'
import type { MapValuesStep } from './map-values.js'
import type { MergeStep } from './merge.js'
import type { PeekStep } from './peek.js'
import type { ProcessStep, ProcessValuesStep } from './process.js'
import type { RepartitionStep } from './repartition.js'
import type { SelectKeyStep } from './select-key.js'
import type { SinkStep } from './sink.js'
import type { StreamStep } from './stream.js'
import type { SuppressStep } from './suppress.js'
import type { TableStep } from './table.js'
import type { ToStreamStep } from './to-stream.js'
import type { ToTableStep } from './to-table.js'

/** A step of a topology: one row here per operator, one file beside this one. */
export type StepSpec =
  | StreamStep
  | TableStep
  | GlobalTableStep
  | GlobalStoreStep
  | FilterStep
  | MapStep
  | MapValuesStep
  | FlatMapStep
  | FlatMapValuesStep
  | SelectKeyStep
  | PeekStep
  | ForEachStep
  | MergeStep
  | BranchStep
  | RepartitionStep
  | GroupByKeyStep
  | GroupByStep
  | CountStep
  | ReduceStep
  | AggregateStep
  | CogroupStep
  | ToStreamStep
  | ToTableStep
  | JoinStep
  | SuppressStep
  | ProcessStep
  | ProcessValuesStep
  | SinkStep
