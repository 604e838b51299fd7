/** Goal: the driver runs a topology as the app would, step by step, and as Kafka Streams' own driver does. Method: small topologies, each feature. */
import test from 'ava'
import { Headers, type StreamError } from 'millrace'
import { type TestKeyValueStore, TopologyTestDriver, type TopologyTestDriverOptions } from 'millrace/testing'
import { lmdbBackend } from '#runtime/lmdb.js'
import { stringSerde } from '#runtime/serde/primitives.js'
import { bytesTopic, Driver } from '#runtime/testing/driver.js'
import type { TopologySpec } from '#runtime/topology/spec.js'
import { clicksOfGlobalUsers, clicksOfUsers, wordCount } from '../../helpers/specs.js'
import { countTopology, each, processor, sink, source, subTopology, topology } from '../../helpers/topologies.js'

interface Stores {
  readonly countOfWords: TestKeyValueStore<string, number>
}

interface Ending {
  teardown(end: () => void): void
}

function words(t: Ending, options: TopologyTestDriverOptions = {}) {
  const driver = new TopologyTestDriver<Stores>(wordCount, options)
  t.teardown(() => driver.close())
  return { driver, lines: driver.input<string | null, string>('lines'), counts: driver.output<string, number>('counts') }
}

function driverOf(t: Ending, spec: TopologySpec, options: TopologyTestDriverOptions = {}) {
  const driver = new TopologyTestDriver(spec, options)
  t.teardown(() => driver.close())
  return driver
}

const text = (name: string) => ({ name, key: stringSerde, value: stringSerde })

test('records go in by the manifest’s names and types, and come out in order', (t) => {
  const { lines, counts } = words(t)
  t.is(lines.name, 'lines-on-kafka')
  lines.pipe(null, 'a b a', { timestamp: 7, headers: Headers.empty.with('h', '1') })
  t.false(counts.isEmpty)
  t.deepEqual(
    counts.readAll().map(({ key, value, timestamp, headers }) => [key, value, timestamp, headers.text('h')]),
    [
      ['a', 1, 7, '1'],
      ['b', 1, 7, '1'],
      ['a', 2, 7, '1'],
    ],
  )
  t.true(counts.isEmpty)
  t.is(counts.read(), undefined)
})

test('the other ways to write and read', (t) => {
  const { driver, lines, counts } = words(t)
  lines.pipeAll([
    { key: null, value: 'x' },
    { key: null, value: 'y x', timestamp: 3 },
  ])
  t.deepEqual(
    [...counts.readTable()],
    [
      ['x', 2],
      ['y', 1],
    ],
  )
  lines.pipe('k', 'x')
  t.deepEqual(driver.output('counts').readKeyValues(), [{ key: 'x', value: 3 }])
  lines.pipeBytes(null, Buffer.from('y'))
  t.deepEqual(counts.readValues(), [2])
})

test('stores are typed by property, or as processors have them by name', (t) => {
  const { driver, lines } = words(t)
  lines.pipe(null, 'b a b', { timestamp: 4 })
  t.is(driver.stores.countOfWords.get('b'), 2)
  t.deepEqual(driver.stores.countOfWords.getWithTimestamp('a'), { value: 1, timestamp: 4 })
  t.deepEqual(driver.stores.countOfWords.all(), [
    { key: 'a', value: 1 },
    { key: 'b', value: 2 },
  ])
  t.is(driver.store('count-of-words').name, 'count-of-words')
  const error = t.throws(() => driver.store('other')) as StreamError
  t.is(error.code, 'INVALID_ARGUMENT')
  t.regex(error.message, /has count-of-words/)
})

test('unknown topics are refused, internal ones can be read', (t) => {
  const { driver, lines } = words(t)
  t.is((t.throws(() => driver.input('other')) as StreamError).code, 'INVALID_ARGUMENT')
  lines.pipe(null, 'a')
  t.deepEqual(
    driver
      .output<Buffer, Buffer>('words-by-word-repartition')
      .readAll()
      .map(({ key }) => Buffer.from(key).toString()),
    ['a'],
  )
  t.is(driver.output('words-count-of-words-changelog').readAll().length, 1)
})

