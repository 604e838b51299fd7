/**
 * Goal: a store has its rows after it has moved from memory to disk and back, or has another name, though its folder has positions of its topic that
 * other stores or earlier times have left there. Method: versions of one job over one state folder, beside a store that is always there.
 */
import test from 'ava'
import { type QueryableKeyValueStore, StreamApp } from 'millrace'
import type { TopologySpec } from 'millrace/codegen'
import { EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import { newFolder } from '../../helpers/counting-app.js'

type Persistence = 'lmdb' | 'memory'
type Rows = QueryableKeyValueStore<string, unknown>
interface Stores {
  readonly counts: Rows
  readonly people: Rows
  readonly rates: Rows
}

const strings = { key: stringSerde, value: stringSerde }
const topics = ['events', 'people', 'rates', 'fixed']

/** Counts of events, a table and a global table in such stores, and one of each that stays in its place. */
function specOf(persistence: Persistence, suffix = ''): TopologySpec {
  const store = (name: string, value = stringSerde as typeof longSerde | typeof stringSerde) =>
    ({
      kind: 'timestampedKeyValue',
      name: `${name}${suffix}`,
      property: name,
      queryable: true,
      key: stringSerde,
      value,
      persistence,
    }) as const
  const stores = [{ ...store('counts', longSerde), name: 'counts' }, store('people'), store('rates')]
  const longs = { key: stringSerde, value: longSerde }
  return {
    codegen: 1,
    application: 'places',
    topics: Object.fromEntries(topics.map((name) => [name, { name, ...strings, partitions: 1 }])),
    stores: Object.fromEntries(stores.map((each) => [each.name, each])),
    steps: [
      { operator: 'stream', name: 'events', topics: ['events'], ...strings },
      { operator: 'groupByKey', name: 'by-key', input: 'events', ...strings },
      { operator: 'count', name: 'counts', input: 'by-key', store: 'counts', ...longs },
      { operator: 'count', name: 'again', input: 'by-key', ...longs },
      { operator: 'table', name: 'people', topic: 'people', store: `people${suffix}`, ...strings },
      { operator: 'join', join: 'streamTable', name: 'joined', left: 'events', right: 'people', logic: Joined, ...strings },
      { operator: 'globalTable', name: 'rates', topic: 'rates', store: `rates${suffix}`, ...strings },
      { operator: 'globalTable', name: 'fixed', topic: 'fixed', ...strings },
    ] as TopologySpec['steps'],
  }
}

class Joined {
  init(): void {}
  close(): void {}
  join(left: string): string {
    return left
  }
}

class Places {
  readonly broker = new EmbeddedBroker()
  readonly #stateDir = newFolder()

  constructor() {
    const config = { 'cleanup.policy': 'compact', 'delete.retention.ms': '0' }
    for (const name of topics) this.broker.createTopic({ name, partitions: 1, ...(name !== 'events' && { config }) })
  }

  /** To all topics, the last of them `events`; null deletes. */
  send(key: string, value: string | null): void {
    const record = {
      key: stringSerde.serialize(key),
      value: value === null ? null : stringSerde.serialize(value),
      timestamp: 1_000,
      headers: [],
    }
    for (const topic of ['people', 'rates', 'fixed', 'events'])
      if (value !== null || topic !== 'events') this.broker.append(topic, 0, record)
  }

  /** Compacts the topics until no tombstone is left: by then a restore does not meet them any more. */
  forgetDeletes(): void {
    for (let left = 2; left > 0; left -= 1) this.broker.clean()
  }

  /** The rows of a version over the state that the last one left. */
  async run(spec: TopologySpec, until: (stores: Stores) => Promise<boolean> = async () => true): Promise<readonly object[]> {
    await using app = new StreamApp<Stores>(spec, {
      client: embeddedClient(this.broker),
      stateDir: this.#stateDir,
      handleSignals: false,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    })
    await app.start()
    while (!(await until(app.stores))) await new Promise((resolve) => setImmediate(resolve))
    const rows = await Promise.all([app.stores.counts, app.stores.people, app.stores.rates].map((store) => store.all().toArray()))
    return rows.map((each) => Object.fromEntries(each.map(({ key, value }) => [key, value])))
  }
}

const counted = (key: string, count: number) => async (stores: Stores) => (await stores.counts.get(key)) === count

for (const [from, to] of [
  ['memory', 'lmdb'],
  ['lmdb', 'memory'],
] as const) {
  test(`from ${from} to ${to}`, async (t) => {
    const places = new Places()
    places.send('a', 'x')
    const rows = [{ a: 1 }, { a: 'x' }, { a: 'x' }]
    t.deepEqual(await places.run(specOf(from), counted('a', 1)), rows)
    t.deepEqual(await places.run(specOf(to)), rows)
    places.send('a', 'y')
    t.deepEqual(await places.run(specOf(to), counted('a', 2)), [{ a: 2 }, { a: 'y' }, { a: 'y' }])
  })
}

test('back on disk after a time in memory: rows of before that time are not there any more', async (t) => {
  const places = new Places()
  places.send('a', 'x')
  places.send('b', 'x')
  await places.run(specOf('lmdb'), counted('b', 1))
  places.send('a', 'y')
  places.send('b', null)
  places.send('c', 'x')
  const rows = [
    { a: 2, b: 1, c: 1 },
    { a: 'y', c: 'x' },
    { a: 'y', c: 'x' },
  ]
  const isThere = async (stores: Stores) =>
    (await stores.counts.get('c')) === 1 && (await stores.rates.get('b')) === undefined && (await stores.rates.get('c')) !== undefined
  t.deepEqual(await places.run(specOf('memory'), isThere), rows)
  places.forgetDeletes()
  t.deepEqual(await places.run(specOf('lmdb')), rows)
})

test('a table under another name is filled from its topic, and under its old one again without what was deleted meanwhile', async (t) => {
  const places = new Places()
  places.send('a', 'x')
  places.send('b', 'x')
  await places.run(specOf('lmdb'), counted('b', 1))
  t.deepEqual(await places.run(specOf('lmdb', '-renamed')), [
    { a: 1, b: 1 },
    { a: 'x', b: 'x' },
    { a: 'x', b: 'x' },
  ])
  places.send('b', null)
  places.send('c', 'x')
  const rows = [
    { a: 1, b: 1, c: 1 },
    { a: 'x', c: 'x' },
    { a: 'x', c: 'x' },
  ]
  t.deepEqual(
    await places.run(
      specOf('lmdb', '-renamed'),
      async (stores) => (await stores.counts.get('c')) === 1 && (await stores.rates.get('c')) !== undefined,
    ),
    rows,
  )
  places.forgetDeletes()
  t.deepEqual(await places.run(specOf('lmdb')), rows)
})
