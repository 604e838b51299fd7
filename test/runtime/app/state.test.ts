/** Goal: state comes up to date before it is used, whatever has become of it. Method: apps over brokers and backends that are held up, fail or forget. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { type Client, type QueryableKeyValueStore, StreamApp, StreamError } from 'millrace'
import { GlobalJoinLogic, type TopologySpec } from 'millrace/codegen'
import { EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { lmdbBackend } from 'millrace/lmdb'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import type { StateBackend } from '#runtime/stores/store.js'
import { CountingApp, counted, countingByKeySpec, newBroker, newFolder, received } from '../../helpers/counting-app.js'

const strings = { key: stringSerde, value: stringSerde }
const topic = (name: string) => ({ name, ...strings, nullableKey: false, nullableValue: false, partitions: 2 })

class WithName extends GlobalJoinLogic<string, string, string, string, string> {
  protected override globalKey(_key: string, visitor: string): string {
    return visitor
  }
  protected override join(left: string, right: string): string {
    return `${left} is ${right}`
  }
}

/** A stream joined with a global table of names, and a table of its own. */
const tablesSpec: TopologySpec = {
  codegen: 1,
  application: 'tables',
  topics: { visits: topic('visits'), names: topic('names'), greetings: topic('greetings'), ages: topic('ages') },
  stores: {
    names: { name: 'names', kind: 'keyValue', ...strings, queryable: true, property: 'names' },
    ages: { name: 'ages', kind: 'keyValue', ...strings, queryable: true, property: 'ages' },
  },
  steps: [
    { operator: 'globalTable', name: 'all-names', topic: 'names', store: 'names', ...strings },
    { operator: 'stream', name: 'visitors', topics: ['visits'], ...strings },
    { operator: 'join', join: 'streamGlobal', name: 'named', left: 'visitors', right: 'all-names', logic: WithName as never, ...strings },
    { operator: 'sink', name: 'greet', input: 'named', topic: 'greetings' },
    { operator: 'table', name: 'age', topic: 'ages', store: 'ages', ...strings },
  ],
}

class TablesApp extends StreamApp<Record<'names' | 'ages', QueryableKeyValueStore<string, string>>> {
  constructor(client: Client, stateDir: string) {
    super(tablesSpec, { client, stateDir, handleSignals: false })
  }
}

