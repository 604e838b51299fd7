import type { StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import { StepFailure } from '../topology/problem.js'
import { aggregating, cogrouping, counting, reducing } from './aggregation.js'
import { Logic, type LogicClass, type StepBase, type WindowSpec } from './step.js'
import { addAggregatedTable } from './tables/aggregated-table.js'

interface AggregationStep extends StepBase {
  /** A `groupBy` or `groupByKey` step. */
  readonly input: string
  readonly window?: WindowSpec
  /** `close`: one final result per window, when stream time passes its end and grace (KIP-825). Default `update`. */
  readonly emit?: 'update' | 'close'
  readonly store?: string
}

/** Kafka Streams: `count`. Values are `long`. */
export interface CountStep extends AggregationStep {
  readonly operator: 'count'
  /** Only for windows: `onLate` hears of records that came too late. */
  readonly logic?: LogicClass<WindowLogic<unknown, unknown>>
}

/** Kafka Streams: `reduce`. */
export interface ReduceStep extends AggregationStep {
  readonly operator: 'reduce'
  readonly logic: LogicClass<ReduceLogic<unknown, unknown>>
}

/** Kafka Streams: `aggregate`. */
export interface AggregateStep extends AggregationStep {
  readonly operator: 'aggregate'
  readonly logic: LogicClass<AggregateLogic<unknown, unknown, unknown>>
}

/** Several grouped streams into one aggregate (KIP-150). The logic has `initialize`, one `aggregate<Step>` per input, sessions `merge`. */
export interface CogroupStep extends StepBase {
  readonly operator: 'cogroup'
  /** The grouped steps, each with the name of its method: `aggregateByUser`. */
  readonly inputs: readonly { readonly input: string; readonly method: string }[]
  readonly window?: WindowSpec
  readonly emit?: 'update' | 'close'
  readonly store?: string
  readonly logic: LogicClass<CogroupLogic<unknown, unknown>>
}

/** Windowed aggregations: a hook for late records, which are dropped. */
export abstract class WindowLogic<K, V> extends Logic {
  /** `windowStart` and `windowEnd` of the window missed; `streamTime` when the record came. */
  protected onLate(_record: StreamRecord<K, V>, _window: { readonly start: number; readonly end: number }, _streamTime: number): void {}
}

export abstract class ReduceLogic<K, V> extends WindowLogic<K, V> {
  /** The first value of a key is the aggregate as it is. */
  protected abstract reduce(aggregate: V, value: V, key: K): V
}

/** `reduce` on a table: a row's old value is taken out first. */
export abstract class ReduceTableLogic<K, V> extends ReduceLogic<K, V> {
  protected abstract subtract(aggregate: V, value: V, key: K): V
}

export abstract class AggregateLogic<K, V, A> extends WindowLogic<K, V> {
  protected abstract initialize(): A
  protected abstract aggregate(record: StreamRecord<K, V>, aggregate: A): A
}

/** `aggregate` on a table: a row's old value is taken out first. */
export abstract class AggregateTableLogic<K, V, A> extends AggregateLogic<K, V, A> {
  protected abstract subtract(record: StreamRecord<K, V>, aggregate: A): A
}

/** `aggregate` in session windows: sessions that grow together are merged. */
export abstract class AggregateSessionLogic<K, V, A> extends AggregateLogic<K, V, A> {
  protected abstract merge(left: A, right: A, key: K): A
}

export abstract class CogroupLogic<K, A> extends WindowLogic<K, unknown> {
  protected abstract initialize(): A
}

export abstract class CogroupSessionLogic<K, A> extends CogroupLogic<K, A> {
  protected abstract merge(left: A, right: A, key: K): A
}

export function buildCount(step: CountStep, builder: TopologyBuilder): void {
  const input = { node: step.name, grouped: builder.grouped(step.input), make: counting(step.name, step.logic) }
  builder.define(step.name, addAggregatedTable(builder, step, [input]))
}

export function buildReduce(step: ReduceStep, builder: TopologyBuilder): void {
  const input = { node: step.name, grouped: builder.grouped(step.input), make: reducing(step) }
  builder.define(step.name, addAggregatedTable(builder, step, [input]))
}

export function buildAggregate(step: AggregateStep, builder: TopologyBuilder): void {
  const input = { node: step.name, grouped: builder.grouped(step.input), make: aggregating(step) }
  builder.define(step.name, addAggregatedTable(builder, step, [input]))
}

export function buildCogroup(step: CogroupStep, builder: TopologyBuilder): void {
  const inputs = step.inputs.map(({ input, method }) => {
    const grouped = builder.grouped(input)
    if (grouped.of === 'table') throw new StepFailure(`${input} is a grouped table; only streams are cogrouped.`)
    return { node: `${step.name}/${input}`, grouped, make: cogrouping(step, method) }
  })
  builder.define(step.name, addAggregatedTable(builder, step, inputs))
}