test('the wall clock stands until it is moved, and stamps what comes without a timestamp', (t) => {
  const { driver, lines, counts } = words(t, { startMs: 1_000 })
  lines.pipe(null, 'a')
  driver.advanceWallClock(500)
  lines.pipe(null, 'a')
  t.is(driver.wallClockMs, 1_500)
  t.deepEqual(
    counts.readAll().map(({ timestamp }) => timestamp),
    [1_000, 1_500],
  )
})

test('the whole topology is one task: records to topics that are read queue behind the record that made them', (t) => {
  const order: string[] = []
  const note = (name: string) =>
    each((record, context) => {
      order.push(`${name} ${record.value} ${context.taskId} ${context.streamTimeMs()}`)
      context.forward(record)
    })
  const graph = topology(
    [
      subTopology(0, [
        source('in', ['in']),
        processor('a', ['in'], note('a')),
        sink('p-sink', ['a'], 'p-repartition'),
        processor('b', ['in'], note('b')),
        sink('q-sink', ['b'], 'q-repartition'),
      ]),
      subTopology(1, [source('p', ['p-repartition']), processor('pp', ['p'], note('p'))]),
      subTopology(2, [source('q', ['q-repartition']), processor('qq', ['q'], note('q'))]),
    ],
    {
      repartitionTopics: [
        { name: 'p-repartition', step: 'p', partitions: undefined },
        { name: 'q-repartition', step: 'q', partitions: undefined },
      ],
    },
  )
  const driver = new Driver(graph)
  t.teardown(() => driver.close())
  driver.input(text('in')).pipe('k', 'v', { timestamp: 5 })
  t.deepEqual(order, ['a v 0_0 5', 'b v 0_0 5', 'p v 0_0 5', 'q v 0_0 5'])
})

test('stream-time punctuations run after the record that brought the time, wall-clock ones when the clock is moved', (t) => {
  const ticking = each(
    (record, context) => context.forward(record),
    (context) => {
      const send = (key: string) => (time: number) => {
        t.is(context.recordMetadata(), undefined)
        t.is(context.recordTimestamp(), time)
        context.runWith({ metadata: undefined, timestamp: time, headers: Headers.empty }, () => {})
        context.forward({ key, value: String(time), timestamp: time, headers: Headers.empty } as never)
      }
      context.schedule(10, 'streamTime', send('stream'))
      context.schedule(100, 'wallClock', send('wall'))
    },
  )
  const driver = new Driver(
    topology([subTopology(0, [source('in', ['in']), processor('tick', ['in'], ticking), sink('out', ['tick'], 'out')])]),
  )
  t.teardown(() => driver.close())
  const seen = () =>
    driver
      .output(text('out'))
      .readAll()
      .map(({ key, value }) => `${key} ${value}`)
  for (const timestamp of [3, 9, 12, 35, 40]) driver.input(text('in')).pipe('r', String(timestamp), { timestamp })
  t.deepEqual(seen(), ['r 3', 'stream 3', 'r 9', 'r 12', 'stream 12', 'r 35', 'stream 35', 'r 40', 'stream 40'])
  for (const ms of [99, 1, 350, 49, 1]) driver.advanceWallClock(ms)
  t.deepEqual(seen(), ['wall 100', 'wall 450', 'wall 500'])
})

test('several partitions run the tasks of production, each with its own state', (t) => {
  const { driver, lines, counts } = words(t, { partitions: 3 })
  lines.pipe(null, 'a b c d e f g', { partition: 2 })
  lines.pipe(null, 'a c e g')
  t.deepEqual(new Set(counts.readAll().map(({ partition }) => partition)).size, 3)
  t.deepEqual(
    driver.stores.countOfWords.all().sort((x, y) => (x.key < y.key ? -1 : 1)),
    [...'abcdefg'].map((key) => ({ key, value: 'aceg'.includes(key) ? 2 : 1 })),
  )
  t.is(driver.stores.countOfWords.get('g'), 2)
})