function put(broker: EmbeddedBroker, topicName: string, partition: number, key: string, value: string): void {
  broker.append(topicName, partition, { key: stringSerde.serialize(key), value: stringSerde.serialize(value), timestamp: 1, headers: [] })
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('a global table is full before the first record is joined, follows its topic, and is there again after a restart', async (t) => {
  const broker = new EmbeddedBroker()
  for (const { name, partitions } of Object.values(tablesSpec.topics)) broker.createTopic({ name, partitions: partitions! })
  for (let n = 0; n < 100; n += 1) put(broker, 'names', n % 2, `id${n}`, `name${n}`)
  put(broker, 'visits', 0, 'first', 'id99')
  put(broker, 'ages', 1, 'eve', '42')
  const stateDir = newFolder()
  const greetings = () =>
    [0, 1].flatMap((partition) => broker.read('greetings', partition, 0).records.map(({ value }) => stringSerde.deserialize(value!)))

  const app = new TablesApp(embeddedClient(broker), stateDir)
  await app.start()
  await until(() => greetings().length === 1)
  t.deepEqual(greetings(), ['id99 is name99'])
  t.is(await app.stores.names.get('id7'), 'name7')
  t.is(await app.stores.ages.get('eve'), '42')
  put(broker, 'names', 0, 'new', 'Newton')
  await until(async () => (await app.stores.names.get('new')) === 'Newton')
  put(broker, 'visits', 1, 'second', 'new')
  await until(() => greetings().length === 2)
  await app.close()
  t.deepEqual(
    broker.listTopics().filter((name) => name.startsWith('tables-')),
    [],
    'their topics are their changelogs',
  )

  put(broker, 'names', 0, 'late', 'Later')
  for (const folder of [stateDir, newFolder()]) {
    await using again = new TablesApp(embeddedClient(broker), folder)
    await again.start()
    t.is(await again.stores.names.approximateNumEntries(), 102)
    t.is(await again.stores.names.get('late'), 'Later')
    t.is(await again.stores.ages.get('eve'), '42')
  }
  t.is(greetings().length, 2)
})

test('tasks go on while another is restored', async (t) => {
  const broker = newBroker(2)
  const spec = countingByKeySpec(2)
  const event = (partition: number, user: string) => put(broker, 'events', partition, user, 'event')
  const client = embeddedClient(broker)
  let held = false
  let heldPolls = 0
  const holding: Client = {
    ...methodsOf(client),
    createReader(options) {
      const reader = client.createReader(options)
      return {
        assign: (partitions) => reader.assign(partitions),
        close: () => reader.close(),
        async poll(maxWaitMs) {
          if (!held) return reader.poll(maxWaitMs)
          heldPolls += 1
          return []
        },
      }
    },
  }
  const one = new CountingApp({ client: holding, commitIntervalMs: 10 }, spec)
  await one.start()
  const two = new CountingApp({ client: embeddedClient(broker), commitIntervalMs: 10 }, spec)
  await two.start()
  await until(() => one.metrics().tasks.length === 1)
  for (let n = 0; n < 100; n += 1) event(n % 2, `user${n}`)
  await counted([one, two], 100)
  held = true
  const [own] = one.metrics().tasks
  const partition = Number(own!.id.split('_')[1])
  await two.close()
  await until(() => heldPolls > 3)
  t.is(one.state, 'REBALANCING')
  t.deepEqual(
    one
      .metrics()
      .tasks.map(({ id, state }) => [id, state])
      .sort(),
    [
      [own!.id, 'running'],
      [`0_${1 - partition}`, 'restoring'],
    ].sort(),
  )
  const before = received(broker).length
  event(partition, 'while restoring')
  await until(() => received(broker).length > before)
  t.is(one.state, 'REBALANCING')
  held = false
  await until(() => one.state === 'RUNNING')
  await one.close()
})

/** The client's own methods, to be overridden. */
function methodsOf(client: Client): Client {
  return {
    description: client.description,
    admin: () => client.admin(),
    createProducer: (options) => client.createProducer(options),
    createGroupConsumer: (options) => client.createGroupConsumer(options),
    createReader: (options) => client.createReader(options),
    close: () => client.close(),
  }
}

test('a full disk stops the app; with room again it goes on, each event counted once', async (t) => {
  const broker = newBroker(2)
  const spec = countingByKeySpec(2)
  const stateDir = newFolder()
  for (let n = 0; n < 500; n += 1) put(broker, 'events', n % 2, `user${n % 50}`, 'event')
  let commits = 0
  const filling = (directory: string): StateBackend => {
    const backend = lmdbBackend(directory)
    return {
      persistent: true,
      open: (name) => backend.open(name),
      positions: () => backend.positions(),
      sizeBytes: () => backend.sizeBytes(),
      close: () => backend.close(),
      commit(batch) {
        commits += 1
        if (commits > 3) throw new StreamError('STATE_FULL', 'The disk is full.')
        backend.commit(batch)
      },
    }
  }
  const app = new CountingApp({ client: embeddedClient(broker), stateDir, stateBackend: filling, commitIntervalMs: 5 }, spec)
  const failed = new Promise<StreamError>((resolve) => app.on('error', resolve))
  await app.start().catch(() => {})
  t.is((await failed).code, 'STATE_FULL')
  await app.close()

  await using again = new CountingApp({ client: embeddedClient(broker), stateDir, commitIntervalMs: 5 }, spec)
  await again.start()
  await counted([again], 500)
  const rows = await again.stores.counts.all().toArray()
  t.true(rows.every(({ value }) => value === 10))
})

test('a store that is damaged is wiped and restored', async (t) => {
  const broker = newBroker(1)
  const stateDir = newFolder()
  const spec = countingByKeySpec(1)
  put(broker, 'events', 0, 'alice', 'event')
  const before = new CountingApp({ client: embeddedClient(broker), stateDir }, spec)
  await before.start()
  await counted([before], 1)
  await before.close()
  writeFileSync(join(stateDir, '0_0', 'data.mdb'), 'no database')
  const warnings: string[] = []
  const logger = { debug() {}, info() {}, warn: (text: string) => warnings.push(text), error() {} }
  await using app = new CountingApp({ client: embeddedClient(broker), stateDir, logger }, spec)
  await app.start()
  t.is(await app.stores.counts.get('alice'), 1)
  t.true(warnings.some((text) => /Task 0_0: its state is wiped and restored/.test(text)))
})

test('a record of a global table that does not decode goes to the dead-letter topic, once', async (t) => {
  const broker = new EmbeddedBroker()
  const longs = { key: stringSerde, value: longSerde }
  const spec: TopologySpec = {
    codegen: 1,
    application: 'sizes',
    topics: { sizes: { name: 'sizes', ...longs, nullableKey: false, nullableValue: false, partitions: 1 }, visits: topic('visits') },
    stores: { sizes: { name: 'sizes', kind: 'keyValue', ...longs, queryable: true, property: 'sizes' } },
    steps: [
      { operator: 'globalTable', name: 'all-sizes', topic: 'sizes', store: 'sizes', ...longs },
      { operator: 'stream', name: 'visitors', topics: ['visits'], ...strings },
    ],
  }
  for (const { name, partitions } of Object.values(spec.topics)) broker.createTopic({ name, partitions: partitions! })
  broker.createTopic({ name: 'dead', partitions: 1 })
  const append = (key: string, value: Uint8Array) =>
    broker.append('sizes', 0, { key: stringSerde.serialize(key), value, timestamp: 1, headers: [] })
  const letters = () => broker.read('dead', 0, 0).records.map(({ key }) => stringSerde.deserialize(key!))
  const stateDir = newFolder()
  const start = async () => {
    const app = new StreamApp<{ sizes: QueryableKeyValueStore<string, number> }>(spec, {
      client: embeddedClient(broker),
      stateDir,
      handleSignals: false,
      commitIntervalMs: 10,
      onDeserializationError: 'deadLetter',
      deadLetterTopic: 'dead',
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    })
    await app.start()
    return app
  }
  append('good', longSerde.serialize(7))
  append('bad at the start', new Uint8Array(3))
  const app = await start()
  t.is(await app.stores.sizes.get('good'), 7)
  t.deepEqual(letters(), ['bad at the start'])
  append('bad later', new Uint8Array(3))
  append('last', longSerde.serialize(9))
  await until(async () => (await app.stores.sizes.get('last')) === 9)
  await app.close()
  t.deepEqual(letters(), ['bad at the start', 'bad later'])

  const next = await start()
  t.is(await next.stores.sizes.get('last'), 9)
  await next.close()
  t.deepEqual(letters(), ['bad at the start', 'bad later'], 'the table goes on from behind them')
})
