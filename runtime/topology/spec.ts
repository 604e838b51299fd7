import type { StepSpec } from '../operators/registry.js'
import type { ManifestStore, TopicSpec } from './topic-spec.js'

export type { ManifestStore, TopicSpec } from './topic-spec.js'

/**
 * A topology as generated code hands it over: the manifest as data, with serdes and user classes in place of names.
 * `buildTopology` (topology/build.ts) turns it into the physical graph; `@millrace/gen` calls the same function (with stand-in serdes
 * and classes) for `--describe` and for its checks, so that there is one truth about repartition topics, stores and sub-topologies.
 */
export interface TopologySpec {
  /** Version of the codegen surface that the generated code was written for. */
  readonly codegen: 1
  readonly application: string
  /** Topics by their name in the manifest. */
  readonly topics: Readonly<Record<string, TopicSpec>>
  /** Stores by name. Steps refer to them by name; a step that needs a store and names none gets one named `<step>`, not queryable. */
  readonly stores: Readonly<Record<string, ManifestStore>>
  /** In order of the manifest; inputs may be declared later. */
  readonly steps: readonly StepSpec[]
}
