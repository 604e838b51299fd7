/**
 * Goal: whatever a schema registry answers, or does not, the app asks again, tells what to do, or takes a record for unreadable, as it should.
 * Method: a server that answers by script, with faults, credentials and TLS; real registries are in test/integration/registry.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type ErrorCode, type StreamError, silentLogger } from 'millrace'
import { HttpRegistry, type HttpRegistryOptions } from '#runtime/registry/http-registry.js'
import { temporaryDirectories } from '../../helpers/directories.js'
import { type Reply, scriptedRegistry } from '../../helpers/registry/scripted.js'
import { customerCodec } from '../../integration/registry/shop/generated/types/shop/customer.js'
import { orderCodec } from '../../integration/registry/shop/generated/types/shop/order.js'

const newFolder = temporaryDirectories(test)
const orders = { topic: 'orders', side: 'value' } as const
const int = '{"type":"int"}'
const none: Reply = [404, { error_code: 40403, message: 'Schema not found' }]

function connect(t: ExecutionContext, url: string | readonly string[], options: Partial<HttpRegistryOptions> = {}): HttpRegistry {
  const registry = new HttpRegistry({ url, startTimeoutMs: 60_000, logger: silentLogger, ...options })
  t.teardown(() => registry.close())
  return registry
}

async function fails(t: ExecutionContext, code: ErrorCode, pattern: RegExp, action: () => unknown): Promise<void> {
  const error = (await t.throwsAsync(async () => action())) as StreamError
  t.is(error.code, code)
  t.regex(error.message, pattern)
}

test('a schema is fetched once, however many ask at once, and stays known', async (t) => {
  const { url, lines } = await scriptedRegistry(t, () => [200, { schema: int }])
  const registry = connect(t, url)
  const both = [registry.fetch(7), registry.fetch(7)]
  t.is(both[0], both[1])
  await both[0]
  t.deepEqual(registry.schemaOf(7), { schema: int, references: [] })
  t.is(registry.fetch(7), undefined)
  t.deepEqual(lines(), ['GET /schemas/ids/7'])
})

test('schemas that a schema refers to are fetched with it, each once, also deleted ones', async (t) => {
  const references = [
    { name: 'B', subject: 'b/c', version: 1 },
    { name: 'C', subject: 'c', version: 2 },
  ]
  const { url, lines } = await scriptedRegistry(t, ({ line }) =>
    line.startsWith('GET /schemas/ids/')
      ? [200, { schema: '"A"', references }]
      : line.includes('/b%2Fc/')
        ? [200, { schema: '"B"', references: references.slice(1) }]
        : [200, { schema: '"C"' }],
  )
  const registry = connect(t, url)
  await registry.fetch(1)
  t.deepEqual([...registry.schemaOf(1).references].sort(), ['"B"', '"C"'])
  t.deepEqual(lines().slice(1).sort(), ['GET /subjects/b%2Fc/versions/1?deleted=true', 'GET /subjects/c/versions/2?deleted=true'])
})

test('an id that is unknown, of no Avro schema, or refers to nothing makes its records unreadable, and is not asked for again', async (t) => {
  const { url, lines } = await scriptedRegistry(t, ({ line }) => {
    if (line.endsWith('/ids/1')) return none
    if (line.endsWith('/ids/2')) return [200, { schema: '{}', schemaType: 'PROTOBUF' }]
    if (line.endsWith('/ids/3')) return [200, { schema: '"x.Gone"', references: [{ name: 'x.Gone', subject: 'gone', version: 1 }] }]
    return [404, { error_code: 40401, message: 'Subject not found' }]
  })
  const registry = connect(t, url)
  for (const [id, reason] of [
    [1, /no schema for the id 1: 404 Schema not found/],
    [2, /the type PROTOBUF, not of Avro/],
    [3, /refers to version 1 of the subject gone: 404 Subject not found/],
    [-4, /ids are positive/],
  ] as const) {
    await registry.fetch(id)
    await fails(t, 'DESERIALIZATION', reason, () => registry.schemaOf(id))
    t.is(registry.fetch(id), undefined)
  }
  t.is(lines().length, 4)
})

test('ids that are not there are kept in a bounded number', async (t) => {
  const { url } = await scriptedRegistry(t, () => none)
  const registry = connect(t, url)
  for (let id = 1; id <= 1_001; id += 1) await registry.fetch(id)
  await fails(t, 'DESERIALIZATION', /not looked up/, () => registry.schemaOf(1))
  await fails(t, 'DESERIALIZATION', /Schema not found/, () => registry.schemaOf(1_001))
})

/** After so many turns of the event loop, in which others may come. */
function later(turns: number, action: () => void): void {
  if (turns === 0) action()
  else setImmediate(later, turns - 1, action)
}

