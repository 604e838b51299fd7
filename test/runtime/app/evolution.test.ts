/**
 * Goal: state outlives changes of its schema, there and back: a new version reads what an old one wrote, and the old one, deployed again, what the new
 * one wrote, wherever Avro's resolution allows it; elsewhere they stop with an error that tells what to do. Method: versions of one job, with a store of
 * each kind, in turns over one state directory, over changelogs alone, and side by side.
 */
import { rmSync } from 'node:fs'
import test from 'ava'
import type { StreamError } from 'millrace'
import { avroSerde, type Serde } from 'millrace/codegen'
import { type EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { stringSerde } from '#runtime/serde/primitives.js'
import { codecOf } from '../../helpers/avro-codec.js'
import { newFolder } from '../../helpers/counting-app.js'
import { type Item, ItemsApp, itemSerde, itemsBroker, itemsSpec, schemas } from '../../helpers/items-app.js'
import { logic } from '../../helpers/test-run.js'

type Version = keyof typeof schemas

const keyed = logic({ groupKey: ({ value }: { value: Item }) => ({ user: value.user }) })

const history = [{ fingerprint: codecOf(schemas.v1).fingerprint, schema: schemas.v1 }]

/** A build of the job: v2 has been generated with the schema of v1 in its history, v1 knows nothing of v2. */
function build(version: Version): Serde<Item> {
  return itemSerde(version, version === 'v1' ? {} : { history })
}

function append(broker: EmbeddedBroker, serde: Serde<Item>, topic: string, key: string, value: Item, timestamp: number): void {
  broker.append(topic, 0, { key: stringSerde.serialize(key), value: serde.serialize(value), timestamp, headers: [] })
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** All values of a topic that is written, as the newest version reads them: `id amount`. */
function valuesOf(broker: EmbeddedBroker, topic: string): string[] {
  const serde = build('v2')
  return broker.read(topic, 0, 0).records.map(({ value }) => (value === null ? 'null' : shown(serde.deserialize(value))))
}

const fingerprintOf = ({ value }: { readonly value: Uint8Array | null }) => Buffer.from(value!.subarray(2, 10)).reverse().toString('hex')

const shown = (item: Item | undefined) =>
  item === undefined ? 'none' : `${item.id} ${item.amount}${item.note === undefined ? '' : ` ${item.note}`}`

/** One round of inputs, from `at` on: `n` is in every id, amounts are powers of ten. */
function sendRound(broker: EmbeddedBroker, version: Version, n: number): void {
  const serde = build(version)
  const at = n * 2_000
  const note = version === 'v2' ? { note: `n${n}` } : {}
  const item = (id: string, user: string) => ({ id: `${id}${n}`, user, amount: 10 ** n, ...note })
  append(broker, serde, 'prices', 'ann', item('p', 'ann'), at)
  append(broker, serde, 'people', 'ann', item('h', 'ann'), at)
  append(broker, serde, 'baskets', `k${n}`, item('k', 'ann'), at)
  append(broker, serde, 'items', 'ann', item('a', 'ann'), at + 100)
  // Whose row nobody writes again.
  if (n === 1) append(broker, serde, 'items', 'bob', item('b', 'bob'), at + 100)
  append(broker, serde, 'payments', 'ann', item('y', 'ann'), at + 900)
}

async function run(broker: EmbeddedBroker, stateDir: string, version: Version, work: (app: ItemsApp) => Promise<void>): Promise<void> {
  await using app = new ItemsApp({ client: embeddedClient(broker), stateDir }, itemsSpec(build(version)))
  await app.start()
  await work(app)
}

for (const [where, wipes] of [
  ['over the same state', false],
  ['from changelogs alone', true],
] as const) {
  test(`v1, v2, and v1 again ${where}: each reads the rows of the others, in stores of every kind`, async (t) => {
    const broker = itemsBroker()
    const stateDir = newFolder()
    const next = () => wipes && rmSync(stateDir, { recursive: true })

    sendRound(broker, 'v1', 1)
    await run(broker, stateDir, 'v1', async ({ stores }) => {
      await until(async () => shown(await stores.totals.get('ann')) === 'a1 10' && shown(await stores.owned.get('k1')) === 'k1h1 20')
      await until(async () => shown(await stores.perUser.get('ann')) === 'k1 10')
    })

    next()
    await run(broker, stateDir, 'v2', async ({ stores }) => {
      // Rows of v1, before anything is written.
      t.is(shown(await stores.totals.get('ann')), 'a1 10 -')
      t.is(shown(await stores.windows.fetch('ann', 2_000)), 'a1 10 -')
      t.deepEqual(
        (await stores.visits.fetch('ann').toArray()).map(({ value }) => shown(value)),
        ['a1 10 -'],
      )
      t.is(shown(await stores.prices.get('ann')), 'p1 10 -')
      sendRound(broker, 'v2', 2)
      await until(async () => shown(await stores.totals.get('ann')) === 'a1a2 110 n2')
      // The basket of v1 asks again, since nobody can tell whether its row is the one that asked.
      await until(
        async () => shown(await stores.owned.get('k1')) === 'k1h2 110 n2' && shown(await stores.owned.get('k2')) === 'k2h2 200 n2',
      )
      await until(async () => shown(await stores.perUser.get('ann')) === 'k1k2 110 n2')
      const windows = (await stores.windows.fetchRange('ann', 0, 10_000).toArray()).map(({ value }) => shown(value))
      t.deepEqual(windows, ['a1 10 -', 'a2 100 n2'])
      t.deepEqual(
        (await stores.visits.fetch('ann').toArray()).map(({ value }) => shown(value)),
        ['a1 10 -', 'a2 100 n2'],
      )
      t.deepEqual([shown(await stores.prices.get('ann', 2_500)), shown(await stores.prices.get('ann'))], ['p1 10 -', 'p2 100 n2'])
      t.deepEqual(
        (await stores.totals.all().toArray()).map(({ value }) => shown(value)),
        ['a1a2 110 n2', 'b1 10 -'],
      )
      t.deepEqual(
        (await stores.totals.reverseRange('a', 'c').toArray()).map(({ value }) => shown(value)),
        ['b1 10 -', 'a1a2 110 n2'],
      )
      const baskets = (await stores.owned.prefixScan('k').toArray()).map(({ value }) => shown(value))
      t.deepEqual(baskets, ['k1h2 110 n2', 'k2h2 200 n2'])
    })

    next()
    await run(broker, stateDir, 'v1', async ({ stores }) => {
      // Rows of v2, of a schema that this build has never heard of.
      t.is(shown(await stores.totals.get('ann')), 'a1a2 110')
      sendRound(broker, 'v1', 3)
      await until(async () => shown(await stores.totals.get('ann')) === 'a1a2a3 1110')
      await until(async () => shown(await stores.owned.get('k1')) === 'k1h3 1010' && shown(await stores.owned.get('k2')) === 'k2h3 1100')
      await until(async () => shown(await stores.perUser.get('ann')) === 'k1k2k3 1110')
      const windows = (await stores.windows.fetchAll(0, 10_000).toArray()).map(({ value }) => shown(value))
      t.deepEqual(windows, ['a1 10', 'b1 10', 'a2 100', 'a3 1000'])
      t.deepEqual(
        (await stores.visits.fetch('ann').toArray()).map(({ value }) => shown(value)),
        ['a1 10', 'a2 100', 'a3 1000'],
      )
      const versions = await Promise.all([2_500, 4_500, 6_500].map(async (time) => shown(await stores.prices.get('ann', time))))
      t.deepEqual(versions, ['p1 10', 'p2 100', 'p3 1000'])
      // Past the buffers: what v1 and v2 held back is sent.
      append(broker, build('v1'), 'items', 'ann', { id: 'z', user: 'ann', amount: 0 }, 60_000)
      append(broker, build('v1'), 'payments', 'bob', { id: 'z', user: 'bob', amount: 0 }, 60_000)
      await until(async () => valuesOf(broker, 'late').length === 2 && valuesOf(broker, 'priced').length === 3)
    })
    // The note of the second is lost where v1 joined what v2 had held back.
    t.deepEqual(valuesOf(broker, 'priced'), ['a1p1 20 -', 'a2p2 200 -', 'a3p3 2000 -'])
    t.deepEqual(valuesOf(broker, 'paired'), ['a1y1 20 -', 'a2y2 200 n2', 'a3y3 2000 -'])
    t.deepEqual(valuesOf(broker, 'late'), ['a1a2a3z 1110 -', 'b1 10 -'])
  })
}

test('v1 and v2 side by side, in either order, read what the other sends through repartition topics and hands over', async (t) => {
  for (const [first, second] of [
    ['v1', 'v2'],
    ['v2', 'v1'],
  ] as const) {
    const broker = itemsBroker(2)
    const newApp = (version: Version) => new ItemsApp({ client: embeddedClient(broker) }, itemsSpec(build(version), stringSerde, 2))
    const users = ['ann', 'bob', 'cem', 'dan']
    const serde = build('v1')
    const send = (round: number) => {
      for (const [index, user] of users.entries()) {
        for (const partition of [0, 1]) {
          const value = serde.serialize({ id: '.', user, amount: 1 })
          broker.append('items', partition, { key: stringSerde.serialize(user), value, timestamp: round * 1_000 + index, headers: [] })
        }
      }
    }
    /** The sums of all users, by the instance that has them; none while the group rebalances. */
    const sums = async (apps: readonly ItemsApp[]) => {
      const rows = await Promise.all(apps.map((app) => app.stores.totals.all().toArray()))
      return Object.fromEntries(rows.flat().map(({ key, value }) => [key, value.amount]))
    }
    const summed = (apps: readonly ItemsApp[], amount: number) =>
      until(async () => {
        const found = await sums(apps)
        return users.every((user) => found[user] === amount)
      })

    await using before = newApp(first)
    await before.start()
    send(1)
    await summed([before], 2)
    {
      await using after = newApp(second)
      await after.start()
      for (let round = 2; round <= 5; round += 1) {
        send(round)
        await summed([before, after], 2 * round)
      }
      t.true([before, after].every((app) => app.metrics().tasks.length > 0))
    }
    // All is handed back.
    send(6)
    await summed([before], 12)
    const written = new Set([0, 1].flatMap((partition) => broker.read('items-totals-changelog', partition, 0).records.map(fingerprintOf)))
    t.deepEqual([...written].sort(), [codecOf(schemas.v1).fingerprint, codecOf(schemas.v2).fingerprint].sort())
    t.is(before.state, 'RUNNING')
  }
})

/** The error that stops an app, at its start or later. */
async function failureOf(broker: EmbeddedBroker, serde: Serde<Item>, config: object = {}, key?: Serde): Promise<StreamError> {
  const app = new ItemsApp({ client: embeddedClient(broker), ...config }, itemsSpec(serde, key))
  const failed = new Promise<StreamError>((resolve) => app.on('error', resolve))
  try {
    return await Promise.race([failed, app.start().then(() => failed)])
  } catch (error) {
    return error as StreamError
  } finally {
    await app.close()
  }
}

async function brokerWithRowsOf(version: Version): Promise<EmbeddedBroker> {
  const broker = itemsBroker()
  await using app = new ItemsApp({ client: embeddedClient(broker) }, itemsSpec(build(version)))
  await app.start()
  const amount = (version === 'v3' ? '10' : 10) as number
  append(broker, build(version), 'items', 'ann', { id: 'a1', user: 'ann', amount, ...(version === 'v2' && { note: 'n' }) }, 2_000)
  await until(async () => (await app.stores.totals.get('ann')) !== undefined)
  return broker
}

for (const [from, to] of [
  ['v1', 'v3'],
  ['v3', 'v1'],
] as const) {
  test(`rows of ${from} that ${to} cannot take stop it, whatever the handlers say, with store, fingerprint and a way out`, async (t) => {
    const broker = await brokerWithRowsOf(from)
    const amount = (to === 'v3' ? '5' : 5) as number
    append(broker, build(to), 'items', 'ann', { id: 'a2', user: 'ann', amount }, 2_050)
    const error = await failureOf(broker, build(to), { onProcessingError: 'continue', onDeserializationError: 'continue' })
    t.is(error.code, 'STATE_SCHEMA')
    t.like(error.details, { store: 'totals', fingerprint: codecOf(schemas[from]).fingerprint })
    t.regex(
      error.message,
      /a row of the store totals: avro shop\.Item \(written with the schema [0-9a-f]{16}\): amount: .*\n {2}Run the version that wrote it/s,
    )
  })
}

test('rows of a schema that nobody has kept are an error of the first that is read, which names the fingerprint', async (t) => {
  const broker = await brokerWithRowsOf('v2')
  broker.deleteTopic('items-state-schemas')
  append(broker, build('v1'), 'items', 'ann', { id: 'a2', user: 'ann', amount: 5 }, 2_050)
  const error = await failureOf(broker, build('v1'))
  t.is(error.code, 'STATE_SCHEMA')
  t.like(error.details, { store: 'totals', fingerprint: codecOf(schemas.v2).fingerprint })
  t.regex(error.message, /which is not known/)
})

test('keys of another schema are refused, with a state directory and without', async (t) => {
  const keyOf = (name: string) =>
    avroSerde(codecOf<{ readonly user: string }>(`{"type":"record","name":"${name}","fields":[{"name":"user","type":"string"}]}`))
  const [before, after] = [keyOf('shop.User'), keyOf('shop.Customer')]
  const byUser = (spec: ReturnType<typeof itemsSpec>) => ({
    ...spec,
    steps: spec.steps.map((step) => (step.operator === 'groupBy' ? { ...step, logic: keyed } : step)),
  })
  const broker = itemsBroker()
  const stateDir = newFolder()
  {
    await using app = new ItemsApp({ client: embeddedClient(broker), stateDir }, byUser(itemsSpec(build('v1'), before)))
    await app.start()
    const value = build('v1').serialize({ id: 'a1', user: 'ann', amount: 1 })
    broker.append('items', 0, { key: before.serialize({ user: 'ann' }), value, timestamp: 2_000, headers: [] })
    await until(async () => (await app.stores.totals.get({ user: 'ann' } as never)) !== undefined)
  }
  const inFolder = await failureOf(broker, build('v1'), { stateDir }, after)
  t.is(inFolder.code, 'STATE_LAYOUT')
  t.regex(inFolder.message, /store totals .* has keys of avro shop\.User \([0-9a-f]{16}\); the topology now says avro shop\.Customer/)

  const inChangelog = await failureOf(broker, build('v1'), {}, after)
  t.is(inChangelog.code, 'STATE_LAYOUT')
  t.regex(inChangelog.message, /changelog of the store \S+ has keys of another schema than avro shop\.Customer/)
})
