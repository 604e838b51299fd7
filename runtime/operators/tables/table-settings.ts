import type { Serde } from '../../serde/serde.js'
import type { StoreSpec } from '../../stores/store-spec.js'
import type { TopologyBuilder } from '../../topology/builder.js'
import type { TableValues } from '../../topology/handles.js'
import { StepFailure } from '../../topology/problem.js'
import type { ManifestStore } from '../../topology/topic-spec.js'
import { openTableStore } from './table-store.js'

/** How a table's node runs; what later steps ask for changes it until the topology is complete. */
export interface TableSettings {
  /** The store that keeps the table; undefined: none does. */
  store: string | undefined
  /** Is it a versioned one? */
  readonly versioned: boolean
  sendOldValues: boolean
}

/** The store that a step names, or that the manifest has under the step's own name. */
export function namedStore(builder: TopologyBuilder, step: string, name: string | undefined): ManifestStore | undefined {
  const spec = builder.manifestStore(name ?? step)
  if (spec === undefined && name !== undefined) throw new StepFailure(`the store ${name} is not declared.`, 'Add it to stores.')
  return spec
}

/** The store for a table: the one that is named, or one that has the name of the step. */
export function tableStoreSpec(builder: TopologyBuilder, step: string, name: string | undefined, key: Serde, value: Serde): StoreSpec {
  const spec = namedStore(builder, step, name)
  if (spec === undefined) return { kind: 'timestampedKeyValue', name: step, key, value }
  switch (spec.kind) {
    case 'versioned':
    case 'timestampedKeyValue':
      return spec
    case 'keyValue':
      return { ...spec, kind: 'timestampedKeyValue' }
    default:
      throw new StepFailure(`the store ${spec.name} is a ${spec.kind} store, which keeps no table.`, 'Make its kind keyValue or versioned.')
  }
}

/** The rows as the table's own store has them. */
export function storedValues(store: string, versioned: boolean): TableValues {
  return { stores: [store], open: (context) => openTableStore(context, store, versioned) }
}

/** For tables made from others: the store that the step names, or none. */
export function materialize(builder: TopologyBuilder, step: string, name: string | undefined, key: Serde, value: Serde): TableSettings {
  if (namedStore(builder, step, name) === undefined) return { store: undefined, versioned: false, sendOldValues: false }
  const spec = tableStoreSpec(builder, step, name, key, value)
  builder.addStore(step, spec)
  return { store: spec.name, versioned: spec.kind === 'versioned', sendOldValues: false }
}
