import type { StoreSpec } from '../../stores/store-spec.js'
import type { TopologyBuilder } from '../../topology/builder.js'
import type { StreamHandle, TableHandle } from '../../topology/handles.js'
import type { AnyRecord } from '../../topology/processor.js'
import { TableProcessor } from './table-processor.js'
import { storedValues, type TableSettings } from './table-settings.js'

/** A table of records as they come: the last of each key counts, whatever its timestamp. Kafka Streams: `KTableSource`. */
class SourceTableProcessor extends TableProcessor {
  process(record: AnyRecord): void {
    if (record.key == null) {
      this.context.drop('null key')
      return
    }
    const oldValue = this.settings.sendOldValues ? this.rows?.get(record.key)?.value : null
    this.send(record, record.value, oldValue, record.timestamp, true)
  }
}

interface SourceTable {
  readonly step: string
  /** Name of the node; default: the step's. */
  readonly node?: string
  readonly input: Pick<StreamHandle, 'nodes' | 'key' | 'value' | 'topics'>
  readonly spec: StoreSpec
  /** Is it kept in its store even if no later step needs that? */
  readonly materialized: boolean
}

/** Adds the node; its store comes when the step names one, or as soon as a later step needs it. */
export function addSourceTable(builder: TopologyBuilder, { step, node: name = step, input, spec, materialized }: SourceTable): TableHandle {
  const versioned = spec.kind === 'versioned'
  const settings: TableSettings = { store: undefined, versioned, sendOldValues: false }
  const node = builder.processor(name, input.nodes, () => new SourceTableProcessor(settings))
  const materialize = (): void => {
    if (settings.store !== undefined) return
    settings.store = spec.name
    builder.addStore(step, spec)
    node.stores.add(spec.name)
  }
  if (materialized) materialize()
  return {
    kind: 'table',
    nodes: [name],
    key: input.key,
    value: input.value,
    topics: input.topics,
    versioned,
    windowed: false,
    sendOldValues(force) {
      if (!force && settings.store === undefined) return false
      materialize()
      settings.sendOldValues = true
      return true
    },
    values() {
      materialize()
      return storedValues(spec.name, versioned)
    },
  }
}
