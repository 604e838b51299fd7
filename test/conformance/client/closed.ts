import test from 'ava'
import { type ClientUnderTest, Harness, inTurn, pollUntil, record, records } from './harness.js'

export function closedSuite(tested: ClientUnderTest): void {
  const refused = { code: 'INVALID_STATE' }

  test('closed: a producer delivers what it was sent, then refuses', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const producer = h.client.createProducer({ lingerMs: 60_000 })
    for (const each of records(at, 0, 10)) producer.send(each)
    await producer.close()
    await producer.close()
    t.is((await h.readAll(at)).length, 10)
    t.like(
      t.throws(() => producer.send(record(at, 'k', 'v'))),
      refused,
    )
    t.like(await t.throwsAsync(producer.flush()), refused)
  })

  test('closed: a transaction that is open when its producer closes is aborted', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const producer = await h.transactional(h.name('tx'))
    await producer.beginTransaction()
    producer.send(record(at, 'k', 'v'))
    await producer.flush()
    await producer.close()
    await h.produce([record(at, 'after', 'v')])
    const member = await h.member(h.name('group'), [at.topic], { isolation: 'readCommitted' })
    await pollUntil([member], () => member.lines().length > 0)
    t.deepEqual(member.lines(), ['after=v'])
    t.like(await t.throwsAsync(producer.beginTransaction()), refused)
  })

  test('closed: a member leaves, once, and refuses; a poll that waits ends', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic()
    const group = h.name('group')
    const member = await h.member(group, [topic])
    await pollUntil([member], () => member.assigned.length === 1)
    const waiting = member.poll(600_000)
    await member.consumer.close()
    await member.consumer.close()
    t.deepEqual(await waiting, [])
    t.like(await t.throwsAsync(member.consumer.poll(0)), refused)
    t.like(await t.throwsAsync(member.consumer.commit([{ topic, partition: 0, offset: 0 }])), refused)
    t.like(await t.throwsAsync(member.consumer.heartbeat()), refused)
    t.like(await t.throwsAsync(member.start()), refused)
    // It has left: the group is free to be changed.
    await h.client.admin().setCommittedOffsets(group, [{ topic, partition: 0, offset: 0 }])
    t.deepEqual(member.events.length, 1)
  })

  test('closed: a member that never started closes, and does not poll before it starts', async (t) => {
    const h = await Harness.for(t, tested)
    const consumer = h.client.createGroupConsumer({
      groupId: h.name('group'),
      clientId: 'c',
      topics: [await h.topic()],
      assignor: inTurn,
      isolation: 'readUncommitted',
      offsetReset: () => 'earliest',
    })
    t.like(await t.throwsAsync(consumer.poll(0)), refused)
    await consumer.close()
    t.like(await t.throwsAsync(consumer.poll(0)), refused)
  })

  test('closed: a reader refuses; a poll that waits ends', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const reader = h.client.createReader()
    await reader.assign(new Map([[at, 0]]))
    const waiting = reader.poll(600_000)
    await reader.close()
    await reader.close()
    t.deepEqual(await waiting, [])
    t.like(await t.throwsAsync(reader.poll(0)), refused)
    t.like(await t.throwsAsync(reader.assign(new Map())), refused)
  })

  test('closed: a client closes all that came from it, once, and refuses; other clients go on', async (t) => {
    const h = await Harness.for(t, tested)
    const other = await tested.connect()
    const at = { topic: await h.topic(), partition: 0 }
    const producer = other.createProducer({ lingerMs: 60_000 })
    producer.send(record(at, 'k', 'v'))
    const reader = other.createReader()
    await reader.assign(new Map([[at, 0]]))
    const admin = other.admin()
    await other.close()
    await other.close()
    t.like(
      t.throws(() => producer.send(record(at, 'k', 'v'))),
      refused,
    )
    t.like(await t.throwsAsync(reader.poll(0)), refused)
    t.like(await t.throwsAsync(admin.listTopics()), refused)
    t.like(
      t.throws(() => other.createProducer()),
      refused,
    )
    t.is((await h.readAll(at)).length, 1)
    t.truthy(h.client.description)
  })
}
