import type { ConnectionOptions } from 'node:tls'
import type { SASLOptions } from 'kafkajs'
import { type Logger, silentLogger } from '../../core/logger.js'

/** How to reach a Kafka cluster. */
export interface KafkajsSettings {
  /** Addresses to start from, `host:port`; the other brokers are learnt from them. */
  readonly brokers: readonly string[]
  /** Names this client in the brokers' logs, metrics and quotas. Default `millrace`. */
  readonly clientId?: string
  /** TLS: true, or what `tls.connect` of Node takes (ca, cert, key, …). */
  readonly ssl?: boolean | ConnectionOptions
  /** Credentials, as kafkajs takes them: plain, scram-sha-256, scram-sha-512, aws, oauthbearer. */
  readonly sasl?: SASLOptions
  readonly logger?: Logger
  /** How long one connection may take to open, milliseconds. Default 5,000. */
  readonly connectionTimeoutMs?: number
  /** How long a broker may take to answer, milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number
  /** How long to look for a first broker that answers, milliseconds. Default 15,000. */
  readonly startTimeoutMs?: number
  /** How long a call (a commit, a flush) keeps trying while the brokers are away, milliseconds. Default 120,000. */
  readonly retryTimeoutMs?: number
}

export type Settings = Required<Omit<KafkajsSettings, 'ssl' | 'sasl'>> & {
  readonly ssl: ConnectionOptions | undefined
  readonly sasl: SASLOptions | undefined
}

export function withDefaults(settings: KafkajsSettings): Settings {
  const { ssl } = settings
  return {
    clientId: 'millrace',
    logger: silentLogger,
    connectionTimeoutMs: 5_000,
    requestTimeoutMs: 30_000,
    startTimeoutMs: 15_000,
    retryTimeoutMs: 120_000,
    ...settings,
    ssl: ssl === true ? {} : ssl === false ? undefined : ssl,
    sasl: settings.sasl,
  }
}
