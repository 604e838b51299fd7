import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ExecutionContext } from 'ava'

export interface Asked {
  /** `POST /subjects/a-value?normalize=true`. */
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What to answer: status and JSON, or what is done with the connection. */
export type Reply = readonly [status: number, body: unknown] | ((response: ServerResponse) => void)

export interface ScriptedRegistry {
  readonly url: string
  readonly asked: readonly Asked[]
  lines(): readonly string[]
}

/** A server that stands in for a registry where a real one cannot be made to: faults, credentials, TLS. `reply` answers each request. */
export async function scriptedRegistry(
  t: ExecutionContext,
  reply: (asked: Asked, count: number) => Reply,
  tls?: { readonly key: string; readonly cert: string },
): Promise<ScriptedRegistry> {
  const asked: Asked[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const one = { line: `${request.method} ${request.url}`, headers: request.headers, body: Buffer.concat(parts).toString() }
    asked.push(one)
    const replied = reply(one, asked.length)
    if (typeof replied === 'function') return replied(response)
    const [status, body] = replied
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
  }
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    lines: () => asked.map(({ line }) => line),
  }
}
