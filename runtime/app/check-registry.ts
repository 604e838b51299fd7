import type { RegistryOptions } from '../registry/options.js'
import { needsRegistry } from '../topology/connect-registry.js'
import type { TopologySpec } from '../topology/spec.js'
import { count, type Expectation, flag, hasMethods, object, problemsWith } from './expectation.js'

const isUrl = (value: unknown): boolean => typeof value === 'string' && /^https?:$/.test(protocolOf(value))

const expectations: { readonly [option in keyof RegistryOptions]-?: Expectation } = {
  url: {
    expected: 'a URL (http or https), or a list of them',
    fits: (value) => [value].flat().length > 0 && [value].flat().every(isUrl),
  },
  auth: { expected: '{ username, password } or { token }, the token a text or a function', fits: isAuth },
  headers: { expected: 'an object of texts', fits: (value) => object.fits(value) && Object.values(value as object).every(isText) },
  ssl: { expected: 'options of TLS', fits: (value) => object.fits(value) },
  agent: { expected: 'an agent of node:http or node:https', fits: (value) => hasMethods(value, ['destroy']) },
  register: flag,
  subjectNameStrategy: {
    expected: "'topicName', 'recordName' or 'topicRecordName'",
    fits: (value) => value === 'topicName' || value === 'recordName' || value === 'topicRecordName',
  },
  normalize: flag,
  requestTimeoutMs: count(1, 'milliseconds'),
  retryTimeoutMs: count(0, 'milliseconds'),
}

/** What is wrong with the option `schemaRegistry`: with it, or that it is missing. */
export function registryProblems(registry: unknown, { topics }: TopologySpec): readonly string[] {
  if (registry === undefined) {
    const users = Object.entries(topics).flatMap(([name, topic]) => (needsRegistry(topic) ? [name] : []))
    return users.length === 0 ? [] : [`schemaRegistry must be given, since the encoding of ${users.join(', ')} is confluent.`]
  }
  if (typeof registry !== 'object' || registry === null) return ['schemaRegistry must be an object with a url.']
  if ('idOf' in registry) {
    const complete = hasMethods(registry, ['idOf', 'fetch', 'schemaOf'])
    return complete ? [] : ['schemaRegistry must be an object with a url, or a registry (an object with idOf, fetch, schemaOf).']
  }
  const problems = problemsWith(registry, expectations, 'schemaRegistry.', shown)
  const both = 'ssl' in registry && 'agent' in registry && registry.ssl !== undefined && registry.agent !== undefined
  return [
    ...('url' in registry && registry.url !== undefined ? [] : ['schemaRegistry.url must be given.']),
    ...problems,
    ...(both ? ['schemaRegistry.ssl and schemaRegistry.agent cannot be given both: give the agent its options of TLS.'] : []),
  ]
}

/** Credentials may stand in any of them. */
function shown(value: unknown): string {
  return `a value of type ${typeof value}`
}

function protocolOf(value: string): string {
  try {
    return new URL(value).protocol
  } catch {
    return ''
  }
}

function isAuth(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if ('token' in value) return isText(value.token) || typeof value.token === 'function'
  return 'username' in value && isText(value.username) && 'password' in value && isText(value.password)
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}
