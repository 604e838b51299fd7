import test from 'ava'
import { isStreamError } from '#runtime/core/errors.js'
import { bytes, type ClientUnderTest, Harness, line, lines, record, records, text } from './harness.js'

export function produceSuite(tested: ClientUnderTest): void {
  test('produce: keys and values come back as they were, null, empty, or any bytes', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const binary = Uint8Array.from({ length: 256 }, (_, n) => n)
    await h.produce([
      record(at, 'k', 'v'),
      record(at, null, 'v'),
      record(at, 'k', null),
      record(at, '', ''),
      { ...record(at, '', ''), key: binary, value: binary.toReversed() },
    ])
    const all = await h.readAll(at)
    t.deepEqual(
      all.map(({ offset }) => offset),
      [0, 1, 2, 3, 4],
    )
    t.deepEqual(all.slice(0, 4).map(line), ['k=v', 'null=v', 'k=null', '='])
    t.deepEqual([...all[4]!.key!], [...binary])
    t.deepEqual([...all[4]!.value!], [...binary].reverse())
  })

  test('produce: headers keep their order, repeated names and nulls', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const headers = [
      { key: 'z', value: bytes('first') },
      { key: 'ünï', value: bytes('second') },
      { key: 'same', value: bytes('1') },
      { key: 'same', value: bytes('2') },
      { key: 'none', value: null },
      { key: 'empty', value: bytes('') },
    ]
    await h.produce([{ ...record(at, 'k', 'v'), headers }, record(at, 'k', 'without')])
    const [first, second] = await h.readAll(at)
    t.deepEqual(
      first!.headers.map(({ key, value }) => [key, text(value)]),
      headers.map(({ key, value }) => [key, text(value)]),
    )
    t.deepEqual([...second!.headers], [])
  })

  test('produce: timestamps are kept', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const timestamps = [1_700_000_000_123, 0, 1_600_000_000_000]
    await h.produce(timestamps.map((timestamp) => record(at, 'k', 'v', timestamp)))
    t.deepEqual(
      (await h.readAll(at)).map(({ timestamp }) => timestamp),
      timestamps,
    )
  })

  test('produce: records of a partition keep the order they were sent in', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic(2)
    const producer = h.client.createProducer({ lingerMs: 1 })
    for (let n = 0; n < 5_000; n++) {
      producer.send(record({ topic, partition: n % 2 }, `k${n}`, `v${n}`))
      if (n % 700 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    t.true(producer.bufferedBytes > 0)
    await producer.flush()
    t.is(producer.bufferedBytes, 0)
    const all = lines(0, 5_000)
    for (const partition of [0, 1]) {
      t.deepEqual(
        (await h.readAll({ topic, partition })).map(line),
        all.filter((_, n) => n % 2 === partition),
      )
    }
  })

  test('produce: flush says how far each partition written since the last flush has come', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic(3)
    const [p0, p2] = [
      { topic, partition: 0 },
      { topic, partition: 2 },
    ]
    await h.produce(records(p0, 0, 4))
    const producer = h.client.createProducer()
    for (const each of [...records(p0, 0, 3), ...records(p2, 0, 2)]) producer.send(each)
    const first = await producer.flush()
    t.deepEqual(
      [...first.acknowledged].sort((a, b) => a.partition - b.partition),
      [
        { ...p0, nextOffset: 7 },
        { ...p2, nextOffset: 2 },
      ],
    )
    t.deepEqual(await producer.flush(), { acknowledged: [], failed: [] })
    producer.send(record(p2, 'k', 'v'))
    t.deepEqual((await producer.flush()).acknowledged, [{ ...p2, nextOffset: 3 }])
  })

  test('produce: a record that is too large is handed back, and the others get through', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(1, { 'max.message.bytes': '2000' }), partition: 0 }
    const producer = h.client.createProducer()
    const tooLarge = { ...record(at, 'large', ''), value: Uint8Array.from({ length: 20_000 }, (_, n) => (n * 7919) % 251) }
    producer.send(record(at, 'before', 'v'))
    producer.send(tooLarge)
    producer.send(record(at, 'after', 'v'))
    const { acknowledged, failed } = await producer.flush()
    t.is(failed.length, 1)
    t.is(failed[0]!.record, tooLarge)
    t.true(failed[0]!.error instanceof Error)
    t.deepEqual(acknowledged, [{ ...at, nextOffset: 2 }])
    producer.send(record(at, 'later', 'v'))
    t.deepEqual((await producer.flush()).failed, [])
    t.deepEqual((await h.readAll(at)).map(line), ['before=v', 'after=v', 'later=v'])
  })

  test('produce: a record to a partition that is missing is handed back or ends the producer', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic(2)
    for (const partition of [2, -1]) {
      const producer = h.client.createProducer()
      producer.send(record({ topic, partition }, 'k', 'v'))
      const error = await producer.flush().then(
        ({ failed }) => failed[0]?.error,
        (thrown) => thrown,
      )
      t.true(isStreamError(error), `partition ${partition}`)
    }
  })

  test('produce: a record to a topic that is missing is handed back or ends the producer, and makes no topic', async (t) => {
    const h = await Harness.for(t, tested)
    const nowhere = { topic: h.name('missing'), partition: 0 }
    const producer = h.client.createProducer()
    producer.send(record(nowhere, 'k', 'v'))
    const error = await producer.flush().then(
      ({ failed }) => failed[0]?.error,
      (thrown) => thrown,
    )
    t.true(isStreamError(error))
    t.is((error as { code?: string }).code, 'TOPIC_MISSING')
    t.false((await h.client.admin().listTopics()).includes(nowhere.topic))
  })
}
