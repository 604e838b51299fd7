// The embedded broker's synchronous core keeps what it is given, by offset, and forgets only what it is told to.
import test from 'ava'
import { ManualClock } from '#runtime/core/clock.js'
import { EmbeddedBroker } from '#runtime/embedded.js'

const utf8 = new TextEncoder()
const text = (bytes: Uint8Array | null) => (bytes === null ? null : new TextDecoder().decode(bytes))
const record = (key: string | null, value: string | null, timestamp = 0) => ({
  key: key === null ? null : utf8.encode(key),
  value: value === null ? null : utf8.encode(value),
  timestamp,
  headers: [],
})

/** Every record of partition 0, as `offset key=value`. */
function content(broker: EmbeddedBroker, topic: string, options: { isolation?: 'readCommitted' } = {}): string[] {
  const lines: string[] = []
  for (let at = broker.beginningOffset(topic, 0); at < broker.endOffset(topic, 0, options.isolation); ) {
    const batch = broker.read(topic, 0, at, { maxBytes: 100, ...options })
    for (const { offset, key, value } of batch.records) lines.push(`${offset} ${text(key)}=${text(value)}`)
    at = batch.nextOffset
  }
  return lines
}

test('what is appended is read back: nulls, empty bytes, headers in order with repeated names, timestamps', (t) => {
  const broker = new EmbeddedBroker()
  broker.createTopic({ name: 'in', partitions: 2 })
  const headers = [
    { key: 'a', value: utf8.encode('1') },
    { key: 'ü', value: null },
    { key: 'a', value: new Uint8Array() },
  ]
  t.is(broker.append('in', 1, { key: null, value: new Uint8Array(), timestamp: -1, headers }), 0)
  t.is(broker.append('in', 1, { key: new Uint8Array(), value: null, timestamp: 2 ** 52, headers: [] }), 1)
  const { records, nextOffset, highWatermark } = broker.read('in', 1, 0)
  t.deepEqual(records, [
    { offset: 0, key: null, value: new Uint8Array(), timestamp: -1, headers },
    { offset: 1, key: new Uint8Array(), value: null, timestamp: 2 ** 52, headers: [] },
  ])
  t.is(nextOffset, 2)
  t.is(highWatermark, 2)
  t.deepEqual(broker.read('in', 0, 0).records, [])
})

test('a reader may write to the bytes it was given', (t) => {
  const broker = new EmbeddedBroker()
  broker.createTopic({ name: 'in', partitions: 1 })
  const value = utf8.encode('value')
  broker.append('in', 0, { ...record('k', ''), value })
  value.fill(0)
  broker.read('in', 0, 0).records[0]!.value!.fill(0)
  t.deepEqual(content(broker, 'in'), ['0 k=value'])
})

test('reads stop at a number of bytes or records, and go on at nextOffset over any number of segments', (t) => {
  const broker = new EmbeddedBroker()
  broker.createTopic({ name: 'in', partitions: 1, config: { 'segment.bytes': '200' } })
  const records = Array.from({ length: 100 }, (_, n) => record(`k${n}`, `v${n}`))
  broker.appendAll('in', 0, records.slice(0, 60))
  for (const each of records.slice(60)) broker.append('in', 0, each)
  t.deepEqual(
    content(broker, 'in'),
    records.map((_, n) => `${n} k${n}=v${n}`),
  )
  t.is(broker.read('in', 0, 50, { maxRecords: 3 }).nextOffset, 53)
  t.is(broker.read('in', 0, 0).nextOffset, 100)
})

test('missing topics, partitions and offsets are errors with a code', (t) => {
  const broker = new EmbeddedBroker()
  broker.createTopic({ name: 'in', partitions: 1 })
  t.like(
    t.throws(() => broker.append('nowhere', 0, record('k', 'v'))),
    { code: 'TOPIC_MISSING' },
  )
  t.like(
    t.throws(() => broker.read('in', 1, 0)),
    { code: 'TOPIC_MISSING' },
  )
  t.like(
    t.throws(() => broker.read('in', 0, 1)),
    { code: 'OFFSET_OUT_OF_RANGE' },
  )
  t.like(
    t.throws(() => broker.createTopic({ name: 'a/b', partitions: 1 })),
    { code: 'TOPIC_INVALID' },
  )
  t.like(
    t.throws(() => broker.createTopic({ name: 'a', partitions: 1, config: { 'cleanup.policy': 'compacted' } })),
    {
      code: 'TOPIC_INVALID',
    },
  )
  t.false(broker.createTopic({ name: 'in', partitions: 5 }))
  broker.close()
  t.like(
    t.throws(() => broker.endOffset('in', 0)),
    { code: 'INVALID_STATE' },
  )
})

test('a broker that makes missing topics makes them with its default partitions', (t) => {
  const broker = new EmbeddedBroker({ autoCreateTopics: true, defaultPartitions: 3 })
  broker.append('made', 2, record('k', 'v'))
  t.is(broker.describeTopic('made')?.partitions, 3)
})

