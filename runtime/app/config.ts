import type { ConnectionOptions } from 'node:tls'
import type { Client } from '../client/client.js'
import type { Logger } from '../core/logger.js'
import type { RegistryOptions } from '../registry/options.js'
import type { SchemaRegistry } from '../serde/registry.js'
import type { StateBackendFactory } from '../stores/store.js'
import type { ErrorHandler } from '../tasks/handlers.js'

/** How an app runs. All of it has a default but where Kafka is: `brokers` or `client`. Times in milliseconds, sizes in bytes. */
export interface AppConfig {
  /** `host:port` of one or more brokers; kafkajs talks to them, and is loaded only then. */
  readonly brokers?: readonly string[]
  /** Instead of `brokers`: a client made by hand, such as the embedded broker's. It stays the caller's to close. */
  readonly client?: Client
  /** TLS to `brokers`: true, or what Node's `tls.connect` takes. */
  readonly ssl?: boolean | ConnectionOptions
  /** Credentials for `brokers`. */
  readonly sasl?: SaslOptions
  /** Where topics in the encoding `confluent` have their schemas: how to reach it, or a registry made by hand. */
  readonly schemaRegistry?: RegistryOptions | SchemaRegistry
  /** Default: the application's name. */
  readonly clientId?: string

  /** In place of the manifest's application: consumer group, prefix of internal topics, state directory. */
  readonly application?: string
  /** Holds the stores of this instance's tasks; no two instances may share it. Default `./.millrace/<application>`. */
  readonly stateDir?: string
  /** Where stores live. Default: LMDB, loaded only then. Stores with `persistence: memory` are in memory anyway. */
  readonly stateBackend?: StateBackendFactory
  /** Removes folders of tasks that left this instance so long ago, at start. Default: they stay. */
  readonly stateCleanupDelayMs?: number

  /**
   * Default `atLeastOnce`: nothing is lost, and after a crash the outputs of up to one commit interval may come again. `exactlyOnce`: what a
   * commit writes (outputs, changelogs, offsets) is one Kafka transaction, and only committed records are read (KIP-98, KIP-129); readers of the outputs
   * have to read what is committed too. Stop all instances to go from one to the other.
   */
  readonly processingGuarantee?: 'atLeastOnce' | 'exactlyOnce'
  /**
   * Default 30 000, with `exactlyOnce` 100, as Kafka Streams. Shorter means fewer outputs that come again after a crash, or that come sooner to who reads
   * what is committed, and more updates in the changelogs.
   */
  readonly commitIntervalMs?: number
  /** How often records of repartition topics that are done with are deleted. Default 30 000, as Kafka Streams. */
  readonly repartitionPurgeIntervalMs?: number
  /** Updates of stores that are not yet committed, of this instance; reaching it commits early. Default 64 MiB. */
  readonly storeCacheBytes?: number
  /** Records read and not yet processed, of this instance; a partition with more than its share is paused. Default 64 MiB. */
  readonly inputBufferBytes?: number
  /** How long a task waits for its other inputs while one is empty, so that it reads in order of time (KIP-695); -1 never. Default 0. */
  readonly maxTaskIdleMs?: number

  /** How many other instances keep the state of each task up to date, so that one of them takes it over without a long restore. Default 0. */
  readonly numStandbyReplicas?: number

  /** Make the user's topics that are missing, with the manifest's partitions (1 if it does not say). Default false. */
  readonly createTopics?: boolean
  /** Of topics that are made. Default: the broker's own (`default.replication.factor`). */
  readonly replicationFactor?: number

  /** A record that does not decode. Steps of the manifest may say otherwise. Default `fail`, which stops the app. */
  readonly onDeserializationError?: ErrorHandler
  /** A record at which user code throws. Default `fail`. */
  readonly onProcessingError?: ErrorHandler
  /** A record that the broker refuses for good. Default `fail`. */
  readonly onProductionError?: ErrorHandler
  /** Where `deadLetter` writes to: the record as it came, with headers that say why (KIP-1034). */
  readonly deadLetterTopic?: string

  /** pino, console, or the like. Default: warnings and errors to the console. */
  readonly logger?: Logger
  /** A bar on stderr while stores are restored. Default: if stderr is a terminal. */
  readonly progressBar?: boolean
  /** Close cleanly at SIGTERM and SIGINT, then exit; a second signal exits at once. Default true. */
  readonly handleSignals?: boolean

  /** How long `start` looks for a broker, and for a schema registry, that answers. Default 30 000. */
  readonly connectTimeoutMs?: number
  /** An instance that is silent for so long loses its tasks; so long, too, the group waits for one that was killed. Default 15 000. */
  readonly sessionTimeoutMs?: number
  /** How long an instance may take to give up its tasks when the group rebalances. Default 60 000. */
  readonly rebalanceTimeoutMs?: number
  /** Where this instance answers queries, `host:port`: told to the group, so that others may ask here. */
  readonly applicationServer?: string
}

export type SaslOptions =
  | { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string }
  | { readonly mechanism: 'oauthbearer'; readonly oauthBearerProvider: () => Promise<{ value: string }> }
  | {
      readonly mechanism: 'aws'
      readonly authorizationIdentity: string
      readonly accessKeyId: string
      readonly secretAccessKey: string
      readonly sessionToken?: string
    }
