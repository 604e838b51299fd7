import { join } from 'node:path'
import { StreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { ErrorHandlers } from '../tasks/handlers.js'
import type { TopologySpec } from '../topology/spec.js'
import { registryProblems } from './check-registry.js'
import type { AppConfig } from './config.js'
import { count, type Expectation, flag, methods, object, problemsWith, text } from './expectation.js'

type Defaulted =
  | 'application'
  | 'clientId'
  | 'stateDir'
  | 'processingGuarantee'
  | 'commitIntervalMs'
  | 'repartitionPurgeIntervalMs'
  | 'storeCacheBytes'
  | 'inputBufferBytes'
  | 'maxTaskIdleMs'
  | 'numStandbyReplicas'
  | 'createTopics'
  | 'logger'
  | 'progressBar'
  | 'handleSignals'
  | 'connectTimeoutMs'
  | 'sessionTimeoutMs'
  | 'rebalanceTimeoutMs'

/** A configuration that is right, with its defaults. */
export interface CheckedConfig extends Omit<AppConfig, Defaulted>, Required<Pick<AppConfig, Defaulted>> {
  readonly handlers: ErrorHandlers
}

/** Fills in the defaults. Throws INVALID_CONFIG with everything that is wrong. */
export function checkConfig(config: AppConfig, spec: TopologySpec): CheckedConfig {
  const problems = problemsOf(config, spec)
  if (problems.length > 0) {
    throw new StreamError('INVALID_CONFIG', `The configuration is wrong:\n  ${problems.join('\n  ')}`)
  }
  const application = config.application ?? spec.application
  return {
    ...config,
    application,
    clientId: config.clientId ?? application,
    stateDir: config.stateDir ?? join('.millrace', application),
    processingGuarantee: config.processingGuarantee ?? 'atLeastOnce',
    commitIntervalMs: config.commitIntervalMs ?? (config.processingGuarantee === 'exactlyOnce' ? 100 : 30_000),
    repartitionPurgeIntervalMs: config.repartitionPurgeIntervalMs ?? 30_000,
    storeCacheBytes: config.storeCacheBytes ?? 64 * 2 ** 20,
    inputBufferBytes: config.inputBufferBytes ?? 64 * 2 ** 20,
    maxTaskIdleMs: config.maxTaskIdleMs ?? 0,
    numStandbyReplicas: config.numStandbyReplicas ?? 0,
    createTopics: config.createTopics ?? false,
    logger: config.logger ?? warningsToConsole,
    progressBar: config.progressBar ?? process.stderr.isTTY === true,
    handleSignals: config.handleSignals ?? true,
    connectTimeoutMs: config.connectTimeoutMs ?? 30_000,
    sessionTimeoutMs: config.sessionTimeoutMs ?? 15_000,
    rebalanceTimeoutMs: config.rebalanceTimeoutMs ?? 60_000,
    handlers: {
      deserialization: config.onDeserializationError ?? 'fail',
      processing: config.onProcessingError ?? 'fail',
      production: config.onProductionError ?? 'fail',
      deadLetterTopic: config.deadLetterTopic,
    },
  }
}

const warningsToConsole: Logger = {
  debug() {},
  info() {},
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
}

const handler: Expectation = {
  expected: "'fail', 'continue', 'deadLetter' or a function that returns one",
  fits: (value) => value === 'fail' || value === 'continue' || value === 'deadLetter' || typeof value === 'function',
}

const expectations: { readonly [option in keyof AppConfig]-?: Expectation } = {
  brokers: {
    expected: "a list of 'host:port'",
    fits: (value) =>
      Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && /^[^\s/]+:\d+$/.test(item)),
  },
  client: methods('a client', 'admin', 'createProducer', 'createGroupConsumer', 'createReader', 'close'),
  ssl: { expected: 'true, false or options of TLS', fits: (value) => flag.fits(value) || object.fits(value) },
  sasl: {
    expected: 'an object with mechanism: plain, scram-sha-256, scram-sha-512, oauthbearer or aws',
    fits: (value) => object.fits(value) && typeof (value as { mechanism?: unknown }).mechanism === 'string',
  },
  /** Looked into by `registryProblems`. */
  schemaRegistry: { expected: '', fits: () => true },
  clientId: text,
  application: {
    expected: 'a name of letters, digits, dots, dashes and underscores, a letter first',
    fits: (value) => typeof value === 'string' && /^[A-Za-z][A-Za-z0-9._-]*$/.test(value),
  },
  stateDir: text,
  stateBackend: { expected: 'a function that opens a backend', fits: (value) => typeof value === 'function' },
  stateCleanupDelayMs: count(0, 'milliseconds'),
  processingGuarantee: {
    expected: "'atLeastOnce' or 'exactlyOnce'",
    fits: (value) => value === 'atLeastOnce' || value === 'exactlyOnce',
  },
  commitIntervalMs: count(0, 'milliseconds'),
  repartitionPurgeIntervalMs: count(0, 'milliseconds'),
  storeCacheBytes: count(0, 'bytes'),
  inputBufferBytes: count(1, 'bytes'),
  maxTaskIdleMs: count(-1, 'milliseconds'),
  numStandbyReplicas: count(0, 'replicas'),
  createTopics: flag,
  replicationFactor: count(1, 'replicas'),
  onDeserializationError: handler,
  onProcessingError: handler,
  onProductionError: handler,
  deadLetterTopic: text,
  logger: methods('a logger', 'debug', 'info', 'warn', 'error'),
  progressBar: flag,
  handleSignals: flag,
  connectTimeoutMs: count(1, 'milliseconds'),
  sessionTimeoutMs: count(1, 'milliseconds'),
  rebalanceTimeoutMs: count(1, 'milliseconds'),
  applicationServer: text,
}

function problemsOf(config: AppConfig, spec: TopologySpec): readonly string[] {
  if (!object.fits(config)) return ['it must be an object.']
  const problems = [...problemsWith(config, expectations, '', show), ...registryProblems(config.schemaRegistry, spec)]
  if ((config.brokers === undefined) === (config.client === undefined)) problems.push('either brokers or client must be given.')
  if (config.client !== undefined && (config.ssl ?? config.sasl) !== undefined)
    problems.push('ssl and sasl go with brokers, not with client.')
  const options = (['onDeserializationError', 'onProcessingError', 'onProductionError'] as const).filter(
    (name) => config[name] === 'deadLetter',
  )
  const steps = spec.steps.filter((step) => 'onDeserializationError' in step && step.onDeserializationError === 'deadLetter')
  const senders = [...options, ...steps.map(({ name }) => `step ${name}`)]
  if (senders.length > 0 && config.deadLetterTopic === undefined) {
    problems.push(`deadLetterTopic must be given, since ${senders.join(', ')} sends there.`)
  }
  return problems
}

/** Never a password: only what cannot be one in full. */
function show(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  return `a value of type ${typeof value}`
}
