/**
 * Goal: topics of a schema registry work in tests without one, and only their own bytes know of it: not state, not internal topics.
 * Method: the generated driver of test/integration/registry/shop, whose topics are all of the encoding confluent; and hand-made topologies.
 */
import test from 'ava'
import { Decimal, isStreamError, type StreamError } from 'millrace'
import {
  confluentSerde,
  RouterLogic,
  type StreamRecord,
  sessionWindowedSerde,
  type TopologySpec,
  timeWindowedSerde,
} from 'millrace/codegen'
import { InMemoryRegistry, TopologyTestDriver } from 'millrace/testing'
import { atOnce } from '#runtime/registry/in-memory-registry.js'
import { stringSerde } from '#runtime/serde/primitives.js'
import { isRegistrySerde } from '#runtime/serde/registry.js'
import { ShopDriver } from '../../integration/registry/shop/generated/shop/driver.js'
import { cityCodec } from '../../integration/registry/shop/generated/types/shop/city.js'
import type { Customer } from '../../integration/registry/shop/generated/types/shop/customer.js'

const bern: Customer = { city: { name: 'Bern' }, payment: { type: 'shop.Payment', value: 'CARD' } }
const order = (amount: string) => ({ customer: 'ann', amount: Decimal.of(amount), coupon: null })

test('a generated driver reads and writes with ids of a registry in memory, keys and values', (t) => {
  const schemaRegistry = new InMemoryRegistry()
  using driver = new ShopDriver({}, { schemaRegistry })
  t.deepEqual([...schemaRegistry.subjects.keys()], ['totals-key', 'totals-value', 'orders-key', 'orders-value', 'customers-value'])
  driver.inputs.customers.pipe('ann', bern)
  driver.inputs.orders.pipe({ id: 1 }, order('12.30'))
  driver.inputs.orders.pipe({ id: 2 }, order('0.70'))
  t.deepEqual(
    driver.outputs.totals.readKeyValues().map(({ key, value }) => [key.name, value?.orders, value?.cents]),
    [
      ['Bern', 1, 1_230],
      ['Bern', 2, 1_300],
    ],
  )
  const [keyId] = schemaRegistry.subjects.get('totals-key')!
  const [valueId] = schemaRegistry.subjects.get('totals-value')!
  driver.inputs.orders.pipe({ id: 3 }, order('1.00'))
  const { key, value } = driver.outputs.totals.readBytes()!
  t.is(Buffer.from(key!).toString('hex'), `00${keyId!.toString(16).padStart(8, '0')}08${Buffer.from('Bern').toString('hex')}`)
  t.is(Buffer.from(value!.subarray(0, 5)).readInt32BE(1), valueId!)
})

test('state and internal topics keep the single-object encoding, and come back from it', (t) => {
  using driver = new ShopDriver({}, { partitions: 2 })
  driver.inputs.customers.pipe('ann', bern)
  driver.inputs.orders.pipe({ id: 1 }, order('5.00'))
  for (const [topic, sides] of [
    ['shop-people-changelog', ['value']],
    ['shop-per-city-changelog', ['key', 'value']],
    ['shop-by-city-repartition', ['key', 'value']],
    ['shop-sales-repartition', ['value']],
  ] as const) {
    const record = driver.output(topic).readBytes()
    for (const side of sides) {
      const bytes = Buffer.from(record![side]!).toString('hex')
      t.regex(bytes, /^(.{16})?c301/, `${topic} ${side}`)
    }
  }
  driver.crash()
  driver.restart({ wipeState: true })
  driver.inputs.orders.pipe({ id: 2 }, order('5.00'))
  t.deepEqual(driver.outputs.totals.readValues().at(-1), { orders: 2, cents: 1_000 })
  driver.inputs.customers.pipe('ann', null)
  driver.inputs.orders.pipe({ id: 3 }, order('5.00'))
  t.deepEqual(driver.stores.perCity.get({ name: 'Bern' }), { orders: 2, cents: 1_000 })
})

