/**
 * Goal: a job whose topics are all of a schema registry runs on Apache Kafka with a real registry, whatever becomes of the registry.
 * Method: shop.topology.yaml through kafkajs, a broker and Apicurio Registry, which is killed and restarted; other writers are bytes framed by hand.
 */
import anyTest, { type ExecutionContext } from 'ava'
import { type Client, Decimal, type RegistryOptions, type StreamError } from 'millrace'
import type { AvroCodec } from 'millrace/codegen'
import { kafkajsClient } from 'millrace/kafkajs'
import { schemaText } from '#runtime/serde/schema-text.js'
import { missingForSharedKafka, sharedKafka } from '../../helpers/kafka/shared.js'
import { missingForRegistry, type RunningRegistry, startRegistry } from '../../helpers/registry/registry.js'
import { requires } from '../../helpers/requires.js'
import { cityCodec } from './shop/generated/types/shop/city.js'
import { type Customer, customerCodec } from './shop/generated/types/shop/customer.js'
import { type Order, orderCodec } from './shop/generated/types/shop/order.js'
import { orderIdCodec } from './shop/generated/types/shop/order-id.js'
import { totalCodec } from './shop/generated/types/shop/total.js'
import { failureOf, framed, framedBytes, idIn, quiet, ShopJob } from './shop-job.js'

const test = requires(anyTest, missingForSharedKafka ?? missingForRegistry())
let client: Client
let registry: RunningRegistry

test.before(async () => {
  const [brokers, started] = await Promise.all([sharedKafka(), startRegistry()])
  client = kafkajsClient({ brokers })
  registry = started
})
test.after.always(async () => {
  await client?.close()
  await registry?.stop()
})

const bern: Customer = { city: { name: 'Bern' }, payment: null }
const order = (cents: number): Order => ({ customer: 'ann', amount: Decimal.of(`${cents / 100}`).withScale(2), coupon: null })

/** A job, and what sends to it as writers do that registered their schemas under subjects named by topic. */
async function shop(t: ExecutionContext, application: string, options: Partial<RegistryOptions> = {}) {
  const job = await ShopJob.create(t, application, client, { schemaRegistry: { url: registry.url, ...options } })
  const register = (subject: string, codec: AvroCodec) => registry.api.register(`${application}-${subject}`, schemaText(codec))
  const keyId = await register('orders-key', orderIdCodec)
  const orderId = await register('orders-value', orderCodec)
  const customerId = await register('customers-value', customerCodec)
  const key = framed(keyId, orderIdCodec, { id: 1 })
  return {
    job,
    sendCustomer: (customer: Customer | null) => job.send('customers', 'ann', customer && framed(customerId, customerCodec, customer)),
    sendOrder: (cents: number) => job.send('orders', key, framed(orderId, orderCodec, order(cents))),
    sendBytes: (value: Uint8Array) => job.send('orders', key, value),
  }
}

/** A logger, and when it was warned of something. */
function listening(pattern: RegExp) {
  let heard!: () => void
  const warned = new Promise<void>((resolve) => {
    heard = resolve
  })
  return { logger: { ...quiet, warn: (message: string) => (pattern.test(message) ? heard() : undefined) }, warned }
}

const decimal = '{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}'
const orderWith = (fields: string) => `{"type":"record","name":"Order","namespace":"shop","fields":[${fields}]}`

for (const subjectNameStrategy of ['topicName', 'recordName', 'topicRecordName'] as const) {
  test.serial(`told to register, a job makes its subjects at start (${subjectNameStrategy}), and writes with their ids`, async (t) => {
    const { job, sendCustomer, sendOrder } = await shop(t, `by-${subjectNameStrategy}`, { register: true, subjectNameStrategy })
    const subjects = {
      topicName: [`${job.topic('totals')}-key`, `${job.topic('totals')}-value`],
      recordName: ['shop.City', 'shop.Total'],
      topicRecordName: [`${job.topic('totals')}-shop.City`, `${job.topic('totals')}-shop.Total`],
    }[subjectNameStrategy]
    const before = await registry.api.subjects()
    t.deepEqual(
      before.filter((subject) => subjects.includes(subject)),
      [],
    )
    const app = job.app()
    await app.start()
    t.deepEqual((await registry.api.subjects()).filter((subject) => !before.includes(subject)).sort(), subjects.sort())

    await sendCustomer(bern)
    await job.records(`${job.application}-people-changelog`, 1)
    await sendOrder(1_230)
    await sendOrder(70)
    t.deepEqual(await job.sums(2), [
      { city: 'Bern', orders: 1, cents: 1_230 },
      { city: 'Bern', orders: 2, cents: 1_300 },
    ])
    const [first] = await job.records(job.topic('totals'), 1)
    const { key, value } = first!
    t.is(await registry.api.schema(idIn(key)), schemaText(cityCodec))
    t.is(await registry.api.schema(idIn(value)), schemaText(totalCodec))
    await app.close()
    await job.app().start()
    t.is(await registry.api.versions(subjects[0]!), 1, 'a second start registers nothing new')
  })
}

