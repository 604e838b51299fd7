import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { isStreamError, type QueryableKeyValueStore } from 'millrace'

/** What a request is answered with. */
interface Answer {
  readonly status: number
  readonly body: unknown
}

/**
 * `POST /lines` (text) hands lines over; `GET /counts/<word>` and `GET /counts?from=<word>&to=<word>` read the store.
 * Rejects if the port is taken.
 */
export async function serveCounts(
  counts: QueryableKeyValueStore<string, number>,
  take: (line: string) => Promise<void>,
  port: number,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    answer(request, counts, take)
      .catch(failed)
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(`${JSON.stringify(body)}\n`)
      })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

async function answer(
  request: IncomingMessage,
  counts: QueryableKeyValueStore<string, number>,
  take: (line: string) => Promise<void>,
): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  if (request.method === 'POST' && pathname === '/lines') {
    const lines = (await text(request)).split('\n').filter((line) => line.trim() !== '')
    for (const line of lines) await take(line)
    return { status: 202, body: { lines: lines.length } }
  }
  if (request.method === 'GET' && pathname === '/counts') {
    const rows = await counts.range(searchParams.get('from') ?? undefined, searchParams.get('to') ?? undefined).toArray()
    return { status: 200, body: Object.fromEntries(rows.map(({ key, value }) => [key, value])) }
  }
  if (request.method === 'GET' && pathname.startsWith('/counts/')) {
    const word = decodeURIComponent(pathname.slice('/counts/'.length))
    return { status: 200, body: { word, count: (await counts.get(word)) ?? 0 } }
  }
  return { status: 404, body: { error: 'There are POST /lines, GET /counts and GET /counts/<word>.' } }
}

/** While the group rebalances, the store cannot be asked: a client may try again. */
function failed(error: unknown): Answer {
  if (isStreamError(error) && error.code === 'STORE_UNAVAILABLE') return { status: 503, body: { error: error.message } }
  return { status: error instanceof URIError ? 400 : 500, body: { error: error instanceof Error ? error.message : String(error) } }
}