test('a thousand ids at once are a few requests at a time, and one warning if nobody answers', async (t) => {
  let open = 0
  let most = 0
  let isAway = true
  const { url } = await scriptedRegistry(t, () => {
    if (isAway) return [503, 'away']
    open += 1
    most = Math.max(most, open)
    return (response) =>
      later(50, () => {
        open -= 1
        response.writeHead(404).end('{"error_code":40403}')
      })
  })
  const warnings: string[] = []
  const warned = (message: string) => {
    warnings.push(message)
    isAway = false
  }
  const registry = connect(t, url, { logger: { ...silentLogger, warn: warned } })
  await Promise.all(Array.from({ length: 1_000 }, (_, index) => registry.fetch(index + 1)))
  t.is(most, 8)
  t.is(warnings.length, 1)
})

test('a registry that is away or in trouble is asked again, by all its addresses, until it answers', async (t) => {
  const away = await scriptedRegistry(t, () => (response) => response.destroy())
  const ill = await scriptedRegistry(t, (_, count) =>
    count < 3 ? [[500, 'oops'] as const, [429, ''] as const][count % 2]! : [200, { schema: int }],
  )
  const warnings: string[] = []
  const logger = {
    ...silentLogger,
    warn: (message: string) => void warnings.push(message),
    info: (message: string) => void warnings.push(message),
  }
  const registry = connect(t, [away.url, ill.url], { logger })
  await registry.fetch(1)
  t.is(registry.schemaOf(1).schema, int)
  t.is(ill.lines().length, 3)
  t.true(away.lines().length >= 1)
  t.is(warnings.length, 2)
  t.regex(warnings[0]!, /does not answer \(GET \/schemas\/ids\/1\); waiting/)
  t.regex(warnings[1]!, /answers again/)
  await registry.fetch(2)
  t.true(away.lines().length <= 3, 'the one that answered last is asked first')
})

test('a registry that stays away is told with its address, and no password; also one that accepts and says nothing', async (t) => {
  const { url } = await scriptedRegistry(t, () => () => {})
  const secret = url.replace('http://', 'http://me:pass%40word@')
  const registry = connect(t, secret, { startTimeoutMs: 300, retryTimeoutMs: 200, requestTimeoutMs: 50 })
  const place = url.replaceAll('.', '\\.')
  await fails(t, 'REGISTRY_UNREACHABLE', new RegExp(`answered at ${place} within 300 ms`), () => registry.open())
  const error = (await t.throwsAsync(async () => registry.fetch(1))) as StreamError
  t.is(error.code, 'REGISTRY_UNREACHABLE')
  t.regex(error.message, /within 200 ms/)
  t.notRegex(error.message, /pass/)
})

test('credentials are those of auth, asked for each time, or of the URL, and headers are sent along', async (t) => {
  const { url, asked } = await scriptedRegistry(t, () => [200, ['AVRO']])
  const tokens = ['t1', 't2']
  const ways: readonly (readonly [string, Partial<HttpRegistryOptions>])[] = [
    [url, { auth: { username: 'me', password: 'p:w' }, headers: { 'x-tenant': 'a' } }],
    [url.replace('http://', 'http://me:p%40w@'), {}],
    [url, { auth: { token: async () => tokens.shift()! } }],
  ]
  for (const [address, options] of ways) await connect(t, address, options).open()
  const tokenized = connect(t, url, ways[2]![1])
  await tokenized.open()
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  t.deepEqual(
    asked.map(({ headers }) => headers.authorization),
    [basic('me:p:w'), basic('me:p@w'), 'Bearer t1', 'Bearer t2'],
  )
  t.is(asked[0]!.headers['x-tenant'], 'a')
  t.is(asked[0]!.headers.accept, 'application/vnd.schemaregistry.v1+json, application/json')
})

test('refused credentials, and what is no registry, are told and not tried again', async (t) => {
  const locked = await scriptedRegistry(t, () => [401, { error_code: 40101, message: 'Unauthorized' }])
  await fails(t, 'REGISTRY_NOT_AUTHORIZED', /GET .*schemas\/types: 401 Unauthorized[\s\S]*auth/, () => connect(t, locked.url).open())
  await fails(t, 'REGISTRY_NOT_AUTHORIZED', /schemas\/ids\/1/, () => connect(t, locked.url).fetch(1))
  t.is(locked.lines().length, 2)
  const other = await scriptedRegistry(t, () => [404, '<html>Not here</html>'])
  await connect(t, other.url).open()
  await fails(t, 'REGISTRY_REFUSED', /404 <html>Not here<\/html>[\s\S]*ccompat/, () => connect(t, other.url).fetch(1))
  await fails(t, 'REGISTRY_REFUSED', /POST .*orders-value/, () => connect(t, other.url).idOf(orders, orderCodec))
})

