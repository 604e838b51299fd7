import type { Serde } from '../serde/serde.js'
import type { StoreSpec } from '../stores/store-spec.js'

/** A topic of the user's, as the manifest names it. */
export interface TopicSpec {
  /** The topic's name on Kafka. */
  readonly name: string
  readonly key: Serde
  readonly value: Serde
  /** `string?` in the manifest: Kafka's null is allowed. */
  readonly nullableKey?: boolean
  readonly nullableValue?: boolean
  /** What the manifest expects of the topic; checked at start, and used where Millrace creates topics (embedded broker, tests). */
  readonly partitions?: number
}

/** A store of the manifest's `stores:`, under its name. */
export type ManifestStore = StoreSpec & {
  readonly queryable: boolean
  /** Name of the typed accessor: `attemptsPerUser`. */
  readonly property: string
}
