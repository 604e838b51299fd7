// What a real broker does only with time or luck, the embedded one does when told to: sessions, timeouts, faults, on a clock turned by hand.
import test from 'ava'
import type { Assignor, GroupConsumer, GroupConsumerOptions, RecordBatch } from '#runtime/client/client.js'
import { ManualClock } from '#runtime/core/clock.js'
import { EmbeddedBroker, embeddedClient } from '#runtime/embedded.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (value: Uint8Array | null) => (value === null ? 'null' : new TextDecoder().decode(value))
const record = (value: string, partition = 0, key = 'k') => ({
  topic: 'in',
  partition,
  key: bytes(key),
  value: bytes(value),
  timestamp: 0,
  headers: [],
})
const values = (batches: readonly RecordBatch[]) => batches.flatMap(({ records }) => records.map(({ value }) => text(value)))

function setUp(partitions = 1) {
  const clock = new ManualClock(1_000)
  const broker = new EmbeddedBroker({ clock })
  broker.createTopic({ name: 'in', partitions })
  return { clock, broker, client: embeddedClient(broker) }
}

const evenly: Assignor = {
  name: 'evenly',
  userData: () => null,
  assign: (members, partitionsOf) =>
    new Map(
      members.map(({ memberId }, n) => {
        const all = [...partitionsOf].flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })))
        return [memberId, { partitions: all.filter(({ partition }) => partition % members.length === n), userData: null }]
      }),
    ),
}

async function join(client: ReturnType<typeof embeddedClient>, options: Partial<GroupConsumerOptions> = {}) {
  const consumer = client.createGroupConsumer({
    groupId: 'group',
    clientId: 'c',
    topics: ['in'],
    assignor: evenly,
    isolation: 'readCommitted',
    offsetReset: () => 'earliest',
    ...options,
  })
  const events: string[] = []
  await consumer.start({
    async onAssigned(partitions) {
      events.push(`assigned ${partitions.map(({ partition }) => partition)}`)
    },
    async onRevoked(partitions) {
      events.push(`revoked ${partitions.map(({ partition }) => partition)}`)
    },
    async onLost(partitions) {
      events.push(`lost ${partitions.map(({ partition }) => partition)}`)
    },
  })
  return { consumer, events }
}

/** All that waits for nothing but its turn has had it. */
const settled = async () => {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve))
}

test('a poll that waits is woken by a record, without any time passing', async (t) => {
  const { clock, broker, client } = setUp()
  const { consumer } = await join(client)
  const reader = client.createReader()
  await reader.assign(new Map([[{ topic: 'in', partition: 0 }, 0]]))
  const polls = Promise.all([consumer.poll(60_000), reader.poll(60_000)])
  await settled()
  broker.append('in', 0, record('v'))
  t.deepEqual((await polls).map(values), [['v'], ['v']])
  t.is(clock.now(), 1_000)
})

test('a poll that waits ends when its time is over', async (t) => {
  const { clock, client } = setUp()
  const { consumer } = await join(client)
  const poll = consumer.poll(100)
  await settled()
  clock.advance(99)
  t.is(await Promise.race([poll, settled()]), undefined)
  clock.advance(1)
  t.deepEqual(await poll, [])
})

test('a read-committed poll that waits is woken by the commit', async (t) => {
  const { client } = setUp()
  const { consumer } = await join(client)
  const producer = client.createProducer({ transactionalId: 'tx' })
  await producer.initTransactions()
  await producer.beginTransaction()
  producer.send(record('v'))
  await producer.flush()
  const poll = consumer.poll(60_000)
  await settled()
  await producer.commitTransaction()
  t.deepEqual(values(await poll), ['v'])
})

