import type { StepSpec } from '../operators/registry.js'
import type { Serde } from '../serde/serde.js'
import type { StoreSpec } from '../stores/store-spec.js'

/** A topic of the user's, as the manifest names it. */
export interface TopicSpec {
  /** The topic's name on Kafka. */
  readonly name: string
  readonly key: Serde
  readonly value: Serde
  /** `string?` in the manifest: Kafka's null is allowed. */
  readonly nullableKey: boolean
  readonly nullableValue: boolean
  /** What the manifest expects of the topic; checked at start, and used where Millrace creates topics (embedded broker, tests). */
  readonly partitions?: number
}

/** A store of the manifest's `stores:`, under its name. */
export type ManifestStore = StoreSpec & {
  readonly queryable: boolean /** Name of the typed accessor: `attemptsPerUser`. */
  readonly property: string
}

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