test('data of an older and of a newer writer is read as the app’s type; an id that is unknown fails its record alone', (t) => {
  const schemaRegistry = new InMemoryRegistry()
  using driver = new ShopDriver({}, { schemaRegistry, handlers: { deserialization: 'continue' } })
  driver.inputs.customers.pipe('ann', bern)
  const decimal = '{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}'
  const schema = (fields: string) => `{"type":"record","name":"Order","namespace":"shop","fields":[${fields}]}`
  const old = schemaRegistry.register('orders-value', schema(`{"name":"amount","type":${decimal}},{"name":"customer","type":"string"}`))
  const newer = schemaRegistry.register(
    'orders-value',
    schema(`{"name":"note","type":"string"},{"name":"customer","type":"string"},{"name":"amount","type":${decimal}}`),
  )
  const header = (id: number) => `00${id.toString(16).padStart(8, '0')}`
  const key = Buffer.from(`${header(schemaRegistry.subjects.get('orders-key')![0]!)}02`, 'hex')
  const pipe = (id: number, body: string) => driver.inputs.orders.pipeBytes(key, Buffer.from(header(id) + body, 'hex'))
  pipe(old, '020a06616e6e')
  pipe(newer, '04686906616e6e0214')
  pipe(999, '00')
  t.deepEqual(driver.outputs.totals.readValues(), [
    { orders: 1, cents: 10 },
    { orders: 2, cents: 30 },
  ])
  t.is(driver.dropped, 1)
})

class ToEach extends RouterLogic<unknown, { readonly name: string }, string> {
  protected override topic({ value }: StreamRecord<unknown, { readonly name: string }>): string {
    return value.name
  }
}

function routing(routes: readonly string[]): TopologySpec {
  const city = confluentSerde(cityCodec)
  const topic = (name: string) => [name, { name, key: stringSerde, value: city, nullableKey: true, nullableValue: false }] as const
  return {
    codegen: 1,
    application: 'routing',
    topics: Object.fromEntries(['in', ...routes].map(topic)),
    stores: {},
    steps: [
      { operator: 'stream', name: 'read', topics: ['in'], key: stringSerde, value: city, nullableKey: true },
      { operator: 'sink', name: 'out', input: 'read', topics: routes, logic: ToEach as never },
    ],
  }
}

test('a sink that routes writes each topic with the id of its own subject; all subjects that are missing are told at once', (t) => {
  const ids = new Map([
    ['in', 9],
    ['a', 1],
    ['b', 2],
  ])
  const schemaRegistry = {
    idOf: ({ topic }: { readonly topic: string }) => ids.get(topic)!,
    fetch: () => undefined,
    schemaOf: () => ({ schema: cityCodec.schema, references: [] }),
  }
  using driver = new TopologyTestDriver(routing(['a', 'b']), { schemaRegistry })
  const input = driver.input<null, { name: string }>('in')
  input.pipe(null, { name: 'a' })
  input.pipe(null, { name: 'b' })
  t.deepEqual([...driver.output('a').readBytes()!.value!.subarray(0, 5)], [0, 0, 0, 0, 1])
  t.deepEqual([...driver.output('b').readBytes()!.value!.subarray(0, 5)], [0, 0, 0, 0, 2])

  const error = t.throws(() => new ShopDriver({}, { schemaRegistry: new InMemoryRegistry({ register: false }) })) as StreamError
  t.is(error.code, 'SCHEMA_NOT_REGISTERED')
  t.regex(error.message, /totals-key[\s\S]*totals-value/)
})

test('windowed keys go through the registry of the key within', (t) => {
  const registry = new InMemoryRegistry()
  const key = { key: { name: 'Bern' }, start: 20, end: 30 }
  for (const windowed of [timeWindowedSerde(confluentSerde(cityCodec), 10), sessionWindowedSerde(confluentSerde(cityCodec))]) {
    t.true(isStreamError(t.throws(() => windowed.serialize(key))))
    if (!isRegistrySerde(windowed)) return t.fail('it needs a registry')
    const writer = atOnce(windowed.writer(registry, { topic: 'out', side: 'key' }))
    const bytes = writer.serialize(key)
    t.is(bytes[0], 0)
    t.deepEqual(windowed.reader(registry).deserialize(bytes), key)
    t.deepEqual(windowed.stored.deserialize(windowed.stored.serialize(key)), key)
  }
  t.deepEqual([...registry.subjects], [['out-key', [1]]])
})