test('a member that is silent for its session timeout is lost to the others, and joins anew', async (t) => {
  const { clock, broker, client } = setUp(2)
  const silent = await join(client, { sessionTimeoutMs: 10_000 })
  await silent.consumer.poll(0)
  const other = await join(client)
  const waiting = other.consumer.poll(60_000)
  await settled()
  clock.advance(9_999)
  await settled()
  t.deepEqual(other.events, [])
  clock.advance(1)
  await settled()
  t.deepEqual(other.events, ['assigned 0,1'])
  t.like(await t.throwsAsync(silent.consumer.commit([{ topic: 'in', partition: 0, offset: 0 }])), { code: 'TASK_MIGRATED' })
  await Promise.all([silent.consumer.poll(0), settled()])
  t.deepEqual(silent.events, ['assigned 0,1', 'lost 0,1'])
  await silent.consumer.poll(0)
  t.deepEqual(silent.events.slice(2), ['assigned 1'])
  t.deepEqual(other.events.slice(1), ['revoked 0,1', 'assigned 0'])
  broker.append('in', 0, record('v'))
  t.deepEqual(values(await waiting), ['v'])
})

test('heartbeats and commits keep a member that does not poll', async (t) => {
  const { clock, broker, client } = setUp()
  const { consumer, events } = await join(client, { sessionTimeoutMs: 10_000 })
  await consumer.poll(0)
  for (let n = 0; n < 5; n++) {
    clock.advance(9_000)
    if (n % 2 === 0) await consumer.heartbeat()
    else await consumer.commit([{ topic: 'in', partition: 0, offset: 0 }])
  }
  t.deepEqual(broker.group('group').memberIds(), [consumer.memberId()])
  clock.advance(10_000)
  t.deepEqual(broker.group('group').memberIds(), [])
  await consumer.poll(0)
  t.deepEqual(events, ['assigned 0', 'lost 0', 'assigned 0'])
})

test('a member within a poll is alive, however long its callbacks take', async (t) => {
  const { clock, broker, client } = setUp()
  const consumer: GroupConsumer = client.createGroupConsumer({
    groupId: 'group',
    clientId: 'c',
    topics: ['in'],
    assignor: evenly,
    isolation: 'readCommitted',
    offsetReset: () => 'earliest',
    sessionTimeoutMs: 1_000,
  })
  await consumer.start({
    async onAssigned() {
      clock.advance(100_000)
    },
    async onRevoked() {},
    async onLost() {},
  })
  await consumer.poll(0)
  t.deepEqual(broker.group('group').memberIds(), [consumer.memberId()])
})

test('a rebalance waits for members that are alive, for their rebalance timeout', async (t) => {
  const { clock, client } = setUp(2)
  const slow = await join(client, { sessionTimeoutMs: 45_000, rebalanceTimeoutMs: 5_000 })
  await slow.consumer.poll(0)
  const other = await join(client)
  await other.consumer.poll(0)
  t.deepEqual(other.events, [])
  // Until it has given them up, it may commit.
  await slow.consumer.commit([{ topic: 'in', partition: 0, offset: 0 }])
  clock.advance(5_000)
  await other.consumer.poll(0)
  t.deepEqual(other.events, ['assigned 0,1'])
})

test('a transaction that takes longer than its timeout is aborted, and its producer fenced', async (t) => {
  const { clock, broker, client } = setUp()
  const producer = client.createProducer({ transactionalId: 'tx', transactionTimeoutMs: 500 })
  await producer.initTransactions()
  await producer.beginTransaction()
  producer.send(record('slow'))
  await producer.flush()
  clock.advance(499)
  t.is(broker.endOffset('in', 0, 'readCommitted'), 0)
  clock.advance(1)
  t.is(broker.endOffset('in', 0, 'readCommitted'), 2)
  t.deepEqual(values([broker.read('in', 0, 0, { isolation: 'readCommitted' })]), [])
  t.like(await t.throwsAsync(producer.commitTransaction()), { code: 'TASK_MIGRATED' })
  t.like(await t.throwsAsync(producer.flush()), { code: 'TASK_MIGRATED' })
})