test('a crash takes what was not committed, and the tail is processed again', (t) => {
  const { driver, lines, counts } = words(t, { commit: 'manual' })
  lines.pipe(null, 'a a')
  driver.commit()
  lines.pipe(null, 'a')
  t.deepEqual(counts.readValues(), [1, 2, 3])
  driver.crash()
  t.is((t.throws(() => lines.pipe(null, 'b')) as StreamError).code, 'INVALID_STATE')
  driver.restart()
  // The record of the repartition topic is processed again, and the line is, which sends it once more.
  t.deepEqual(counts.readValues(), [3, 4])
  t.is(driver.stores.countOfWords.get('a'), 4)
})

for (const [name, options] of [
  ['memory', {}],
  ['LMDB', { stateBackend: lmdbBackend }],
  ['memory, exactly once', { processingGuarantee: 'exactlyOnce' }],
  ['LMDB, exactly once, 2 partitions', { stateBackend: lmdbBackend, processingGuarantee: 'exactlyOnce', partitions: 2 }],
] as const) {
  test(`state outlives restarts, lost folders and rebalances: ${name}`, (t) => {
    const { driver, lines, counts } = words(t, options)
    const turns = [
      () => driver.restart(),
      () => driver.restart({ wipeState: true }),
      () => driver.rebalance(),
      () => driver.rebalance(),
      () => driver.rebalance(),
      () => {
        driver.crash()
        driver.restart()
      },
    ]
    for (const turn of turns) {
      lines.pipe(null, 'a b')
      turn()
    }
    t.deepEqual(driver.stores.countOfWords.all().length, 2)
    t.is(driver.stores.countOfWords.get('a'), turns.length)
    t.is(counts.readTable().get('b'), turns.length)
  })
}

test('exactly once shows outputs when they are committed, and never those of a crash', (t) => {
  const driver = new Driver(countTopology(), { processingGuarantee: 'exactlyOnce', commit: 'manual' })
  t.teardown(() => driver.close())
  driver.input(text('in')).pipe('k', 'v')
  t.true(driver.output(bytesTopic('out')).isEmpty)
  driver.crash()
  driver.restart()
  t.true(driver.output(bytesTopic('out')).isEmpty)
  driver.commit()
  t.is(driver.output(bytesTopic('out')).readAll().length, 1)
})

test('a table’s topic is its changelog: read up to where its input was, then on', (t) => {
  const driver = driverOf(t, clicksOfUsers, { commit: 'manual' })
  const [users, clicks, out] = [driver.input('users'), driver.input('clicks'), driver.output('out')]
  users.pipe('u', 'old', { timestamp: 1 })
  driver.commit()
  users.pipe('u', 'new', { timestamp: 2 })
  driver.crash()
  driver.restart({ wipeState: true })
  clicks.pipe('u', 'click', { timestamp: 3 })
  t.deepEqual(out.readValues(), ['click by new'])
  t.is(driver.output('clicks-users-changelog').isEmpty, true)
})

test('a global table is filled from all partitions, at the start too', (t) => {
  for (const options of [{}, { partitions: 3 }, { stateBackend: lmdbBackend, partitions: 2 }]) {
    const driver = driverOf(t, clicksOfGlobalUsers, options)
    const [users, clicks, out] = [driver.input('users'), driver.input('clicks'), driver.output('out')]
    for (const user of ['a', 'b', 'c', 'd']) users.pipe(user, user.toUpperCase())
    for (const user of ['a', 'd', 'e']) clicks.pipe(user, 'click')
    t.deepEqual(out.readValues(), ['click by A', 'click by D', 'click by null'])
    driver.restart({ wipeState: true })
    users.pipe('b', null)
    for (const user of ['b', 'c']) clicks.pipe(user, 'click')
    t.deepEqual(out.readValues(), ['click by null', 'click by C'])
  }
})

