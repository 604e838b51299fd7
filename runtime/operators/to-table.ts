import type { TopologyBuilder } from '../topology/builder.js'
import { byKey } from './null-keys.js'
import type { StepBase } from './step.js'
import { addSourceTable } from './tables/source-table.js'
import { namedStore, tableStoreSpec } from './tables/table-settings.js'

/** A stream as a table: the last value of each key; null deletes. Kafka Streams: `KStream.toTable` (KIP-523). */
export interface ToTableStep extends StepBase {
  readonly operator: 'toTable'
  readonly input: string
  readonly store?: string
}

export function buildToTable(step: ToTableStep, builder: TopologyBuilder): void {
  const input = byKey(builder, step.name, builder.stream(step.input))
  builder.copartition(step.name, input.topics)
  const typed = { ...input, key: step.key ?? input.key, value: step.value ?? input.value }
  const spec = tableStoreSpec(builder, step.name, step.store, typed.key, typed.value)
  builder.define(
    step.name,
    addSourceTable(builder, {
      step: step.name,
      input: typed,
      spec,
      materialized: namedStore(builder, step.name, step.store) !== undefined,
    }),
  )
}