test('a transaction that ends in time leaves no timeout behind', async (t) => {
  const { clock, client } = setUp()
  const producer = client.createProducer({ transactionalId: 'tx', transactionTimeoutMs: 500 })
  await producer.initTransactions()
  for (let n = 0; n < 3; n++) {
    await producer.beginTransaction()
    producer.send(record(`${n}`))
    clock.advance(400)
    await producer.commitTransaction()
  }
  t.pass()
})

test('compaction drops aborted records and markers, keeps committed ones, and stops at an open transaction', async (t) => {
  const { broker, client } = setUp()
  broker.createTopic({ name: 'table', partitions: 1, config: { 'cleanup.policy': 'compact' } })
  const producer = client.createProducer({ transactionalId: 'tx' })
  await producer.initTransactions()
  const write = async (end: 'commit' | 'abort' | 'open', ...rows: [string, string][]) => {
    await producer.beginTransaction()
    for (const [key, value] of rows) producer.send({ ...record(value, 0, key), topic: 'table' })
    await producer.flush()
    if (end === 'commit') await producer.commitTransaction()
    if (end === 'abort') await producer.abortTransaction()
  }
  const seen = (isolation: 'readCommitted' | 'readUncommitted') =>
    broker.read('table', 0, 0, { isolation }).records.map(({ offset, key, value }) => `${offset} ${text(key)}=${text(value)}`)
  await write('commit', ['a', '1'], ['b', '1'])
  await write('abort', ['a', 'aborted'], ['c', 'aborted'])
  await write('commit', ['b', '2'])
  await write('open', ['a', 'open'], ['b', 'open'])
  broker.clean('table')
  t.deepEqual(seen('readUncommitted'), ['0 a=1', '6 b=2', '8 a=open', '9 b=open'])
  t.deepEqual(seen('readCommitted'), ['0 a=1', '6 b=2'])
  await producer.commitTransaction()
  broker.clean('table')
  t.deepEqual(seen('readCommitted'), ['8 a=open', '9 b=open'])
  t.is(broker.read('table', 0, 10).nextOffset, 11)
})

test('faults: an acknowledgement that is lost makes the producer send again, and the broker takes it once', async (t) => {
  const { broker, client } = setUp()
  const producer = client.createProducer()
  producer.send(record('first'))
  await producer.flush()
  broker.faults.loseNextAcknowledgement()
  producer.send(record('second'))
  producer.send(record('third'))
  t.deepEqual((await producer.flush()).acknowledged, [{ topic: 'in', partition: 0, nextOffset: 3 }])
  producer.send(record('fourth'))
  await producer.flush()
  t.deepEqual(values([broker.read('in', 0, 0)]), ['first', 'second', 'third', 'fourth'])
})

test('faults: an operation fails once, done or not, and a failed produce ends its producer', async (t) => {
  const { broker, client } = setUp()
  const { consumer } = await join(client)
  await consumer.poll(0)
  const broken = new Error('broken')
  broker.faults.failNext('commit', broken)
  await t.throwsAsync(consumer.commit([{ topic: 'in', partition: 0, offset: 1 }]), { is: broken })
  t.is(broker.committedOffset('group', { topic: 'in', partition: 0 }), undefined)
  broker.faults.failNext('commit', broken, { done: true })
  await t.throwsAsync(consumer.commit([{ topic: 'in', partition: 0, offset: 2 }]), { is: broken })
  t.is(broker.committedOffset('group', { topic: 'in', partition: 0 })?.offset, 2)
  broker.faults.failNext('poll', broken)
  await t.throwsAsync(consumer.poll(0), { is: broken })

  const producer = client.createProducer()
  broker.faults.failNext('produce', broken)
  producer.send(record('lost'))
  t.like(await t.throwsAsync(producer.flush()), { code: 'PRODUCTION', cause: broken })
  t.like(
    t.throws(() => producer.send(record('after'))),
    { code: 'PRODUCTION' },
  )
  t.is(broker.endOffset('in', 0), 0)

  const transactional = client.createProducer({ transactionalId: 'tx' })
  await transactional.initTransactions()
  await transactional.beginTransaction()
  transactional.send(record('committed'))
  broker.faults.failNext('commitTransaction', broken, { done: true })
  t.like(await t.throwsAsync(transactional.commitTransaction()), { cause: broken })
  t.deepEqual(values([broker.read('in', 0, 0, { isolation: 'readCommitted' })]), ['committed'])
})

