import type { Logger } from '../core/logger.js'
import type { SchemaRegistry } from '../serde/registry.js'
import type { StateBackendFactory } from '../stores/store.js'
import type { ErrorHandlers } from '../tasks/handlers.js'

/** How a `TopologyTestDriver` runs a topology. */
export interface TopologyTestDriverOptions {
  /** In place of the manifest's. */
  readonly application?: string
  /**
   * Default 1: the whole topology is one task, as in Kafka Streams' own driver, whose order of records it then follows.
   * More: topics have so many partitions, and each sub-topology as many tasks, as in production.
   */
  readonly partitions?: number
  /**
   * After how many records to commit; `pipe`: when all that a `pipe` led to is processed; `manual`: only by `commit()`.
   * Default `pipe`; with one partition and a record cache 1, as Kafka Streams' driver (without a cache nothing shows the difference).
   */
  readonly commit?: number | 'pipe' | 'manual'
  /** Default `atLeastOnce`. */
  readonly processingGuarantee?: 'atLeastOnce' | 'exactlyOnce'
  /** Keeps all stores in such a backend, in folders of a temporary directory: `lmdbBackend` of millrace/lmdb. Default: in memory. */
  readonly stateBackend?: StateBackendFactory
  /** Switches the record cache of all stores; default: as the manifest says. */
  readonly caching?: boolean
  /** Where topics in the encoding `confluent` have their schemas. Default: an `InMemoryRegistry` that registers what is written. */
  readonly schemaRegistry?: SchemaRegistry
  /** Where the wall clock starts, milliseconds since the epoch. Default 0. */
  readonly startMs?: number
  /** Default: each failure is thrown by the call that led to it. */
  readonly handlers?: Partial<ErrorHandlers>
  /** Default: says nothing. */
  readonly logger?: Logger
  /** Makes what is random the same in each run. Default 1. */
  readonly seed?: number
  /** Updates not yet committed that make a task commit, bytes. Default 64 MiB. */
  readonly storeCacheBytes?: number
  /** KIP-695. Default -1: never waits for other inputs. */
  readonly maxTaskIdleMs?: number
}
