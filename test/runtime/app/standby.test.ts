/**
 * Goal: an instance that has kept up the state of a task takes it over without a restore, and its state is never ahead of what the group has committed. Method:
 * apps on the embedded broker; group.test.ts has them come, go and die at random.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type QueryableKeyValueStore, type QueryableWindowStore, StreamApp } from 'millrace'
import type { TopologySpec } from 'millrace/codegen'
import { EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { lmdbBackend } from 'millrace/lmdb'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import { CountingApp, counted, newBroker, newFolder, received, send } from '../../helpers/counting-app.js'

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

const users = Array.from({ length: 200 }, (_, n) => `user${n}`)
const hasKeptUp = (app: StreamApp<object>) => {
  const { standbys } = app.metrics()
  return standbys.length > 0 && standbys.every(({ lag }) => lag === 0)
}

for (const processingGuarantee of ['atLeastOnce', 'exactlyOnce'] as const) {
  for (const numStandbyReplicas of [0, 1]) {
    test(`${processingGuarantee}, ${numStandbyReplicas} standbys: who takes over the tasks of a dead instance restores ${numStandbyReplicas === 0 ? 'them' : 'nothing'}`, async (t) => {
      const broker = newBroker()
      const config = { processingGuarantee, numStandbyReplicas, commitIntervalMs: 10 }
      const dying = embeddedClient(broker)
      const victim = new CountingApp({ ...config, client: dying, clientId: 'victim' })
      await using heir = new CountingApp({ ...config, client: embeddedClient(broker), clientId: 'heir' })
      await Promise.all([victim.start(), heir.start()])
      await until(() => [victim, heir].every(({ state }) => state === 'RUNNING') && heir.metrics().tasks.length === 4)
      send(broker, users)
      await counted([victim, heir], users.length)
      await until(() => received(broker, 'readCommitted').length === users.length)
      if (numStandbyReplicas > 0) {
        await until(() => hasKeptUp(heir) && hasKeptUp(victim))
        t.is(victim.metrics().recordsFollowed + heir.metrics().recordsFollowed, users.length)
        t.deepEqual(
          heir.metrics().standbys.map(({ id }) => id),
          victim
            .metrics()
            .tasks.map(({ id }) => id)
            .filter((id) => id.startsWith('1_')),
        )
      }
      const before = heir.metrics().recordsRestored
      const died = new Promise((resolve) => victim.on('error', resolve))
      dying.kill()
      for (const id of broker.group('counting').memberIds()) if (id.startsWith('victim')) broker.faults.expireSession('counting', id)
      await died
      await victim.close()
      send(broker, users)
      await counted([heir], 2 * users.length)
      t.is(heir.metrics().recordsRestored - before > 0, numStandbyReplicas === 0)
      t.deepEqual(heir.metrics().standbys, [])
      t.is(await heir.stores.counts.get('user7'), 2)
    })
  }
}

async function pair(t: ExecutionContext, broker: EmbeddedBroker, standbyState: string) {
  const config = { numStandbyReplicas: 1, commitIntervalMs: 10, stateBackend: lmdbBackend }
  const runs = new CountingApp({ ...config, client: embeddedClient(broker) })
  const follows = new CountingApp({ ...config, client: embeddedClient(broker), stateDir: standbyState })
  t.teardown(() => Promise.all([runs.close(), follows.close()]))
  await Promise.all([runs.start(), follows.start()])
  return { runs, follows }
}

test('the state of a standby that cannot be read is made anew', async (t) => {
  const broker = newBroker()
  const standbyState = newFolder()
  send(broker, users)
  const first = await pair(t, broker, standbyState)
  await counted([first.runs, first.follows], users.length)
  await until(() => hasKeptUp(first.follows))
  const standbys = first.follows.metrics().standbys.map(({ id }) => id)
  await Promise.all([first.runs.close(), first.follows.close()])
  for (const id of standbys) writeFileSync(join(standbyState, id, 'data.mdb'), 'no longer a database')

  const { runs, follows } = await pair(t, broker, standbyState)
  await counted([runs, follows], users.length)
  await until(() => hasKeptUp(follows) && hasKeptUp(runs))
  t.true(follows.metrics().recordsFollowed > 0)
})

const strings = { key: stringSerde, value: stringSerde }
const tableSpec: TopologySpec = {
  codegen: 1,
  application: 'names',
  topics: { names: { name: 'names', ...strings, nullableKey: false, nullableValue: false, partitions: 1 } },
  stores: { names: { name: 'names', kind: 'keyValue', ...strings, queryable: true, property: 'names' } },
  steps: [{ operator: 'table', name: 'all', topic: 'names', store: 'names', ...strings }],
}

test('where the changelog is an input, a standby comes as far as the group has committed', async (t) => {
  const broker = new EmbeddedBroker()
  broker.createTopic({ name: 'names', partitions: 1 })
  const put = (n: number) =>
    broker.append('names', 0, { key: stringSerde.serialize(`id${n}`), value: stringSerde.serialize(`name${n}`), timestamp: n, headers: [] })
  const app = (commitIntervalMs: number) => {
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    const config = {
      client: embeddedClient(broker),
      stateDir: newFolder(),
      handleSignals: false,
      numStandbyReplicas: 1,
      commitIntervalMs,
      logger,
    }
    return new StreamApp<{ names: QueryableKeyValueStore<string, string> }>(tableSpec, config)
  }
  const apps = [app(600_000), app(600_000)]
  await Promise.all(apps.map((each) => each.start()))
  await until(() => apps.every(({ state }) => state === 'RUNNING') && apps.some((each) => each.metrics().tasks.length === 1))
  const runs = apps.find((each) => each.metrics().tasks.length === 1)!
  const follows = apps.find((each) => each !== runs)!
  for (let n = 0; n < 50; n += 1) put(n)
  await until(() => runs.metrics().recordsIn === 50)
  t.is(follows.metrics().recordsFollowed, 0, 'nothing is committed yet')
  // Who leaves commits first.
  await runs.close()
  await until(() => follows.state === 'RUNNING' && follows.metrics().tasks.length === 1)
  t.is(await follows.stores.names.get('id49'), 'name49')

  const third = app(20)
  await third.start()
  await until(() => third.state === 'RUNNING' && [third, follows].some((each) => each.metrics().standbys.length === 1))
  await until(() => hasKeptUp(third.metrics().standbys.length === 1 ? third : follows))
  t.is(third.metrics().recordsFollowed + follows.metrics().recordsFollowed, third.metrics().standbys.length === 1 ? 50 : 0)
  await Promise.all([third.close(), follows.close()])
})

const longs = { key: stringSerde, value: longSerde }
const visits = { kind: 'timestampedWindow', name: 'visits', windowSizeMs: 1_000, retentionMs: 60_000, ...longs, queryable: true } as const
const visitsSpec: TopologySpec = {
  codegen: 1,
  application: 'visits',
  topics: { pages: { name: 'pages', ...strings, nullableKey: false, nullableValue: false, partitions: 1 } },
  stores: { visits: { ...visits, property: 'visits' } },
  steps: [
    { operator: 'stream', name: 'pages', topics: ['pages'], ...strings },
    { operator: 'groupByKey', name: 'by-page', input: 'pages', ...strings },
    {
      operator: 'count',
      name: 'visits',
      input: 'by-page',
      store: 'visits',
      window: { kind: 'tumbling', sizeMs: 1_000, graceMs: 0 },
      ...longs,
    },
  ],
}

test('a standby follows a changelog of which retention has deleted the beginning, before it comes and while it follows', async (t) => {
  const changelog = 'visits-visits-changelog'
  const broker = new EmbeddedBroker()
  broker.createTopic({ name: 'pages', partitions: 1 })
  const visit = (page: string, timestamp: number) =>
    broker.append('pages', 0, { key: stringSerde.serialize(page), value: stringSerde.serialize(''), timestamp, headers: [] })
  const app = () => {
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    const config = {
      client: embeddedClient(broker),
      stateDir: newFolder(),
      handleSignals: false,
      numStandbyReplicas: 1,
      commitIntervalMs: 10,
      logger,
    }
    return new StreamApp<{ visits: QueryableWindowStore<string, number> }>(visitsSpec, config)
  }
  const runs = app()
  await runs.start()
  for (let n = 0; n < 10; n += 1) visit(`page${n}`, 1_000)
  await until(() => broker.read(changelog, 0, 0).records.length === 10)
  broker.deleteRecords(changelog, 0, 5)

  const follows = app()
  await follows.start()
  await until(() => hasKeptUp(follows) || follows.state === 'ERROR')
  t.is(follows.metrics().recordsFollowed, 5)
  // Nobody follows between these two: what is new is gone before it was read.
  const last = broker.read(changelog, 0, 9).records[0]!
  for (let n = 0; n < 3; n += 1) broker.append(changelog, 0, last)
  broker.deleteRecords(changelog, 0, 12)
  await until(() => follows.metrics().recordsFollowed === 6 || follows.state === 'ERROR')
  t.is(follows.state, 'RUNNING')

  await runs.close()
  await until(() => follows.metrics().tasks.length === 1 && follows.state === 'RUNNING')
  t.is(await follows.stores.visits.fetch('page9', 1_000), 1)
  await follows.close()
})
