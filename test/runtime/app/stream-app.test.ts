/** Goal: an app starts, counts, answers queries, closes and goes on; instances share tasks. Method: the embedded broker and LMDB on disk. */
import test from 'ava'
import { embeddedClient } from 'millrace/embedded'
import { CountingApp, counted, countsOf, newBroker, newFolder, received, send } from '../../helpers/counting-app.js'

test('starts, counts, answers queries and closes; a new start goes on from there', async (t) => {
  const broker = newBroker()
  const config = { client: embeddedClient(broker), stateDir: newFolder() }
  send(broker, ['alice', 'bob', 'alice'])

  const app = new CountingApp(config)
  const states: string[] = []
  app.on('state', ({ state }) => states.push(state))
  t.is(app.state, 'CREATED')
  await t.throwsAsync(app.stores.counts.get('alice'), { code: 'STORE_UNAVAILABLE' })
  await app.start()
  await counted([app], 3)
  t.is(await app.stores.counts.get('alice'), 2)
  t.is(await app.stores.counts.get('nobody'), undefined)
  t.deepEqual(await app.stores.counts.getWithTimestamp('bob'), { value: 1, timestamp: 1_000 })
  t.is(await app.stores.counts.approximateNumEntries(), 2)
  await app.close()
  await app.close()
  t.deepEqual(states, ['REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN', 'NOT_RUNNING'])
  await t.throwsAsync(app.start(), { code: 'INVALID_STATE' })

  send(broker, ['alice', 'carol'])
  await using next = new CountingApp(config)
  await next.start()
  await counted([next], 5)
  t.is(await next.stores.counts.get('alice'), 3)
  t.is(next.metrics().recordsRestored, 0, 'the state was there')
  t.deepEqual(
    received(broker)
      .map(({ user, count }) => `${user} ${count}`)
      .sort(),
    ['alice 1', 'alice 2', 'alice 3', 'bob 1', 'carol 1'],
  )
})

test('state that is lost is restored from the changelog, with progress', async (t) => {
  const broker = newBroker()
  const users = Array.from({ length: 500 }, (_, n) => `user${n % 50}`)
  send(broker, users)
  const first = new CountingApp({ client: embeddedClient(broker) })
  await first.start()
  await counted([first], 500)
  await first.close()

  await using app = new CountingApp({ client: embeddedClient(broker) })
  const progress: string[] = []
  app.on('restore', ({ store, done, total, finished }) => progress.push(`${store} ${done === total} ${finished}`))
  await app.start()
  t.is(
    (await countsOf(app)).reduce((sum, { value }) => sum + value, 0),
    500,
  )
  t.is(app.metrics().recordsRestored, 50)
  t.is(progress.filter((line) => line === 'counts true true').length, 4)
  send(broker, ['user1'])
  await counted([app], 501)
  t.is(await app.stores.counts.get('user1'), 11)
})

test('two instances of one group share the tasks, and one that leaves moves only its own', async (t) => {
  const broker = newBroker()
  const one = new CountingApp({ client: embeddedClient(broker) })
  await one.start()
  t.is(one.metrics().tasks.length, 8)
  const two = new CountingApp({ client: embeddedClient(broker) })
  await two.start()
  const users = Array.from({ length: 400 }, (_, n) => `user${n % 40}`)
  send(broker, users)
  await counted([one, two], 400)
  const tasks = (app: CountingApp) => app.metrics().tasks.map(({ id }) => id)
  const [ofOne, ofTwo] = [tasks(one), tasks(two)]
  t.is(ofOne.length, 4)
  t.is(ofTwo.length, 4)
  t.deepEqual([...ofOne, ...ofTwo].sort(), ['0_0', '0_1', '0_2', '0_3', '1_0', '1_1', '1_2', '1_3'])
  await one.close()
  await counted([two], 400)
  t.deepEqual(tasks(two).sort(), [...ofOne, ...ofTwo].sort())
  send(broker, users)
  await counted([two], 800)
  const rows = await two.stores.counts.all().toArray()
  t.true(rows.every(({ value }) => value === 20))
  await two.close()
})
