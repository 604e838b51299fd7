import type { StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { StreamHandle, TableHandle } from '../topology/handles.js'
import type { AnyRecord } from '../topology/processor.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { FilterTableProcessor, filteredValues } from './tables/filter-table.js'
import { materialize, storedValues } from './tables/table-settings.js'
import { LogicProcessor } from './user-code.js'

/** Keeps the records (of a table: the rows) that pass, or those that do not. Kafka Streams: `filter`, `filterNot`. */
export interface FilterStep extends StepBase {
  readonly operator: 'filter' | 'filterNot'
  readonly input: string
  readonly logic: LogicClass<FilterLogic<unknown, unknown>>
  /** Tables only. */
  readonly store?: string
}

export abstract class FilterLogic<K, V> extends Logic {
  protected abstract test(record: StreamRecord<K, V>): boolean
}

interface FilterCode {
  test(record: AnyRecord): boolean
}

class FilterProcessor extends LogicProcessor<FilterCode> {
  readonly #negate: boolean

  constructor(step: FilterStep) {
    super(step.logic)
    this.#negate = step.operator === 'filterNot'
  }

  process(record: AnyRecord): void {
    if (this.#negate ? !this.code.test(record) : this.code.test(record)) this.context.forward(record)
  }
}

export function buildFilter(step: FilterStep, builder: TopologyBuilder): void {
  const input = builder.streamOrTable(step.input)
  builder.define(step.name, input.kind === 'stream' ? filterStream(step, builder, input) : filterTable(step, builder, input))
}

function filterStream(step: FilterStep, builder: TopologyBuilder, input: StreamHandle): StreamHandle {
  builder.processor(step.name, input.nodes, () => new FilterProcessor(step))
  return { ...input, nodes: [step.name], key: step.key ?? input.key, value: step.value ?? input.value }
}

function filterTable(step: FilterStep, builder: TopologyBuilder, input: TableHandle): TableHandle {
  const key = step.key ?? input.key
  const value = step.value ?? input.value
  const settings = materialize(builder, step.name, step.store, key, value)
  // Old values, where they can be had for nothing, spare tombstones for rows that never passed.
  settings.sendOldValues = input.sendOldValues(false)
  const create = () => new FilterTableProcessor(step, settings, input.versioned)
  builder.processor(step.name, input.nodes, create, settings.store === undefined ? [] : [settings.store])
  return {
    ...input,
    nodes: [step.name],
    key,
    value,
    versioned: settings.store === undefined ? input.versioned : settings.versioned,
    sendOldValues(force) {
      if (settings.store !== undefined || input.sendOldValues(force)) settings.sendOldValues = true
      return settings.sendOldValues
    },
    values: () => (settings.store === undefined ? filteredValues(step, input.values()) : storedValues(settings.store, settings.versioned)),
  }
}