test('registering names the subject by strategy, asks to normalize where told to, and asks once', async (t) => {
  const { url, lines, asked } = await scriptedRegistry(t, (_, count) => [200, { id: count }])
  const register = { register: true } as const
  const byTopic = connect(t, `${url}/api/`, register)
  t.deepEqual(await Promise.all([byTopic.idOf(orders, orderCodec), byTopic.idOf(orders, orderCodec)]), [1, 1])
  t.is(await byTopic.idOf({ topic: 'orders', side: 'key' }, orderCodec), 2)
  t.is(await connect(t, url, { ...register, subjectNameStrategy: 'recordName', normalize: true }).idOf(orders, orderCodec), 3)
  t.is(await connect(t, url, { ...register, subjectNameStrategy: 'topicRecordName' }).idOf(orders, orderCodec), 4)
  t.deepEqual(lines(), [
    'POST /api/subjects/orders-value/versions',
    'POST /api/subjects/orders-key/versions',
    'POST /subjects/shop.Order/versions?normalize=true',
    'POST /subjects/orders-shop.Order/versions',
  ])
  t.is(asked[0]!.headers['content-type'], 'application/vnd.schemaregistry.v1+json')
  t.like(JSON.parse(JSON.parse(asked[0]!.body).schema), { type: 'record', name: 'shop.Order', doc: 'An order as the till writes it.' })
})

test('a registered schema has its named types written out, each once', async (t) => {
  const { url, asked } = await scriptedRegistry(t, () => [200, { id: 1 }])
  await connect(t, url, { register: true }).idOf(orders, customerCodec)
  const { fields } = JSON.parse(JSON.parse(asked[0]!.body).schema)
  t.deepEqual(fields[0].type, { type: 'record', name: 'shop.City', fields: [{ name: 'name', type: 'string' }] })
  t.deepEqual(fields[1].type, ['null', { type: 'enum', name: 'shop.Payment', symbols: ['CASH', 'CARD'] }, 'string'])
})

test('an incompatible schema is told in the registry’s words; a failure is not kept', async (t) => {
  const { url } = await scriptedRegistry(t, (_, count) =>
    count === 1 ? [409, { error_code: 409, message: 'READER_FIELD_MISSING_DEFAULT_VALUE: amount' }] : [200, { id: 5 }],
  )
  const registry = connect(t, url, { register: true })
  const message = /shop\.Order under the subject orders-value: 409 READER_FIELD_MISSING_DEFAULT_VALUE: amount/
  await fails(t, 'SCHEMA_INCOMPATIBLE', message, () => registry.idOf(orders, orderCodec))
  t.is(await registry.idOf(orders, orderCodec), 5)
})

test('without registering, a schema is looked up: as it is, else among the versions by what it writes', async (t) => {
  const bare = JSON.stringify({
    type: 'record',
    name: 'Order',
    namespace: 'shop',
    fields: JSON.parse(orderCodec.schema).fields.map(({ name, type }: { name: string; type: unknown }) => ({ name, type })),
  })
  const { url, lines } = await scriptedRegistry(t, ({ line }) => {
    if (line === 'POST /subjects/orders-value') return none
    if (line.endsWith('/versions')) return [200, [1, 2, 3]]
    if (line.endsWith('/3')) return [200, { id: 30, schema: '{"type":"record","name":"shop.Order","fields":[]}' }]
    return line.endsWith('/2') ? [200, { id: 20, schema: bare }] : [200, { id: 10, schema: int }]
  })
  t.is(await connect(t, url).idOf(orders, orderCodec), 20)
  t.deepEqual(lines(), [
    'POST /subjects/orders-value',
    'GET /subjects/orders-value/versions',
    'GET /subjects/orders-value/versions/3',
    'GET /subjects/orders-value/versions/2',
  ])
})

test('a schema that is not registered is told with its subject, itself, and the way out', async (t) => {
  const message = (subject: string) => new RegExp(`${subject}.*register: true.*"name":"shop.Order"`, 's')
  const empty = await scriptedRegistry(t, () => [404, { error_code: 40401, message: 'Subject not found' }])
  await fails(t, 'SCHEMA_NOT_REGISTERED', message('has no subject orders-value'), () => connect(t, empty.url).idOf(orders, orderCodec))
  const others = await scriptedRegistry(t, ({ line }) =>
    line.startsWith('POST') ? none : line.endsWith('/versions') ? [200, [1]] : [200, { id: 1, schema: 'not JSON' }],
  )
  await fails(t, 'SCHEMA_NOT_REGISTERED', message('subject orders-value has other'), () => connect(t, others.url).idOf(orders, orderCodec))
})

test('TLS is as Node takes it: a certificate of an unknown authority is refused, one that ca names is taken', async (t) => {
  const folder = newFolder()
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
  const own = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  const { url } = await scriptedRegistry(t, () => [200, { schema: int }], own)
  await fails(t, 'REGISTRY_UNREACHABLE', /self-signed certificate/, () => connect(t, url, { retryTimeoutMs: 0 }).fetch(1))
  const registry = connect(t, url, { ssl: { ca: own.cert } })
  await registry.fetch(1)
  t.is(registry.schemaOf(1).schema, int)
})

test('closing ends what waits', async (t) => {
  const { url } = await scriptedRegistry(t, () => [503, ''])
  const registry = connect(t, url)
  const fetching = t.throwsAsync(async () => registry.fetch(1))
  registry.close()
  await fetching
})
