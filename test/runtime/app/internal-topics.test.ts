/** Goal: internal topics get the partitions and settings that Kafka Streams gives them, and those that would lose state are refused. */
import test from 'ava'
import { internalTopics, prepareInternalTopics } from '#runtime/app/internal-topics.js'
import { partitionCounts } from '#runtime/app/partition-counts.js'
import { neededTopics, prepareUserTopics } from '#runtime/app/user-topics.js'
import type { Admin, NewTopic, TopicDescription } from '#runtime/client/client.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import type { StoreSpec } from '#runtime/stores/store-spec.js'
import type { SubTopology, Topology } from '#runtime/topology/topology.js'

const serdes = { key: stringSerde, value: longSerde }

interface Part {
  readonly reads: readonly string[]
  readonly writes?: readonly string[]
  readonly stores?: readonly StoreSpec[]
}

/** A topology of sub-topologies that read and write topics; names ending in -repartition are internal. */
function topologyOf(
  parts: readonly Part[],
  fixed: Readonly<Record<string, number>> = {},
  copartition: readonly (readonly string[])[] = [],
): Topology {
  const subTopologies = parts.map(({ reads, writes = [], stores = [] }, id): SubTopology => {
    const sinks = writes.map((topic) => ({ kind: 'sink' as const, name: `to-${topic}`, parents: [], topic, ...serdes }))
    return { id, nodes: sinks, sourceTopics: reads, stores: stores.map((spec) => ({ spec, global: false, queryable: false })) }
  })
  const internal = [...new Set(parts.flatMap(({ reads }) => reads.filter((topic) => topic.endsWith('-repartition'))))]
  return {
    application: 'app',
    nodes: subTopologies.flatMap(({ nodes }) => nodes),
    stores: subTopologies.flatMap(({ stores }) => stores),
    repartitionTopics: internal.map((name) => ({ name, step: name, partitions: fixed[name] })),
    copartitionGroups: copartition.map((topics) => ({ step: 'joined', topics })),
    globals: [],
    subTopologies,
  }
}

/** An admin of a map of topics. */
function adminOf(topics: Map<string, TopicDescription>): Admin {
  return {
    describeTopics: async (names: readonly string[]) => new Map([...topics].filter(([name]) => names.includes(name))),
    createTopics: async (created: readonly NewTopic[]) => {
      for (const { name, partitions, config = {} } of created) if (!topics.has(name)) topics.set(name, { name, partitions, config })
      return []
    },
  } as unknown as Admin
}

const known = (counts: Readonly<Record<string, number>>) => new Map(Object.entries(counts))

test('a repartition topic has as many partitions as the widest input of its writers, through several sub-topologies', (t) => {
  const topology = topologyOf([
    { reads: ['second-repartition'], writes: ['out'] },
    { reads: ['first-repartition', 'narrow'], writes: ['second-repartition'] },
    { reads: ['a', 'b'], writes: ['first-repartition'] },
  ])
  const counts = partitionCounts(topology, known({ a: 3, b: 6, narrow: 1 }))
  t.is(counts.get('first-repartition'), 6)
  t.is(counts.get('second-repartition'), 6)
})

test('a number in the manifest wins, and co-partitioned repartition topics follow the other input', (t) => {
  const parts = [
    { reads: ['a'], writes: ['left-repartition', 'free-repartition'] },
    { reads: ['left-repartition', 'users'] },
    { reads: ['free-repartition'] },
  ]
  const counts = partitionCounts(topologyOf(parts, { 'free-repartition': 7 }, [['left-repartition', 'users']]), known({ a: 4, users: 2 }))
  t.is(counts.get('left-repartition'), 2)
  t.is(counts.get('free-repartition'), 7)
})

test('of co-partitioned repartition topics all get the largest number, or the one that is fixed', (t) => {
  const parts = [
    { reads: ['a'], writes: ['left-repartition'] },
    { reads: ['b'], writes: ['right-repartition'] },
    { reads: ['left-repartition', 'right-repartition'] },
  ]
  const group = [['left-repartition', 'right-repartition']]
  const free = partitionCounts(topologyOf(parts, {}, group), known({ a: 2, b: 5 }))
  t.deepEqual([free.get('left-repartition'), free.get('right-repartition')], [5, 5])
  const fixed = partitionCounts(topologyOf(parts, { 'left-repartition': 3 }, group), known({ a: 2, b: 5 }))
  t.deepEqual([fixed.get('left-repartition'), fixed.get('right-repartition')], [3, 3])
})

test('inputs that do not agree are refused, all of them with step, topics and numbers', (t) => {
  const topology = topologyOf(
    [{ reads: ['a', 'b', 'c'] }, { reads: ['d', 'e-repartition'] }, { reads: ['a'], writes: ['e-repartition'] }],
    { 'e-repartition': 9 },
    [
      ['a', 'b'],
      ['d', 'e-repartition'],
    ],
  )
  const error = t.throws(() => partitionCounts(topology, known({ a: 1, b: 2, c: 3, d: 4 })), { code: 'PARTITION_MISMATCH' })
  t.regex(error.message, /step joined .*a has 1, b has 2/)
  t.regex(error.message, /d has 4, e-repartition has 9/)
})