test('with the record cache, one update a key and commit goes downstream', (t) => {
  const { lines, counts } = words(t, { caching: true, commit: 'pipe' })
  lines.pipe(null, 'a b a a')
  t.deepEqual(counts.readKeyValues(), [
    { key: 'b', value: 1 },
    { key: 'a', value: 3 },
  ])
})

test('a processor may ask for a commit, and the bound of uncommitted updates commits too', (t) => {
  const asking = each((record, context) => {
    if (record.value === 'commit') context.requestCommit()
  })
  const driver = new Driver(topology([subTopology(0, [source('in', ['in']), processor('ask', ['in'], asking)])]), { commit: 1_000 })
  t.teardown(() => driver.close())
  const position = () => driver.broker.committedOffset('test', { topic: 'in', partition: 0 })?.offset
  driver.input(text('in')).pipe('k', 'v')
  t.is(position(), undefined)
  driver.input(text('in')).pipe('k', 'commit')
  t.is(position(), 2)

  const bounded = new Driver(countTopology(), { commit: 1_000, storeCacheBytes: 1_000 })
  t.teardown(() => bounded.close())
  for (let index = 0; index < 20; index++) bounded.input(text('in')).pipe(`k${index}`, 'v')
  const { commits } = bounded.tasks[0]!.metrics
  t.true(commits > 0 && commits < 20, String(commits))
})

test('stream time, and numbers that processors keep, survive a restart', (t) => {
  const seen: string[] = []
  const noting = each((record, context) => {
    const kept = context.keep('highest', Number.NEGATIVE_INFINITY)
    seen.push(`${kept.value} ${context.streamTimeMs()}`)
    kept.value = Math.max(kept.value, record.timestamp)
  })
  for (const stores of [false, true]) {
    seen.length = 0
    const nodes = [source('in', ['in']), processor('note', ['in'], noting)]
    const counted = countTopology().subTopologies[0]!
    const graph = topology([stores ? { ...counted, nodes: [...counted.nodes, processor('note', ['in'], noting)] } : subTopology(0, nodes)])
    const driver = new Driver(graph)
    driver.input(text('in')).pipe('k', 'v', { timestamp: 50 })
    driver.crash()
    driver.restart()
    driver.input(text('in')).pipe('k', 'v', { timestamp: 20 })
    t.deepEqual(seen, ['-Infinity 50', '50 50'])
    driver.close()
  }
})

test('dropped records are counted by step and reason, and warned of once', (t) => {
  const warnings: string[] = []
  const dropping = each((_record, context) => context.drop('too late'))
  const driver = new Driver(topology([subTopology(0, [source('in', ['in']), processor('late', ['in'], dropping)])]), {
    logger: { debug() {}, info() {}, error() {}, warn: (message) => warnings.push(message) },
  })
  t.teardown(() => driver.close())
  for (let index = 0; index < 3; index++) driver.input(text('in')).pipe('k', 'v')
  t.is(driver.dropped, 3)
  t.deepEqual([...driver.droppedByReason], [['late: too late', 3]])
  t.is(warnings.length, 1)
  t.regex(warnings[0]!, /step late drops records: too late \(the first at in-0 offset 0/)
})

test('closing closes the processors, once', (t) => {
  let closed = 0
  const closing = () => {
    closed += 1
  }
  const graph = topology([subTopology(0, [source('in', ['in']), processor('p', ['in'], () => ({ process() {}, close: () => closing() }))])])
  const driver = new Driver(graph)
  driver.close()
  driver.close()
  t.is(closed, 1)
  t.is((t.throws(() => driver.commit()) as StreamError).code, 'INVALID_STATE')
})
