import type { TopologyBuilder } from '../topology/builder.js'
import {
  type AggregateStep,
  buildAggregate,
  buildCogroup,
  buildCount,
  buildReduce,
  type CogroupStep,
  type CountStep,
  type ReduceStep,
} from './aggregate.js'
import { type BranchStep, buildBranch } from './branch.js'
import { buildFilter, type FilterStep } from './filter.js'
import { buildFlatMap, type FlatMapStep } from './flat-map.js'
import { buildFlatMapValues, type FlatMapValuesStep } from './flat-map-values.js'
import { buildForEach, type ForEachStep } from './for-each.js'
import { buildGlobalStore, type GlobalStoreStep } from './global-store.js'
import { buildGlobalTable, type GlobalTableStep } from './global-table.js'
import { buildGroupBy, buildGroupByKey, type GroupByKeyStep, type GroupByStep } from './group-by.js'
import { buildJoin, type JoinStep } from './join.js'
import { buildMap, type MapStep } from './map.js'
import { buildMapValues, type MapValuesStep } from './map-values.js'
import { buildMerge, type MergeStep } from './merge.js'
import { buildPeek, type PeekStep } from './peek.js'
import { buildProcess, buildProcessValues, type ProcessStep, type ProcessValuesStep } from './process.js'
import { buildRepartition, type RepartitionStep } from './repartition.js'
import { buildSelectKey, type SelectKeyStep } from './select-key.js'
import { buildSink, type SinkStep } from './sink.js'
import { buildStream, type StreamStep } from './stream.js'
import { buildSuppress, type SuppressStep } from './suppress.js'
import { buildTable, type TableStep } from './table.js'
import { buildToStream, type ToStreamStep } from './to-stream.js'
import { buildToTable, type ToTableStep } from './to-table.js'

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

export type Operator = StepSpec['operator']

/** The steps of one operator. */
export type StepOf<O extends Operator> = StepSpec extends infer S
  ? S extends { operator: infer P }
    ? O extends P
      ? S
      : never
    : never
  : never

/** How each operator adds its nodes: one row here, too. */
const operators: { readonly [O in Operator]: (step: StepOf<O>, builder: TopologyBuilder) => void } = {
  stream: buildStream,
  table: buildTable,
  globalTable: buildGlobalTable,
  globalStore: buildGlobalStore,
  filter: buildFilter,
  filterNot: buildFilter,
  map: buildMap,
  mapValues: buildMapValues,
  flatMap: buildFlatMap,
  flatMapValues: buildFlatMapValues,
  selectKey: buildSelectKey,
  peek: buildPeek,
  forEach: buildForEach,
  merge: buildMerge,
  branch: buildBranch,
  repartition: buildRepartition,
  groupByKey: buildGroupByKey,
  groupBy: buildGroupBy,
  count: buildCount,
  reduce: buildReduce,
  aggregate: buildAggregate,
  cogroup: buildCogroup,
  toStream: buildToStream,
  toTable: buildToTable,
  join: buildJoin,
  leftJoin: buildJoin,
  outerJoin: buildJoin,
  suppress: buildSuppress,
  process: buildProcess,
  processValues: buildProcessValues,
  sink: buildSink,
}

/** Adds the nodes of a step; throws `StepFailure` if it does not fit. */
export function buildStep(step: StepSpec, builder: TopologyBuilder): void {
  const build = operators[step.operator] as (step: StepSpec, builder: TopologyBuilder) => void
  build(step, builder)
}