const day = 86_400_000
const windowed: StoreSpec = { name: 'windows', kind: 'timestampedWindow', windowSizeMs: 1000, retentionMs: 5000, ...serdes }
const versioned: StoreSpec = { name: 'versions', kind: 'versioned', historyRetentionMs: 7000, ...serdes }
const table: StoreSpec = { name: 'table', kind: 'timestampedKeyValue', changelogTopic: 'a', ...serdes }
const unlogged: StoreSpec = { name: 'scratch', kind: 'keyValue', logging: false, ...serdes }
const plain: StoreSpec = { name: 'counts', kind: 'keyValue', ...serdes }
const stateful = topologyOf([
  { reads: ['a', 'b'], writes: ['x-repartition'], stores: [plain, table, unlogged] },
  { reads: ['x-repartition'], stores: [windowed, versioned] },
])
const stateCounts = partitionCounts(stateful, known({ a: 2, b: 4 }))

test('changelogs and repartition topics are made with partitions and settings', async (t) => {
  const topics = new Map<string, TopicDescription>()
  await prepareInternalTopics(adminOf(topics), internalTopics(stateful, stateCounts))
  const made = Object.fromEntries([...topics].map(([name, { partitions, config }]) => [name, { partitions, ...config }]))
  const created = { partitions: 4, 'message.timestamp.type': 'CreateTime' }
  t.deepEqual(made, {
    'app-x-repartition': { ...created, 'cleanup.policy': 'delete', 'retention.ms': '-1', 'segment.bytes': '52428800' },
    'app-counts-changelog': { ...created, 'cleanup.policy': 'compact' },
    'app-windows-changelog': { ...created, 'cleanup.policy': 'compact,delete', 'retention.ms': String(5000 + day) },
    'app-versions-changelog': { ...created, 'cleanup.policy': 'compact', 'min.compaction.lag.ms': String(7000 + day) },
  })
  await t.notThrowsAsync(prepareInternalTopics(adminOf(topics), internalTopics(stateful, stateCounts)))
})

test('an internal topic that exists with other partitions, or settings that lose records, is refused', async (t) => {
  const topics = new Map<string, TopicDescription>()
  await prepareInternalTopics(adminOf(topics), internalTopics(stateful, stateCounts))
  const set = (name: string, change: Partial<TopicDescription>) => new Map(topics).set(name, { ...topics.get(name)!, ...change })
  const start = (found: Map<string, TopicDescription>) => prepareInternalTopics(adminOf(found), internalTopics(stateful, stateCounts))

  const partitions = set('app-counts-changelog', { partitions: 3 })
  await t.throwsAsync(start(partitions), {
    code: 'PARTITION_MISMATCH',
    message: /app-counts-changelog has 3 partitions, the topology needs 4/,
  })

  const lossy: readonly [string, Record<string, string>, RegExp][] = [
    ['app-counts-changelog', { 'cleanup.policy': 'delete' }, /app-counts-changelog: cleanup.policy is delete, expected compact/],
    ['app-counts-changelog', {}, /cleanup.policy is not set, expected compact/],
    [
      'app-windows-changelog',
      { 'cleanup.policy': 'compact,delete', 'retention.ms': '1000' },
      /retention.ms is 1000, expected at least 86405000/,
    ],
    ['app-x-repartition', { 'cleanup.policy': 'compact' }, /cleanup.policy is compact, expected delete/],
    ['app-x-repartition', { 'cleanup.policy': 'delete', 'retention.ms': '3600000' }, /retention.ms is 3600000, expected -1/],
    ['app-versions-changelog', { 'cleanup.policy': 'compact' }, /min.compaction.lag.ms is not set, expected at least 86407000/],
  ]
  for (const [name, config, message] of lossy) await t.throwsAsync(start(set(name, { config })), { code: 'INTERNAL_TOPIC', message })

  await t.notThrowsAsync(start(set('app-windows-changelog', { config: { 'cleanup.policy': 'compact' } })))
})

test("the user's topics that are missing are named all at once with their partitions, or made", async (t) => {
  const topics = new Map<string, TopicDescription>([['in', { name: 'in', partitions: 2, config: {} }]])
  const spec = { nullableKey: false, nullableValue: false, ...serdes }
  const manifest = {
    in: { name: 'in', partitions: 2, ...spec },
    out: { name: 'results', partitions: 3, ...spec },
    any: { name: 'any', ...spec },
  }
  const needed = neededTopics(manifest, 'dead')
  const error = await t.throwsAsync(prepareUserTopics(adminOf(topics), needed, false), { code: 'TOPIC_MISSING' })
  t.regex(error.message, /results \(3 partitions\), any \(any number of partitions\), dead/)
  t.deepEqual([...(await prepareUserTopics(adminOf(topics), needed, true))], [...known({ in: 2, results: 3, any: 1, dead: 1 })])

  const wider = neededTopics({ in: { ...manifest.in, partitions: 5 } }, undefined)
  await t.throwsAsync(prepareUserTopics(adminOf(topics), wider, true), {
    code: 'PARTITION_MISMATCH',
    message: /in has 2 partitions, the manifest says 5/,
  })
})
