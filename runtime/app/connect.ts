import type { Client } from '../client/client.js'
import { StreamError } from '../core/errors.js'
import type { StateBackendFactory } from '../stores/store.js'
import type { CheckedConfig } from './check-config.js'

/** The libraries behind the doors, each loaded only when an app that needs it starts. */

/** The client of the configuration, or one of kafkajs. */
export async function connect({ client, brokers = [], clientId, ssl, sasl, logger, connectTimeoutMs }: CheckedConfig): Promise<Client> {
  if (client !== undefined) return client
  const { kafkajsClient } = await load('kafkajs', () => import('../kafkajs.js'))
  return kafkajsClient({
    brokers,
    clientId,
    logger,
    startTimeoutMs: connectTimeoutMs,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
  })
}

export async function persistentBackend({ stateBackend }: CheckedConfig): Promise<StateBackendFactory> {
  return stateBackend ?? (await load('lmdb', () => import('../lmdb.js'))).lmdbBackend
}

async function load<T>(name: string, loading: () => Promise<T>): Promise<T> {
  try {
    return await loading()
  } catch (error) {
    throw new StreamError('INVALID_CONFIG', `The package ${name} cannot be loaded: ${error instanceof Error ? error.message : error}`, {
      cause: error,
      hint: `Install it (npm install ${name}), or configure the app without it.`,
    })
  }
}
