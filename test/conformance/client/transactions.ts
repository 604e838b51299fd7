import test from 'ava'
import type { TopicPartition } from '#runtime/core/record.js'
import { type ClientUnderTest, eventually, Harness, line, lines, pollUntil, record, records } from './harness.js'

export function transactionSuite(tested: ClientUnderTest): void {
  const committed = 'readCommitted'

  test('transactions: what is committed is read, what is aborted is not, and offsets have gaps there', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic(2)
    const [p0, p1] = [
      { topic, partition: 0 },
      { topic, partition: 1 },
    ]
    const producer = await h.transactional(h.name('tx'))
    await producer.beginTransaction()
    for (const each of [...records(p0, 0, 3), ...records(p1, 0, 3)]) producer.send(each)
    const { acknowledged } = await producer.flush()
    t.deepEqual(
      acknowledged.map(({ nextOffset }) => nextOffset),
      [3, 3],
    )
    await producer.commitTransaction()

    await producer.beginTransaction()
    for (const each of records(p0, 3, 6)) producer.send(each)
    await producer.flush()
    await producer.abortTransaction()

    await producer.beginTransaction()
    producer.send(record(p0, 'k6', 'v6'))
    await producer.commitTransaction()

    const read = await h.readAll(p0, 0, committed)
    t.deepEqual(read.map(line), [...lines(0, 3), 'k6=v6'])
    // Three records and a marker, twice.
    t.deepEqual(
      read.map(({ offset }) => offset),
      [0, 1, 2, 8],
    )
    t.deepEqual((await h.readAll(p1, 0, committed)).map(line), lines(0, 3))
    t.deepEqual((await h.readAll(p0)).map(line), lines(0, 7))
  })

  test('transactions: markers at the end are passed, so that a reader comes to the end offset', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const producer = await h.transactional(h.name('tx'))
    for (let n = 0; n < 3; n++) {
      await producer.beginTransaction()
      producer.send(record(at, `k${n}`, `v${n}`))
      if (n === 0) {
        await producer.commitTransaction()
      } else {
        await producer.flush()
        await producer.abortTransaction()
      }
    }
    await eventually(async () => (await h.client.admin().endOffsets([at]))[0]?.offset === 6)
    t.deepEqual((await h.readAll(at, 0, committed)).map(line), ['k0=v0'])
    t.deepEqual(await h.readAll(at, 3, committed), [])
    t.deepEqual((await h.readAll(at)).map(line), lines(0, 3))
  })

  test('transactions: a read-committed member waits for the end of an open transaction', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic()
    const at = { topic, partition: 0 }
    const producer = await h.transactional(h.name('tx'))
    const member = await h.member(h.name('group'), [topic], { isolation: committed })
    const dirty = await h.member(h.name('group'), [topic])
    await producer.beginTransaction()
    producer.send(record(at, 'k0', 'v0'))
    await producer.flush()
    await h.produce(records(at, 1, 3))
    await pollUntil([member, dirty], () => dirty.lines().length >= 3 && member.assigned.length === 1)
    await member.poll(10)
    t.deepEqual(member.lines(), [])
    await producer.commitTransaction()
    await pollUntil([member], () => member.lines().length >= 3)
    t.deepEqual(member.lines(), lines(0, 3))
  })

  if (tested.lastStableOffset) {
    test('transactions: the read-committed end is the first record of the transaction that is open', async (t) => {
      const h = await Harness.for(t, tested)
      const at = { topic: await h.topic(), partition: 0 }
      const admin = h.client.admin()
      await h.produce(records(at, 0, 2))
      const producer = await h.transactional(h.name('tx'))
      await producer.beginTransaction()
      producer.send(record(at, 'k2', 'v2'))
      await producer.flush()
      t.deepEqual(await admin.endOffsets([at], committed), [{ ...at, offset: 2 }])
      t.deepEqual(await admin.endOffsets([at]), [{ ...at, offset: 3 }])
      await producer.commitTransaction()
      await h.settled(at)
      t.deepEqual(await admin.endOffsets([at], committed), [{ ...at, offset: 4 }])
    })
  }

  test('transactions: offsets are committed with the transaction, or not at all', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const group = h.name('group')
    await h.produce(records(at, 0, 10))
    const producer = await h.transactional(h.name('tx'))
    await producer.beginTransaction()
    await producer.sendOffsets(group, [{ ...at, offset: 4 }])
    await producer.commitTransaction()
    t.is(await h.offsetOf(group, at), 4, 'at once: who takes up the work must not begin before it')

    await producer.beginTransaction()
    producer.send(record(at, 'k', 'v'))
    await producer.sendOffsets(group, [{ ...at, offset: 9 }])
    await producer.abortTransaction()
    t.is(await h.offsetOf(group, at), 4)
    const member = await h.member(group, [at.topic], { isolation: committed })
    await pollUntil([member], () => member.lines().length >= 6)
    t.deepEqual(member.lines(), lines(4, 10))
  })

  test('transactions: a later producer of the same id fences the earlier and aborts what it left', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const group = h.name('group')
    const id = h.name('tx')
    const zombie = await h.transactional(id)
    await zombie.beginTransaction()
    zombie.send(record(at, 'zombie', '1'))
    await zombie.flush()
    await zombie.sendOffsets(group, [{ ...at, offset: 1 }])

    const successor = await h.transactional(id)
    await successor.beginTransaction()
    successor.send(record(at, 'successor', '1'))
    await successor.commitTransaction()

    t.like(await t.throwsAsync(zombie.commitTransaction()), { code: 'TASK_MIGRATED' })
    t.deepEqual((await h.readAll(at, 0, committed)).map(line), ['successor=1'])
    t.is(await h.offsetOf(group, at), undefined)
  })

  test('transactions: a fenced producer cannot write into a new transaction either', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const id = h.name('tx')
    const zombie = await h.transactional(id)
    const successor = await h.transactional(id)
    const written = async () => {
      await zombie.beginTransaction()
      zombie.send(record(at, 'zombie', '1'))
      await zombie.flush()
    }
    t.like(await t.throwsAsync(written()), { code: 'TASK_MIGRATED' })
    await successor.beginTransaction()
    successor.send(record(at, 'successor', '1'))
    await successor.commitTransaction()
    t.deepEqual((await h.readAll(at)).map(line), ['successor=1'])
  })

  test('transactions: producers of different ids do not disturb each other', async (t) => {
    const h = await Harness.for(t, tested)
    const at: TopicPartition = { topic: await h.topic(), partition: 0 }
    const [a, b] = [await h.transactional(h.name('tx')), await h.transactional(h.name('tx'))]
    await a.beginTransaction()
    await b.beginTransaction()
    for (let n = 0; n < 3; n++) {
      a.send(record(at, 'a', `${n}`))
      await a.flush()
      b.send(record(at, 'b', `${n}`))
      await b.flush()
    }
    await b.abortTransaction()
    await a.commitTransaction()
    t.deepEqual((await h.readAll(at, 0, committed)).map(line), ['a=0', 'a=1', 'a=2'])
  })

  test('transactions: an empty one commits, and many follow each other', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const producer = await h.transactional(h.name('tx'))
    await producer.beginTransaction()
    await producer.commitTransaction()
    for (let n = 0; n < 10; n++) {
      await producer.beginTransaction()
      producer.send(record(at, `k${n}`, `v${n}`))
      await producer.commitTransaction()
    }
    t.deepEqual((await h.readAll(at, 0, committed)).map(line), lines(0, 10))
  })

  test('transactions: steps out of order are INVALID_STATE', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const producer = h.client.createProducer({ transactionalId: h.name('tx') })
    const refused = { code: 'INVALID_STATE' }
    t.like(await t.throwsAsync(producer.beginTransaction()), refused)
    await producer.initTransactions()
    t.like(
      t.throws(() => producer.send(record(at, 'k', 'v'))),
      refused,
    )
    t.like(await t.throwsAsync(producer.commitTransaction()), refused)
    t.like(await t.throwsAsync(producer.sendOffsets('group', [])), refused)
    await producer.beginTransaction()
    t.like(await t.throwsAsync(producer.beginTransaction()), refused)
    await producer.abortTransaction()
    t.like(await t.throwsAsync(h.client.createProducer().initTransactions()), refused)
  })
}
