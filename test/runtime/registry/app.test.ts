/**
 * Goal: an app takes what it needs of a registry from its configuration, and waits for schemas without losing its place.
 * Method: apps on the embedded broker, with registries made by hand that answer when the test says so.
 */
import test, { type ExecutionContext } from 'ava'
import { type AppConfig, Decimal, type RegistryOptions, type SchemaRegistry, StreamApp, type StreamError } from 'millrace'
import { confluentSerde, type TopologySpec } from 'millrace/codegen'
import { EmbeddedBroker, embeddedClient, InMemoryRegistry } from 'millrace/embedded'
import { stringSerde } from '#runtime/serde/primitives.js'
import { schemaText } from '#runtime/serde/schema-text.js'
import { newFolder } from '../../helpers/counting-app.js'
import { Shop } from '../../integration/registry/shop/generated/shop/app.js'
import { cityCodec } from '../../integration/registry/shop/generated/types/shop/city.js'
import { customerCodec } from '../../integration/registry/shop/generated/types/shop/customer.js'
import { orderCodec } from '../../integration/registry/shop/generated/types/shop/order.js'
import { orderIdCodec } from '../../integration/registry/shop/generated/types/shop/order-id.js'
import { framed, quiet } from '../../integration/registry/shop-job.js'

function newBroker(...names: readonly string[]): EmbeddedBroker {
  const broker = new EmbeddedBroker()
  for (const name of names) broker.createTopic({ name, partitions: 1 })
  return broker
}

const config = (broker: EmbeddedBroker, stateDir = newFolder()): AppConfig => ({
  ...{ client: embeddedClient(broker), stateDir, handleSignals: false, logger: quiet, commitIntervalMs: 20 },
})

function append(broker: EmbeddedBroker, topic: string, key: Uint8Array | null, value: Uint8Array): void {
  broker.append(topic, 0, { key, value, timestamp: 1, headers: [] })
}

/** Resolves when a topic has so many records. */
async function arrived(broker: EmbeddedBroker, topic: string, count: number): Promise<void> {
  while (broker.endOffset(topic, 0) < count) await new Promise(setImmediate)
}

/** A registry that knows what it is told, and says nothing of other ids until `answer`. */
class SlowRegistry implements SchemaRegistry {
  readonly #known = new InMemoryRegistry()
  readonly #answered = new Set<number>()
  readonly #asked = new Map<number, { readonly promise: Promise<void>; readonly resolve: () => void }>()
  #onAsk = () => {}
  readonly asked = new Promise<void>((resolve) => {
    this.#onAsk = resolve
  })

  register(schema: string): number {
    return this.#known.register('others', schema)
  }

  answer(id: number): void {
    this.#answered.add(id)
    this.#asked.get(id)?.resolve()
  }

  idOf: SchemaRegistry['idOf'] = (side, codec) => {
    const id = this.#known.idOf(side, codec)
    this.#answered.add(id)
    return id
  }

  schemaOf: SchemaRegistry['schemaOf'] = (id) => this.#known.schemaOf(id)

