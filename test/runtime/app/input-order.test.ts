/**
 * Goal: a task with several inputs reads them in order of time from its first record on (KIP-695): a stream does not overtake a table whose
 * rows were there before. Method: a stream-table join on the embedded broker, which holds back the reads of one topic.
 */
import test from 'ava'
import { EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { ClicksApp, produce, valuesOf } from '../../helpers/clicks-app.js'
import { newFolder } from '../../helpers/counting-app.js'
import { clicksOfUsers } from '../../helpers/specs.js'

const users = ['alice', 'bob', 'carol']
const rows = users.map((key, n) => ({ key, value: key.toUpperCase(), timestamp: n }))
const clicks = (what: string) => users.map((key, n) => ({ key, value: what, timestamp: 1_000 + n }))
const joined = (what: string) => users.map((key) => `${what} by ${key.toUpperCase()}`)
const alone = (what: string) => users.map(() => `${what} by null`)

async function setUp() {
  const broker = new EmbeddedBroker()
  for (const name of ['users', 'clicks', 'out']) broker.createTopic({ name, partitions: 1 })
  return { broker, client: embeddedClient(broker) }
}

/** Until the app has read so many records and not processed them. */
async function buffered(app: ClicksApp, count: number): Promise<void> {
  while (app.metrics().tasks.reduce((sum, { bufferedRecords }) => sum + bufferedRecords, 0) < count) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('a join waits for the rows of its table that were there at the start, however long their fetch takes', async (t) => {
  const { broker, client } = await setUp()
  await produce(client, 'users', rows)
  await produce(client, 'clicks', clicks('first'))
  const release = broker.faults.holdReads('users')
  await using app = new ClicksApp({ client })
  await app.start()
  await buffered(app, 3)
  t.is(app.metrics().recordsIn, 0)
  release()
  t.deepEqual(await valuesOf(client, 'out', 3), joined('first'))
})

test('it waits again after a rebalance, for rows that have come meanwhile', async (t) => {
  const { broker, client } = await setUp()
  await using app = new ClicksApp({ client })
  await app.start()
  await produce(client, 'clicks', clicks('first'))
  t.deepEqual(await valuesOf(client, 'out', 3), alone('first'))
  const release = broker.faults.holdReads('users')
  await produce(client, 'users', rows)
  await using second = new ClicksApp({ client })
  await second.start()
  await produce(client, 'clicks', clicks('second'))
  const owner = app.metrics().tasks.length === 0 ? second : app
  await buffered(owner, 3)
  release()
  t.deepEqual((await valuesOf(client, 'out', 6)).slice(3), joined('second'))
})

test('an input that is empty, or read to its end, is not waited for', async (t) => {
  const { client } = await setUp()
  const stateDir = newFolder()
  {
    await using app = new ClicksApp({ client, stateDir })
    await app.start()
    await produce(client, 'clicks', clicks('first'))
    await valuesOf(client, 'out', 3)
    await produce(client, 'users', rows)
    while (app.metrics().recordsIn < 6) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await using again = new ClicksApp({ client, stateDir })
  await again.start()
  await produce(client, 'clicks', clicks('second'))
  t.deepEqual(await valuesOf(client, 'out', 6), [...alone('first'), ...joined('second')])
})

test('an input that is to be read from its end on is not waited for', async (t) => {
  const { client } = await setUp()
  await produce(client, 'users', rows)
  const steps = clicksOfUsers.steps.map((step) => (step.operator === 'table' ? { ...step, offsetReset: 'latest' as const } : step))
  await using app = new ClicksApp({ client }, { ...clicksOfUsers, steps })
  await app.start()
  await produce(client, 'clicks', clicks('first'))
  t.deepEqual(await valuesOf(client, 'out', 3), alone('first'))
})

test('records that are gone before they were read are not waited for', async (t) => {
  const { broker, client } = await setUp()
  await produce(client, 'users', rows)
  await using app = new ClicksApp({ client })
  const release = broker.faults.holdReads('users')
  await app.start()
  await produce(client, 'clicks', clicks('first'))
  await buffered(app, 3)
  broker.deleteRecords('users', 0, 3)
  release()
  t.deepEqual(await valuesOf(client, 'out', 3), alone('first'))
})

test('with maxTaskIdleMs -1 no input waits for another', async (t) => {
  const { broker, client } = await setUp()
  await produce(client, 'users', rows)
  await produce(client, 'clicks', clicks('first'))
  broker.faults.holdReads('users')
  await using app = new ClicksApp({ client, maxTaskIdleMs: -1 })
  await app.start()
  t.deepEqual(await valuesOf(client, 'out', 3), alone('first'))
})

test('with maxTaskIdleMs above 0 an input at its end is waited for, for what may still come', async (t) => {
  const { client } = await setUp()
  await produce(client, 'clicks', clicks('first'))
  await using app = new ClicksApp({ client, maxTaskIdleMs: 600_000 })
  await app.start()
  await buffered(app, 3)
  await produce(client, 'users', [...rows, { key: 'dave', value: 'DAVE', timestamp: 2_000 }])
  t.deepEqual(await valuesOf(client, 'out', 3), joined('first'))
})
