import test from 'ava'
import { isStreamError } from '#runtime/core/errors.js'
import { type ClientUnderTest, eventually, Harness, line, lines, record, records } from './harness.js'

export function adminSuite(tested: ClientUnderTest): void {
  test('admin: topics are made, described, listed and deleted', async (t) => {
    const h = await Harness.for(t, tested)
    const admin = h.client.admin()
    const [a, b, missing] = [h.name('a'), h.name('b'), h.name('missing')]
    const existing = await admin.createTopics([
      { name: a, partitions: 3, config: { 'cleanup.policy': 'compact', 'retention.ms': '1234567' } },
      { name: b, partitions: 1 },
    ])
    t.deepEqual(existing, [])
    const described = await admin.describeTopics([a, b, missing])
    t.deepEqual([...described.keys()].sort(), [a, b].sort())
    t.is(described.get(a)?.name, a)
    t.is(described.get(a)?.partitions, 3)
    t.is(described.get(a)?.config['cleanup.policy'], 'compact')
    t.is(described.get(a)?.config['retention.ms'], '1234567')
    t.is(described.get(b)?.partitions, 1)
    t.is(described.get(b)?.config['cleanup.policy'], 'delete')
    t.true((await admin.listTopics()).includes(a))

    await admin.deleteTopics([a])
    await eventually(async () => !(await admin.listTopics()).includes(a))
    t.deepEqual([...(await admin.describeTopics([a, b])).keys()], [b])
  })

  test('admin: names in use are left as they are and returned', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic(2)
    await h.produce([record({ topic, partition: 0 }, 'k', 'v')])
    const fresh = h.name('fresh')
    const existing = await h.client.admin().createTopics([
      { name: topic, partitions: 5 },
      { name: fresh, partitions: 1 },
    ])
    t.deepEqual(existing, [topic])
    const described = await h.client.admin().describeTopics([topic, fresh])
    t.is(described.get(topic)?.partitions, 2)
    t.is(described.get(fresh)?.partitions, 1)
    t.is((await h.readAll({ topic, partition: 0 })).length, 1)
  })

  test('admin: what Kafka refuses as a topic is an error', async (t) => {
    const h = await Harness.for(t, tested)
    const error = await t.throwsAsync(h.client.admin().createTopics([{ name: 'no/such name', partitions: 1 }]))
    t.true(isStreamError(error))
  })

  test('admin: offsets tell where partitions begin and end, and deleteRecords moves the beginning', async (t) => {
    const h = await Harness.for(t, tested)
    const admin = h.client.admin()
    const topic = await h.topic(2)
    const [p0, p1] = [
      { topic, partition: 0 },
      { topic, partition: 1 },
    ]
    t.deepEqual(await admin.endOffsets([p0, p1]), [
      { ...p0, offset: 0 },
      { ...p1, offset: 0 },
    ])
    await h.produce([...records(p0, 0, 10), ...records(p1, 0, 3)])
    t.deepEqual(await admin.endOffsets([p1, p0]), [
      { ...p1, offset: 3 },
      { ...p0, offset: 10 },
    ])
    await admin.deleteRecords([{ ...p0, offset: 7 }])
    t.deepEqual(await admin.beginningOffsets([p0, p1]), [
      { ...p0, offset: 7 },
      { ...p1, offset: 0 },
    ])
    t.deepEqual((await h.readAll(p0, 7)).map(line), lines(7, 10))
    await h.produce(records(p0, 10, 11))
    t.deepEqual(await admin.endOffsets([p0]), [{ ...p0, offset: 11 }])
  })

  test('admin: a topic that is missing is TOPIC_MISSING', async (t) => {
    const h = await Harness.for(t, tested)
    const nowhere = { topic: h.name('missing'), partition: 0 }
    t.like(await t.throwsAsync(h.client.admin().endOffsets([nowhere])), { code: 'TOPIC_MISSING' })
    t.like(await t.throwsAsync(h.client.admin().beginningOffsets([nowhere])), { code: 'TOPIC_MISSING' })
  })

  test('admin: committed offsets are set, listed where there are any, and forgotten with the group', async (t) => {
    const h = await Harness.for(t, tested)
    const admin = h.client.admin()
    const topic = await h.topic(2)
    const group = h.name('group')
    const partitions = [0, 1].map((partition) => ({ topic, partition }))
    t.deepEqual(await admin.committedOffsets(group, partitions), [])
    await admin.setCommittedOffsets(group, [{ topic, partition: 1, offset: 5, metadata: 'note' }])
    t.like(await admin.committedOffsets(group, partitions), [{ topic, partition: 1, offset: 5, metadata: 'note' }])
    t.is((await admin.committedOffsets(group, partitions)).length, 1)
    await admin.setCommittedOffsets(group, [{ topic, partition: 1, offset: 2 }])
    t.is(await h.offsetOf(group, partitions[1]!), 2)
    t.deepEqual(await admin.committedOffsets(h.name('other'), partitions), [])
    await admin.deleteGroup(group)
    t.deepEqual(await admin.committedOffsets(group, partitions), [])
  })
}