  fetch: SchemaRegistry['fetch'] = (id) => {
    if (this.#answered.has(id)) return undefined
    let resolve = () => {}
    const promise = new Promise<void>((done) => {
      resolve = done
    })
    const asked = this.#asked.get(id) ?? { promise, resolve }
    this.#asked.set(id, asked)
    this.#onAsk()
    return asked.promise
  }
}

test('a configuration that is wrong is told in full, and without what may be secret', (t) => {
  const broker = newBroker()
  const refuses = (schemaRegistry: unknown, ...patterns: readonly RegExp[]) => {
    const made = () =>
      new Shop({}, { ...config(broker), ...(schemaRegistry === undefined ? {} : { schemaRegistry: schemaRegistry as RegistryOptions }) })
    const { code, message } = t.throws(made) as StreamError
    t.is(code, 'INVALID_CONFIG')
    t.notRegex(message, /secret/)
    for (const pattern of patterns) t.regex(message, pattern)
  }
  refuses(undefined, /schemaRegistry must be given, since the encoding of orders, customers, totals is confluent/)
  refuses('http://me:secret@host', /schemaRegistry must be an object with a url/)
  refuses({ idOf: () => 1 }, /an object with idOf, fetch, schemaOf/)
  refuses({}, /schemaRegistry\.url must be given/)
  refuses(
    {
      url: ['ftp://me:secret@host'],
      auth: { user: 'secret' },
      headers: { a: 1 },
      register: 'yes',
      subjectNameStrategy: 'topic',
      retries: 3,
    },
    /schemaRegistry\.url must be a URL \(http or https\), or a list of them, but is a value of type object/,
    /schemaRegistry\.auth must be \{ username, password \} or \{ token \}/,
    /schemaRegistry\.headers must be an object of texts/,
    /schemaRegistry\.register must be true or false/,
    /schemaRegistry\.subjectNameStrategy must be 'topicName', 'recordName' or 'topicRecordName'/,
    /schemaRegistry\.retries is not an option/,
  )
  refuses({ url: 'http://host', ssl: {}, agent: { destroy() {} }, requestTimeoutMs: 0 }, /cannot be given both/, /requestTimeoutMs must be/)
  t.notThrows(() => new Shop({}, { ...config(broker), schemaRegistry: { url: 'https://me:secret@host/path', auth: { token: () => 't' } } }))
})

async function startShop(t: ExecutionContext, broker: EmbeddedBroker, schemaRegistry: SchemaRegistry, stateDir?: string): Promise<Shop> {
  const app = new Shop({}, { ...config(broker, stateDir), schemaRegistry })
  t.teardown(() => app.close().catch(() => {}))
  await app.start()
  return app
}

const bern = { city: { name: 'Bern' }, payment: null }
const order = { customer: 'ann', amount: Decimal.of('1.00'), coupon: null }

test('an app that is closed while records wait for their schema commits what it has, and reads them again at the next start', async (t) => {
  const broker = newBroker('orders', 'customers', 'totals')
  const registry = new SlowRegistry()
  const [keyId, orderId, customerId] = [orderIdCodec, orderCodec, customerCodec].map((codec) => registry.register(schemaText(codec))) as [
    number,
    number,
    number,
  ]
  registry.answer(keyId)
  registry.answer(customerId)
  const key = framed(keyId, orderIdCodec, { id: 1 })
  const stateDir = newFolder()
  const app = await startShop(t, broker, registry, stateDir)
  append(broker, 'customers', stringSerde.serialize('ann'), framed(customerId, customerCodec, bern))
  await arrived(broker, 'shop-people-changelog', 1)
  append(broker, 'orders', key, framed(orderId, orderCodec, order))
  await registry.asked
  t.is(app.state, 'RUNNING')
  await app.close()
  t.is(broker.endOffset('totals', 0), 0)
  registry.answer(orderId)
  const again = await startShop(t, broker, registry, stateDir)
  await arrived(broker, 'totals', 1)
  t.deepEqual(await again.stores.perCity.get({ name: 'Bern' }), { orders: 1, cents: 100 })
})

test('a global table waits for a schema without stopping the rest', async (t) => {
  const text = { key: stringSerde, value: stringSerde }
  const cities = { key: stringSerde, value: confluentSerde(cityCodec) }
  const nullable = { nullableKey: false, nullableValue: false }
  const spec: TopologySpec = {
    codegen: 1,
    application: 'globals',
    topics: {
      cities: { name: 'cities', ...cities, ...nullable },
      in: { name: 'in', ...text, ...nullable },
      out: { name: 'out', ...text, ...nullable },
    },
    stores: {
      cities: { kind: 'keyValue', name: 'cities', key: stringSerde, value: confluentSerde(cityCodec), queryable: true, property: 'cities' },
    },
    steps: [
      { operator: 'globalTable', name: 'cities', topic: 'cities', store: 'cities', ...cities },
      { operator: 'stream', name: 'read', topics: ['in'], ...text },
      { operator: 'sink', name: 'write', input: 'read', topic: 'out' },
    ],
  }
  const broker = newBroker('cities', 'in', 'out')
  const schemaRegistry = new SlowRegistry()
  const [known, unknown] = [schemaRegistry.register(cityCodec.schema), schemaRegistry.register(`${cityCodec.schema} `)] as const
  schemaRegistry.answer(known)
  append(broker, 'cities', stringSerde.serialize('a'), framed(known, cityCodec, { name: 'Bern' }))
  const app = new StreamApp<{ readonly cities: { get(key: string): Promise<{ readonly name: string } | undefined> } }>(spec, {
    ...config(broker),
    schemaRegistry,
  })
  t.teardown(() => app.close())
  await app.start()
  t.deepEqual(await app.stores.cities.get('a'), { name: 'Bern' })
  append(broker, 'cities', stringSerde.serialize('b'), framed(unknown, cityCodec, { name: 'Thun' }))
  await schemaRegistry.asked
  append(broker, 'in', stringSerde.serialize('k'), stringSerde.serialize('v'))
  await arrived(broker, 'out', 1)
  t.is(await app.stores.cities.get('b'), undefined)
  schemaRegistry.answer(unknown)
  while ((await app.stores.cities.get('b')) === undefined) await new Promise(setImmediate)
  t.deepEqual(await app.stores.cities.get('b'), { name: 'Thun' })
})
