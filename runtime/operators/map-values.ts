import type { StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { StreamHandle, TableHandle } from '../topology/handles.js'
import type { AnyRecord } from '../topology/processor.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { MapTableProcessor, mappedValues } from './tables/map-table.js'
import { materialize, storedValues } from './tables/table-settings.js'
import { LogicProcessor } from './user-code.js'

/** A new value for each record (of a table: each row). Kafka Streams: `mapValues`. */
export interface MapValuesStep extends StepBase {
  readonly operator: 'mapValues'
  readonly input: string
  readonly logic: LogicClass<MapValuesLogic<unknown, unknown, unknown>>
  /** Tables only. */
  readonly store?: string
}

export abstract class MapValuesLogic<K, V, V2> extends Logic {
  protected abstract mapValues(record: StreamRecord<K, V>): V2
}

interface MapValuesCode {
  mapValues(record: AnyRecord): unknown
}

class MapValuesProcessor extends LogicProcessor<MapValuesCode> {
  process(record: AnyRecord): void {
    this.context.forward(record.withValue(this.code.mapValues(record)))
  }
}

export function buildMapValues(step: MapValuesStep, builder: TopologyBuilder): void {
  const input = builder.streamOrTable(step.input)
  builder.define(step.name, input.kind === 'stream' ? mapStream(step, builder, input) : mapTable(step, builder, input))
}

function mapStream(step: MapValuesStep, builder: TopologyBuilder, input: StreamHandle): StreamHandle {
  builder.processor(step.name, input.nodes, () => new MapValuesProcessor(step.logic))
  return { ...input, nodes: [step.name], key: step.key ?? input.key, value: step.value ?? input.value }
}

function mapTable(step: MapValuesStep, builder: TopologyBuilder, input: TableHandle): TableHandle {
  const key = step.key ?? input.key
  const value = step.value ?? input.value
  const settings = materialize(builder, step.name, step.store, key, value)
  builder.processor(
    step.name,
    input.nodes,
    () => new MapTableProcessor(step, settings),
    settings.store === undefined ? [] : [settings.store],
  )
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
    values: () => (settings.store === undefined ? mappedValues(step, input.values()) : storedValues(settings.store, settings.versioned)),
  }
}