test.serial(
  'not told to, it registers nothing and says what is missing; schemas with other docs or laid out otherwise are its own',
  async (t) => {
    const { job } = await shop(t, 'registered')
    const before = await registry.api.subjects()
    const error = (await t.throwsAsync(job.app().start())) as StreamError
    t.is(error.code, 'SCHEMA_NOT_REGISTERED')
    for (const text of ['registered-totals-key', 'registered-totals-value', '"name":"shop.Total"', 'register: true'])
      t.true(error.message.includes(text))
    t.deepEqual(await registry.api.subjects(), before)

    const long = '{"name":"orders","type":"long"}'
    const other = await registry.api.register('registered-totals-value', `{"type":"record","name":"shop.Total","fields":[${long}]}`)
    const city =
      '{ "name": "City", "namespace": "shop", "type": "record", "doc": "A town", "fields": [{ "type": "string", "name": "name" }] }'
    await registry.api.register('registered-totals-key', city)
    const still = (await t.throwsAsync(job.app().start())) as StreamError
    t.regex(still.message, /registered-totals-value has other schemas/)

    const cents = '{"name":"cents","type":{"type":"long","unit":"Rappen"}}'
    const id = await registry.api.register(
      'registered-totals-value',
      `{"type":"record","name":"Total","namespace":"shop","doc":"So far","fields":[${long},${cents}]}`,
    )
    t.not(id, other)
    await registry.api.register(
      'registered-totals-value',
      `{"type":"record","name":"shop.Total","fields":[${long},${cents},{"name":"x","type":"int","default":0}]}`,
    )
    const app = job.app()
    await app.start()
    t.is(app.state, 'RUNNING')
  },
)

test.serial('a schema that the registry finds incompatible is not registered, and told in its words', async (t) => {
  const { job } = await shop(t, 'incompatible', { register: true })
  await registry.api.register(
    'incompatible-totals-value',
    '{"type":"record","name":"shop.Total","fields":[{"name":"orders","type":"string"}]}',
  )
  await registry.api.setCompatibility('incompatible-totals-value', 'BACKWARD')
  const error = (await t.throwsAsync(job.app().start())) as StreamError
  t.is(error.code, 'SCHEMA_INCOMPATIBLE')
  t.regex(error.message, /shop\.Total under the subject incompatible-totals-value: 409 .*orders|409 .*fields/i)
  t.is(await registry.api.versions('incompatible-totals-value'), 1)
})

test.serial(
  'data of older and newer writers, by schemas that refer to others, is read as the job’s type; tombstones are tombstones',
  async (t) => {
    const { job, sendCustomer, sendOrder, sendBytes } = await shop(t, 'evolving', { register: true })
    const old = await registry.api.register(
      'evolving-orders-value',
      orderWith(`{"name":"amount","type":${decimal}},{"name":"customer","type":"string"}`),
    )
    await registry.api.register('evolving-note', '{"type":"record","name":"shop.Note","fields":[{"name":"text","type":"string"}]}')
    const newer = await registry.api.register(
      'evolving-orders-value',
      orderWith(`{"name":"note","type":"Note"},{"name":"customer","type":"string"},{"name":"amount","type":${decimal}}`),
      [{ name: 'shop.Note', subject: 'evolving-note', version: 1 }],
    )
    await job.app().start()
    await sendCustomer(bern)
    await job.records(`${job.application}-people-changelog`, 1)
    await sendBytes(framedBytes(old, Buffer.from('020a06616e6e', 'hex')))
    await sendBytes(framedBytes(newer, Buffer.from('04686906616e6e0214', 'hex')))
    await sendOrder(1_000)
    t.deepEqual(
      (await job.sums(3)).map(({ cents }) => cents),
      [10, 30, 1_030],
    )
    await sendCustomer(null)
    const [, tombstone] = await job.records(`${job.application}-people-changelog`, 2)
    t.is(tombstone!.value, null)
  },
)

