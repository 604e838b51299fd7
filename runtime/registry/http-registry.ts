import type { StreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { AvroCodec } from '../serde/codec.js'
import type { RegisteredSchema, SchemaRegistry, TopicSide } from '../serde/registry.js'
import { schemaText } from '../serde/schema-text.js'
import { refused, unknownSchema, unreachable } from './errors.js'
import { type Answer, type Ask, RegistryHttp } from './http.js'
import { Limit } from './limit.js'
import type { RegistryOptions } from './options.js'
import { retrying } from './retry.js'
import { fetchSchema } from './schema-lookup.js'
import { findId, registerSchema } from './subject.js'
import { subjectName } from './subject-name.js'

/** Ids that the registry does not have: kept so many, so long, that a topic full of them does not ask for each record. */
const maxUnknown = 1_000
const unknownMs = 10_000

/** Requests at once: bytes of another encoding may look like records of a thousand ids. */
const maxRequests = 8

export interface HttpRegistryOptions extends RegistryOptions {
  /** How long the start waits for a registry that answers. */
  readonly startTimeoutMs: number
  readonly logger: Logger
}

/** A schema registry behind Confluent's REST API. What it answered stays known; what several ask at once is asked once. */
export class HttpRegistry implements SchemaRegistry {
  readonly #options: HttpRegistryOptions
  readonly #http: RegistryHttp
  readonly #schemas = new Map<number, RegisteredSchema>()
  /** Why there is no schema of an id, and until when that is taken for true; the oldest first. */
  readonly #unknown = new Map<number, { readonly error: StreamError; readonly untilMs: number }>()
  readonly #fetching = new Map<number, Promise<void>>()
  /** By subject and schema. */
  readonly #ids = new Map<string, Promise<number>>()
  readonly #limit = new Limit(maxRequests)
  #isAway = false

  constructor(options: HttpRegistryOptions) {
    this.#options = options
    this.#http = new RegistryHttp(options)
  }

  /** Waits until the registry answers. Throws REGISTRY_UNREACHABLE, REGISTRY_NOT_AUTHORIZED. */
  async open(): Promise<void> {
    const answer = await this.#request(this.#options.startTimeoutMs, 'GET', '/schemas/types')
    if (answer.status === 401) throw refused(answer)
  }

  idOf(side: TopicSide, codec: AvroCodec): Promise<number> {
    const { subjectNameStrategy = 'topicName', register = false, normalize = false, startTimeoutMs } = this.#options
    const subject = subjectName(subjectNameStrategy, side, codec.name)
    const schema = schemaText(codec)
    const key = `${subject}\n${schema}`
    let id = this.#ids.get(key)
    if (id === undefined) {
      const ask: Ask = (method, path, body) => this.#request(startTimeoutMs, method, path, body)
      const act = register ? registerSchema : findId
      id = act(ask, { subject, type: codec.name, schema, normalize })
      this.#ids.set(key, id)
      id.catch(() => this.#ids.delete(key))
    }
    return id
  }

  fetch(id: number): Promise<void> | undefined {
    if (this.#schemas.has(id) || this.#isUnknown(id)) return undefined
    let fetching = this.#fetching.get(id)
    if (fetching === undefined) {
      fetching = this.#fetch(id).finally(() => this.#fetching.delete(id))
      this.#fetching.set(id, fetching)
    }
    return fetching
  }

  schemaOf(id: number): RegisteredSchema {
    const schema = this.#schemas.get(id)
    if (schema !== undefined) return schema
    throw this.#unknown.get(id)?.error ?? unknownSchema(id, 'it was not looked up')
  }

  /** Ends what is under way. */
  close(): void {
    this.#http.close()
  }

  async #fetch(id: number): Promise<void> {
    const ask: Ask = (method, path) => this.#request(this.#options.retryTimeoutMs ?? 300_000, method, path)
    const found = await fetchSchema(ask, id)
    if ('schema' in found) {
      this.#schemas.set(id, found)
      this.#unknown.delete(id)
      return
    }
    this.#unknown.delete(id)
    this.#unknown.set(id, { error: unknownSchema(id, found.reason), untilMs: Date.now() + unknownMs })
    const [oldest] = this.#unknown.keys()
    if (this.#unknown.size > maxUnknown) this.#unknown.delete(oldest!)
  }

  #isUnknown(id: number): boolean {
    return Date.now() < (this.#unknown.get(id)?.untilMs ?? 0)
  }

  #request(timeoutMs: number, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const { place, closed } = this.#http
    return retrying(() => this.#limit.run(() => this.#http.request(method, path, body)), {
      timeoutMs,
      closed,
      onWait: (reason) => this.#away(true, `does not answer (${method} ${path}); waiting for it. ${reason}`),
      onAnswer: () => this.#away(false, 'answers again.'),
      gaveUp: (reason) => unreachable(place, timeoutMs, reason),
    })
  }

  /** Told once, however many wait. */
  #away(isAway: boolean, what: string): void {
    if (this.#isAway === isAway) return
    this.#isAway = isAway
    this.#options.logger[isAway ? 'warn' : 'info'](`The schema registry at ${this.#http.place} ${what}`)
  }
}