test('compaction keeps the last of each key at its offset, and tombstones until delete.retention.ms is over', (t) => {
  const clock = new ManualClock(1000)
  const broker = new EmbeddedBroker({ clock })
  broker.createTopic({
    name: 'table',
    partitions: 1,
    config: { 'cleanup.policy': 'compact', 'delete.retention.ms': '100', 'segment.bytes': '150' },
  })
  for (const [key, value] of [
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
    ['c', '4'],
    ['b', null],
    ['a', '5'],
  ] as const) {
    broker.append('table', 0, record(key, value))
  }
  broker.clean()
  t.deepEqual(content(broker, 'table'), ['3 c=4', '4 b=null', '5 a=5'])
  clock.advance(99)
  broker.clean()
  t.deepEqual(content(broker, 'table'), ['3 c=4', '4 b=null', '5 a=5'])
  clock.advance(1)
  broker.append('table', 0, record('c', null))
  broker.clean()
  t.deepEqual(content(broker, 'table'), ['5 a=5', '6 c=null'])
  t.is(broker.endOffset('table', 0), 7)
  t.is(broker.read('table', 0, 0).records[0]!.offset, 5)
  t.like(
    t.throws(() => broker.append('table', 0, record(null, 'x'))),
    { code: 'PRODUCTION' },
  )
})

test('compaction runs by itself when enough is new, so a hot key does not fill memory', (t) => {
  const broker = new EmbeddedBroker()
  broker.createTopic({ name: 'table', partitions: 1, config: { 'cleanup.policy': 'compact', 'segment.bytes': '1000000' } })
  const value = new Uint8Array(10_000)
  for (let n = 0; n < 5_000; n++) broker.append('table', 0, { ...record(`k${n % 10}`, ''), value })
  t.true(broker.log('table', 0).size < 10 << 20)
  t.is(new Set(content(broker, 'table').map((line) => line.split(/[ =]/)[1])).size, 10)
})

test('retention frees whole segments by time and by size', (t) => {
  const clock = new ManualClock(0)
  const broker = new EmbeddedBroker({ clock })
  broker.createTopic({ name: 'timed', partitions: 1, config: { 'retention.ms': '100', 'segment.bytes': '100' } })
  broker.createTopic({ name: 'sized', partitions: 1, config: { 'retention.bytes': '400', 'segment.bytes': '100' } })
  for (let n = 0; n < 40; n++) {
    broker.append('timed', 0, record('k', `${n}`, n * 10))
    broker.append('sized', 0, record('k', `${n}`))
  }
  clock.advance(300)
  broker.clean()
  t.true(broker.beginningOffset('timed', 0) <= 20)
  t.true(broker.beginningOffset('timed', 0) >= 15)
  t.true(broker.log('sized', 0).size < 600)
  t.true(broker.log('sized', 0).size >= 400)
  clock.advance(1_000_000)
  broker.clean('timed')
  t.is(broker.beginningOffset('timed', 0), 40)
  t.deepEqual(content(broker, 'timed'), [])
})

test('deleted records are gone, the others keep their offsets', (t) => {
  const broker = new EmbeddedBroker()
  broker.createTopic({ name: 'in', partitions: 1, config: { 'segment.bytes': '100' } })
  for (let n = 0; n < 10; n++) broker.append('in', 0, record('k', `${n}`))
  broker.deleteRecords('in', 0, 7)
  t.deepEqual(content(broker, 'in'), ['7 k=7', '8 k=8', '9 k=9'])
  t.true(broker.log('in', 0).size < 200)
  broker.deleteRecords('in', 0, 3)
  t.is(broker.beginningOffset('in', 0), 7)
  t.like(
    t.throws(() => broker.deleteRecords('in', 0, 11)),
    { code: 'OFFSET_OUT_OF_RANGE' },
  )
  broker.deleteRecords('in', 0, -1)
  t.is(broker.beginningOffset('in', 0), 10)
  t.is(broker.append('in', 0, record('k', 'next')), 10)
})

test('committed offsets are kept by group and partition, and go with the group or the topic', (t) => {
  const broker = new EmbeddedBroker()
  broker.createTopic({ name: 'in', partitions: 2 })
  broker.commitOffsets('g', [{ topic: 'in', partition: 0, offset: 3, metadata: 'm' }])
  t.deepEqual(broker.committedOffset('g', { topic: 'in', partition: 0 }), { topic: 'in', partition: 0, offset: 3, metadata: 'm' })
  t.is(broker.committedOffset('g', { topic: 'in', partition: 1 }), undefined)
  broker.deleteGroup('g')
  t.is(broker.committedOffset('g', { topic: 'in', partition: 0 }), undefined)
  broker.commitOffsets('g', [{ topic: 'in', partition: 1, offset: 3 }])
  broker.deleteTopic('in')
  t.is(broker.committedOffset('g', { topic: 'in', partition: 1 }), undefined)
})
