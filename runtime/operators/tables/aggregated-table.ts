import { longSerde } from '../../serde/primitives.js'
import type { Serde } from '../../serde/serde.js'
import type { TopologyBuilder } from '../../topology/builder.js'
import type { GroupedHandle, TableHandle } from '../../topology/handles.js'
import { StepFailure } from '../../topology/problem.js'
import type { MakeAggregation } from '../aggregation.js'
import type { StepBase, WindowSpec } from '../step.js'
import type { WindowSettings } from '../windows/window-processor.js'
import { checkWindow, windowedKey, windowProcessor, windowStoreSpec, windowValues } from '../windows/windowed-table.js'
import { StreamAggregateProcessor } from './stream-aggregate.js'
import { TableAggregateProcessor } from './table-aggregate.js'
import { storedValues, tableStoreSpec } from './table-settings.js'

interface AggregationStep extends StepBase {
  readonly operator: 'count' | 'reduce' | 'aggregate' | 'cogroup'
  readonly window?: WindowSpec
  readonly emit?: 'update' | 'close'
  readonly store?: string
}

/** One grouped input of an aggregation, and what is done with its records. */
export interface AggregationInput {
  /** Name of its node. */
  readonly node: string
  readonly grouped: GroupedHandle
  readonly make: MakeAggregation
}

/** Adds the nodes of an aggregation, one per input, all on one store, and gives the table. */
export function addAggregatedTable(builder: TopologyBuilder, step: AggregationStep, inputs: readonly AggregationInput[]): TableHandle {
  const [first] = inputs
  if (first === undefined) throw new StepFailure('it names no grouped step.')
  const value = step.value ?? (step.operator === 'count' ? longSerde : first.grouped.value)
  const parts = inputs.map((input) => ({ ...input, records: input.grouped.records() }))
  const topics = [...new Set(parts.flatMap(({ records }) => records.topics))]
  if (step.operator === 'cogroup') builder.copartition(step.name, topics)
  const { window } = step
  if (window === undefined) return plainTable(builder, step, parts, value, topics)
  const table = inputs.find(({ grouped }) => grouped.of === 'table')
  if (table !== undefined) throw new StepFailure('a grouped table has no windows: its rows are states, not events.', 'Leave out window.')
  return windowedTable(builder, step, window, parts, value, topics)
}

type Part = AggregationInput & { readonly records: { readonly nodes: readonly string[] } }

function plainTable(
  builder: TopologyBuilder,
  step: AggregationStep,
  parts: readonly Part[],
  value: Serde,
  topics: readonly string[],
): TableHandle {
  const { key } = parts[0]!.grouped
  const spec = tableStoreSpec(builder, step.name, step.store, key, value)
  builder.addStore(step.name, spec)
  const versioned = spec.kind === 'versioned'
  const settings = { store: spec.name, versioned, sendOldValues: false }
  for (const { node, grouped, make, records } of parts) {
    const Aggregate = grouped.of === 'table' ? TableAggregateProcessor : StreamAggregateProcessor
    builder.processor(node, records.nodes, () => new Aggregate(make, settings), [spec.name])
  }
  return {
    kind: 'table',
    nodes: parts.map(({ node }) => node),
    key: step.key ?? key,
    value,
    topics,
    versioned,
    windowed: false,
    sendOldValues() {
      settings.sendOldValues = true
      return true
    },
    values: () => storedValues(spec.name, versioned),
  }
}

function windowedTable(
  builder: TopologyBuilder,
  step: AggregationStep,
  window: WindowSpec,
  parts: readonly Part[],
  value: Serde,
  topics: readonly string[],
): TableHandle {
  checkWindow(window, step.emit)
  const { key } = parts[0]!.grouped
  const onClose = step.emit === 'close'
  const spec = windowStoreSpec(builder, step.name, step.store, { window, key, value, onClose })
  builder.addStore(step.name, spec)
  const sharedClock = onClose && parts.length > 1 ? {} : undefined
  const allSettings = parts.map(({ make }): WindowSettings => ({ store: spec.name, onClose, make, sharedClock, sendOldValues: false }))
  for (const [index, { node, records }] of parts.entries()) {
    builder.processor(node, records.nodes, () => windowProcessor(window, allSettings[index]!), [spec.name])
  }
  return {
    kind: 'table',
    nodes: parts.map(({ node }) => node),
    key: step.key ?? windowedKey(window, key),
    value,
    topics,
    versioned: false,
    windowed: true,
    sendOldValues() {
      for (const settings of allSettings) settings.sendOldValues = true
      return true
    },
    values: () => windowValues(spec.name, window),
  }
}