test('faults: a record is refused, and the others get through', async (t) => {
  const { broker, client } = setUp()
  const refusal = new Error('not this one')
  broker.faults.refuseNextRecord(refusal)
  const producer = client.createProducer()
  const [one, two] = [record('one'), record('two')]
  producer.send(one)
  producer.send(two)
  t.deepEqual((await producer.flush()).failed, [{ record: one, error: refusal }])
  t.deepEqual(values([broker.read('in', 0, 0)]), ['two'])
})

test('faults: a session that expires loses the partitions', async (t) => {
  const { broker, client } = setUp()
  const { consumer, events } = await join(client)
  await consumer.poll(0)
  broker.faults.expireSession('group', consumer.memberId())
  await consumer.poll(0)
  t.deepEqual(events, ['assigned 0', 'lost 0', 'assigned 0'])
})

test('a client that is killed sends nothing more, and its members and transactions time out', async (t) => {
  const { clock, broker, client } = setUp()
  const { consumer } = await join(client, { sessionTimeoutMs: 10_000 })
  await consumer.poll(0)
  const producer = client.createProducer()
  const transactional = client.createProducer({ transactionalId: 'tx', transactionTimeoutMs: 20_000 })
  await transactional.initTransactions()
  await transactional.beginTransaction()
  transactional.send(record('open'))
  await transactional.flush()
  producer.send(record('queued'))
  client.kill()
  await settled()
  t.is(broker.endOffset('in', 0), 1)
  t.is(broker.endOffset('in', 0, 'readCommitted'), 0)
  t.is(broker.group('group').memberIds().length, 1)
  clock.advance(10_000)
  t.is(broker.group('group').memberIds().length, 0)
  clock.advance(10_000)
  t.is(broker.endOffset('in', 0, 'readCommitted'), 2)
  t.like(await t.throwsAsync(consumer.poll(0)), { code: 'INVALID_STATE' })
})

test('a group whose members name different assignors refuses the second', async (t) => {
  const { client } = setUp()
  await join(client)
  t.like(await t.throwsAsync(join(client, { assignor: { ...evenly, name: 'oddly' } })), { code: 'INVALID_STATE' })
})

test('an assignor that throws fails the poll of the leader', async (t) => {
  const { client } = setUp()
  const broken = new Error('cannot decide')
  const { consumer } = await join(client, {
    assignor: {
      ...evenly,
      assign: () => {
        throw broken
      },
    },
  })
  await t.throwsAsync(consumer.poll(0), { is: broken })
})

test('a topic that is deleted under a member fails its poll with TOPIC_MISSING', async (t) => {
  const { broker, client } = setUp()
  const { consumer } = await join(client)
  await consumer.poll(0)
  const waiting = consumer.poll(60_000)
  await settled()
  broker.deleteTopic('in')
  t.like(await t.throwsAsync(waiting), { code: 'TOPIC_MISSING' })
})

test('a broker that closes ends the polls that wait', async (t) => {
  const { broker, client } = setUp()
  const { consumer } = await join(client)
  await consumer.poll(0)
  const reader = client.createReader()
  await reader.assign(new Map([[{ topic: 'in', partition: 0 }, 0]]))
  const polls = [consumer.poll(60_000), reader.poll(60_000)]
  await settled()
  broker.close()
  for (const poll of polls) t.like(await t.throwsAsync(poll), { code: 'INVALID_STATE' })
  await client.close()
})
