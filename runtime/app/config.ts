import type { ConnectionOptions } from 'node:tls'
import type { Client } from '../client/client.js'
import type { Logger } from '../core/logger.js'
import type { StateBackendFactory } from '../stores/store.js'

/** What to do with a record that does not decode, whose processing throws, or that the broker refuses. */
export type ErrorPolicy = 'fail' | 'continue' | 'deadLetter'

/** How an app runs. All of it has a default but where Kafka is: `brokers` or `client`. Times in milliseconds, sizes in bytes. */
export interface AppConfig {
  /** `host:port` of one or more brokers; kafkajs talks to them, and is loaded only then. */
  readonly brokers?: readonly string[]
  /** Instead of `brokers`: a client made by hand, such as the embedded broker's. It stays the caller's to close. */
  readonly client?: Client
  /** TLS to `brokers`: true, or Node's own options. */
  readonly ssl?: boolean | ConnectionOptions
  readonly sasl?: SaslOptions
  /** Default: the application's name. */
  readonly clientId?: string
  /** In place of the manifest's application: consumer group, prefix of internal topics, state directory. */
  readonly application?: string
  /** Holds the stores of this instance's tasks; no two processes may share it. Default `./.millrace/<application>`. */
  readonly stateDir?: string
  /** Default `atLeastOnce`: nothing is lost, and after a crash the outputs of up to one commit interval may come again. */
  readonly processingGuarantee?: 'atLeastOnce' | 'exactlyOnce'
  /** Default 30 000 at least once (as Kafka Streams), 100 exactly once. */
  readonly commitIntervalMs?: number
  /** Updates not yet committed of all stores of this instance; reaching it commits early. Default 64 MiB. */
  readonly storeCacheBytes?: number
  /** Records read and not yet processed; a partition is paused while its task has more than its share. Default 64 MiB. */
  readonly inputBufferBytes?: number
  /** How long a task waits for the other inputs when one is empty, so that it reads in order of time (KIP-695). Default 0. */
  readonly maxTaskIdleMs?: number
  /** Of the internal topics made. Default 1... the broker's own with -1, which is the default. */
  readonly replicationFactor?: number
  /** Make the user's topics that are missing, with the manifest's partitions. Default false. */
  readonly createTopics?: boolean
  readonly onDeserializationError?: ErrorPolicy
  readonly onProcessingError?: ErrorPolicy
  readonly onProductionError?: 'fail' | 'continue'
  /** Where `deadLetter` writes to: the record as it came, with headers that say why (KIP-1034). */
  readonly deadLetterTopic?: string
  /** pino, console, or the like. Default: warnings and errors to the console. */
  readonly logger?: Logger
  readonly sessionTimeoutMs?: number
  readonly rebalanceTimeoutMs?: number
  /** How long `start` tries to reach a broker. Default 30 000. */
  readonly connectTimeoutMs?: number
  /** Close cleanly on SIGTERM and SIGINT; a second signal exits at once. Default true. */
  readonly handleSignals?: boolean
  /** A bar on stderr while stores are restored. Default: if stderr is a terminal. */
  readonly progressBar?: boolean
  /** Where stores live. Default: LMDB, loaded only then; stores with `persistence: memory` are in memory anyway. */
  readonly stateBackend?: StateBackendFactory
}

export interface SaslOptions {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}