test.serial('records of an id that is nowhere, or without a header, go where the handler says; those after them go on', async (t) => {
  const { job, sendCustomer, sendOrder, sendBytes } = await shop(t, 'unreadable', { register: true })
  await client.admin().createTopics([{ name: 'unreadable-letters', partitions: 1 }])
  await job.app({ onDeserializationError: 'deadLetter', deadLetterTopic: 'unreadable-letters' }).start()
  await sendCustomer(bern)
  await job.records(`${job.application}-people-changelog`, 1)
  await sendBytes(framedBytes(987_654, Buffer.from('00', 'hex')))
  await sendBytes(Buffer.from('c301', 'hex'))
  await sendOrder(500)
  t.deepEqual(
    (await job.sums(1)).map(({ cents }) => cents),
    [500],
  )
  const letters = await job.records('unreadable-letters', 2)
  const text = letters.flatMap(({ headers }) => headers.map(({ value }) => Buffer.from(value ?? []).toString())).join('\n')
  t.regex(text, /no schema for the id 987654/)
  t.regex(text, /registry's header/)
})

test.serial(
  'a registry that is killed stops nothing that is known; records of a schema that is not wait for it, and come in order',
  async (t) => {
    const { job, sendCustomer, sendOrder, sendBytes } = await shop(t, 'killed', { register: true })
    const old = await registry.api.register(
      'killed-orders-value',
      orderWith(`{"name":"amount","type":${decimal}},{"name":"customer","type":"string"}`),
    )
    const { logger, warned } = listening(/does not answer/)
    const app = job.app({ logger })
    await app.start()
    await sendCustomer(bern)
    await job.records(`${job.application}-people-changelog`, 1)
    await sendOrder(100)
    await job.sums(1)

    await registry.kill()
    await sendOrder(200)
    t.deepEqual(
      (await job.sums(2)).map(({ cents }) => cents),
      [100, 300],
    )
    await sendBytes(framedBytes(old, Buffer.from('020a06616e6e', 'hex')))
    await sendOrder(300)
    await warned
    // The table's task is another, which has all it needs: it goes on meanwhile.
    await sendCustomer({ city: { name: 'Thun' }, payment: null })
    await job.records(`${job.application}-people-changelog`, 2)
    t.is(app.state, 'RUNNING')
    await registry.restart()
    t.deepEqual(
      (await job.sums(4)).slice(2).map(({ city, cents }) => [city, cents]),
      [
        ['Thun', 10],
        ['Thun', 310],
      ],
    )
  },
)

test.serial(
  'an app waits at start for a registry that is away, within its timeout; while it runs, within the other, and loses nothing',
  async (t) => {
    const { job, sendCustomer, sendOrder, sendBytes } = await shop(t, 'away', { register: true, retryTimeoutMs: 500 })
    const old = await registry.api.register(
      'away-orders-value',
      orderWith(`{"name":"amount","type":${decimal}},{"name":"customer","type":"string"}`),
    )
    const app = job.app()
    await app.start()
    await sendCustomer(bern)
    await job.records(`${job.application}-people-changelog`, 1)
    await registry.kill()
    const failure = failureOf(app)
    await sendBytes(framedBytes(old, Buffer.from('020a06616e6e', 'hex')))
    await sendOrder(300)
    const error = await failure
    t.is(error.code, 'REGISTRY_UNREACHABLE')
    t.true(error.message.includes(registry.url))
    await app.close()

    const early = (await t.throwsAsync(job.app({ connectTimeoutMs: 1_000 }).start())) as StreamError
    t.is(early.code, 'REGISTRY_UNREACHABLE')
    t.true(early.message.includes(`${registry.url} within 1000 ms`))
    const restarted = job.app().start()
    await registry.restart()
    await restarted
    t.deepEqual(
      (await job.sums(2)).map(({ cents }) => cents),
      [10, 310],
    )
  },
)

test.serial('two apps that start at once agree on ids', async (t) => {
  const shops = await Promise.all(
    ['left', 'right'].map((name) => shop(t, name, { register: true, subjectNameStrategy: 'topicRecordName' })),
  )
  await Promise.all(shops.map(({ job }) => job.app().start()))
  for (const { job, sendCustomer, sendOrder } of shops) {
    await sendCustomer(bern)
    await job.records(`${job.application}-people-changelog`, 1)
    await sendOrder(100)
  }
  const [left, right] = await Promise.all(shops.map(({ job }) => job.records(job.topic('totals'), 1)))
  t.is(idIn(left![0]!.value), idIn(right![0]!.value))
})
