import test from 'ava'
import type { RecordBatch } from '#runtime/client/client.js'
import type { TopicPartition } from '#runtime/core/record.js'
import { type ClientUnderTest, Harness, line, lines, place, record, records } from './harness.js'

export function readerSuite(tested: ClientUnderTest): void {
  /** Polls until the partitions named have been read to there. */
  async function readTo(reader: { poll(ms: number): Promise<readonly RecordBatch[]> }, ends: ReadonlyMap<TopicPartition, number>) {
    const missing = new Map([...ends].map(([at, end]) => [place(at), end]))
    const seen = new Map<string, string[]>([...missing.keys()].map((key) => [key, []]))
    while (missing.size > 0) {
      for (const batch of await reader.poll(200)) {
        seen.set(place(batch), [...(seen.get(place(batch)) ?? []), ...batch.records.map(line)])
        if (batch.nextOffset >= (missing.get(place(batch)) ?? Number.POSITIVE_INFINITY)) missing.delete(place(batch))
      }
    }
    return seen
  }

  test('reader: reads each partition from its offset, and goes on with what comes later', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic(2)
    const [p0, p1] = [
      { topic, partition: 0 },
      { topic, partition: 1 },
    ]
    await h.produce([...records(p0, 0, 10), ...records(p1, 0, 10)])
    const reader = h.client.createReader()
    await reader.assign(
      new Map([
        [p0, 4],
        [p1, 10],
      ]),
    )
    t.deepEqual((await readTo(reader, new Map([[p0, 10]]))).get(place(p0)), lines(4, 10))
    await h.produce([...records(p0, 10, 12), ...records(p1, 10, 13)])
    const more = await readTo(
      reader,
      new Map([
        [p0, 12],
        [p1, 13],
      ]),
    )
    t.deepEqual(more.get(place(p0)), lines(10, 12))
    t.deepEqual(more.get(place(p1)), lines(10, 13))
  })

  test('reader: offsets and batches fit together', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    await h.produce(records(at, 0, 3_000))
    const reader = h.client.createReader()
    await reader.assign(new Map([[at, 5]]))
    let expected = 5
    while (expected < 3_000) {
      for (const batch of await reader.poll(200)) {
        t.is(batch.records[0]?.offset, expected)
        for (const each of batch.records) t.is(each.offset, expected++)
        t.is(batch.nextOffset, expected)
        if (batch.highWatermark !== undefined) t.is(batch.highWatermark, 3_000)
      }
    }
  })

  test('reader: partitions kept go on, those added begin at their offset, those left out give nothing more', async (t) => {
    const h = await Harness.for(t, tested)
    const [a, b] = [
      { topic: await h.topic(), partition: 0 },
      { topic: await h.topic(), partition: 0 },
    ]
    await h.produce([...records(a, 0, 5), ...records(b, 0, 5)])
    const reader = h.client.createReader()
    await reader.assign(new Map([[a, 0]]))
    t.deepEqual((await readTo(reader, new Map([[a, 5]]))).get(place(a)), lines(0, 5))

    await reader.assign(
      new Map([
        [a, 0],
        [b, 3],
      ]),
    )
    await h.produce(records(a, 5, 6))
    const both = await readTo(
      reader,
      new Map([
        [a, 6],
        [b, 5],
      ]),
    )
    t.deepEqual(both.get(place(a)), lines(5, 6))
    t.deepEqual(both.get(place(b)), lines(3, 5))

    await reader.assign(new Map([[b, 0]]))
    await h.produce([...records(a, 6, 7), ...records(b, 5, 6)])
    const onlyB = await readTo(reader, new Map([[b, 6]]))
    t.deepEqual([...onlyB], [[place(b), lines(5, 6)]])

    await reader.assign(new Map())
    t.deepEqual(await reader.poll(1), [])
    await reader.assign(new Map([[a, 1]]))
    t.deepEqual((await readTo(reader, new Map([[a, 7]]))).get(place(a)), lines(1, 7))
  })

  test('reader: a poll with nothing to read ends, and one that waits gets what comes', async (t) => {
    const h = await Harness.for(t, tested)
    const at = { topic: await h.topic(), partition: 0 }
    const reader = h.client.createReader()
    await reader.assign(new Map([[at, 0]]))
    t.deepEqual(await reader.poll(10), [])
    t.deepEqual(await reader.poll(0), [])
    const reading = readTo(reader, new Map([[at, 1]]))
    await h.produce(records(at, 0, 1))
    t.deepEqual((await reading).get(place(at)), lines(0, 1))
  })

  test('reader: a topic that is missing is TOPIC_MISSING', async (t) => {
    const h = await Harness.for(t, tested)
    const reader = h.client.createReader()
    t.like(await t.throwsAsync(reader.assign(new Map([[{ topic: h.name('missing'), partition: 0 }, 0]]))), { code: 'TOPIC_MISSING' })
  })

  if (tested.refusesOffsetsOutOfRange) {
    test('reader: where nothing is, it says so', async (t) => {
      const h = await Harness.for(t, tested)
      const at = { topic: await h.topic(), partition: 0 }
      await h.produce(records(at, 0, 5))
      await h.client.admin().deleteRecords([{ ...at, offset: 3 }])
      const reader = h.client.createReader()
      await reader.assign(new Map([[at, 1]]))
      t.like(await t.throwsAsync(reader.poll(1_000)), { code: 'OFFSET_OUT_OF_RANGE' })
      t.like(await t.throwsAsync(reader.poll(1_000)), { code: 'OFFSET_OUT_OF_RANGE' })
    })

    test('reader: after it was told that nothing is where it read, it reads on where it is assigned to', async (t) => {
      const h = await Harness.for(t, tested)
      const topic = await h.topic(2)
      const [short, whole] = [0, 1].map((partition) => ({ topic, partition })) as [TopicPartition, TopicPartition]
      await h.produce([...records(short, 0, 5), ...records(whole, 0, 5)])
      await h.client.admin().deleteRecords([{ ...short, offset: 3 }])
      const reader = h.client.createReader()
      await reader.assign(new Map([[short, 1]]))
      t.like(await t.throwsAsync(reader.poll(1_000)), { code: 'OFFSET_OUT_OF_RANGE' })
      await reader.assign(new Map([[whole, 0]]))
      t.deepEqual((await readTo(reader, new Map([[whole, 5]]))).get(place(whole)), lines(0, 5))
      await reader.assign(new Map([[short, 3]]))
      t.deepEqual((await readTo(reader, new Map([[short, 5]]))).get(place(short)), lines(3, 5))
    })
  }

  const { compact, compactedConfig } = tested
  if (compact !== undefined) {
    test('reader: what compaction leaves is read through its gaps, to the end', async (t) => {
      const h = await Harness.for(t, tested)
      const topic = await h.topic(1, { ...compactedConfig, 'cleanup.policy': 'compact' })
      const at = { topic, partition: 0 }
      await h.produce(Array.from({ length: 100 }, (_, n) => record(at, `k${n % 3}`, `v${n}`)))
      await h.produce([record(at, 'k0', null)])
      await compact(topic)
      const reader = h.client.createReader()
      await reader.assign(new Map([[at, 0]]))
      const seen = (await readTo(reader, new Map([[at, 101]]))).get(place(at))!
      // Kafka leaves the newest segment as it is: what was read is compacted, and of each key the last value is there.
      t.true(seen.length < 101)
      t.deepEqual([...new Map(seen.map((each) => each.split('=') as [string, string]))].sort(), [
        ['k0', 'null'],
        ['k1', 'v97'],
        ['k2', 'v98'],
      ])
      await reader.assign(new Map())
      await reader.assign(new Map([[at, 50]]))
      t.is((await readTo(reader, new Map([[at, 101]]))).get(place(at))!.at(-1), 'k0=null')
    })
  }
}
