import { request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { toStreamError } from '../core/errors.js'
import type { RegistryAuth, RegistryOptions } from './options.js'

/** What a registry answered. */
export interface Answer {
  readonly status: number
  /** JSON, or the text if it is none. */
  readonly body: unknown
  /** What was asked, for messages; without credentials. */
  readonly asked: string
}

/** Asks the registry, however long it takes until it answers. */
export type Ask = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Answer>

/** No registry answered: another try may help. */
export class NoAnswer extends Error {}

const maxAnswerBytes = 64 * 2 ** 20
const mediaType = 'application/vnd.schemaregistry.v1+json'

/** The one door to the registry's HTTP API. */
export class RegistryHttp {
  readonly #urls: readonly URL[]
  readonly #options: RegistryOptions
  readonly #agent: RegistryOptions['agent']
  readonly #requestTimeoutMs: number
  readonly #closing = new AbortController()
  /** The one that answered last. */
  #current = 0

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#urls = [options.url].flat().map((url) => new URL(url))
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 10_000
    this.#agent = options.agent ?? (options.ssl && new HttpsAgent({ ...options.ssl, keepAlive: true }))
  }

  /** Where the registry is, without credentials. */
  get place(): string {
    return this.#urls.map(({ origin, pathname }) => `${origin}${pathname.replace(/\/$/, '')}`).join(', ')
  }

  /** Ends what is under way, and lets nothing begin. */
  get closed(): AbortSignal {
    return this.#closing.signal
  }

  /** Asks each URL once, the one that answered last first. Throws NoAnswer if none answers, or can at the moment. */
  async request(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const failures: string[] = []
    for (let tries = 0; tries < this.#urls.length; tries += 1) {
      const url = this.#urls[this.#current]!
      try {
        const answer = await this.#ask(url, method, path, body)
        if (!mayPass(answer.status)) return answer
        failures.push(`${url.host}: ${told(answer)}`)
      } catch (error) {
        if (this.#closing.signal.aborted) throw error
        failures.push(`${url.host}: ${reason(error)}`)
      }
      this.#current = (this.#current + 1) % this.#urls.length
    }
    throw new NoAnswer(failures.join('; '))
  }

  close(): void {
    this.#closing.abort(new Error('the connection to the schema registry was closed'))
    if (this.#options.agent === undefined) this.#agent?.destroy()
  }

  async #ask(url: URL, method: string, path: string, body: unknown): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const target = new URL(`${url.pathname.replace(/\/$/, '')}${path}`, url.origin)
    const headers = {
      accept: `${mediaType}, application/json`,
      ...(text === undefined ? {} : { 'content-type': mediaType, 'content-length': Buffer.byteLength(text) }),
      ...this.#options.headers,
      ...(await authorization(this.#options.auth, url)),
    }
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#requestTimeoutMs)])
    const { status, text: answer } = await exchange(target, { method, headers, signal, ...(this.#agent && { agent: this.#agent }) }, text)
    return { status, body: parsed(answer), asked: `${method} ${target.origin}${target.pathname}` }
  }
}

/** One request and its whole answer. */
function exchange(
  target: URL,
  options: Parameters<typeof httpRequest>[1],
  body: string | undefined,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(target, options, (response) => {
      const parts: Buffer[] = []
      let bytes = 0
      response.on('error', reject)
      response.on('data', (part: Buffer) => {
        bytes += part.length
        if (bytes > maxAnswerBytes) request.destroy(new Error(`the answer is longer than ${maxAnswerBytes} bytes`))
        else parts.push(part)
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function authorization(auth: RegistryAuth | undefined, { username, password }: URL): Promise<{ readonly authorization?: string }> {
  if (auth !== undefined && 'token' in auth) {
    return { authorization: `Bearer ${typeof auth.token === 'function' ? await auth.token() : auth.token}` }
  }
  const basic = auth ?? (username === '' ? undefined : { username: decodeURIComponent(username), password: decodeURIComponent(password) })
  if (basic === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}` }
}

/** Is it a trouble of the server's that passes? */
function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** The answer's own words, or its beginning. */
export function told({ status, body }: Answer): string {
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : body
  const text = typeof message === 'string' ? message.trim() : JSON.stringify(message)
  return `${status}${text ? ` ${text.slice(0, 2_000)}` : ''}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Where several addresses were tried, Node says nothing but their codes. */
function reason(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string }
  return message || code || toStreamError(error).message
}
