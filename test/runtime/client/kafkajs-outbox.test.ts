/** Goal: sequence numbers are those that a broker expects, so that a repetition is known and nothing else is refused. Method: batches by hand. */
import test from 'ava'
import { PartitionQueue } from '#runtime/client/kafkajs/outbox.js'

const record = { topic: 't', partition: 0, key: null, value: null, timestamp: 0, headers: [] }
const identity = { producerId: 1n, producerEpoch: 0 }

/** Queues `count` records as a batch of their own, and stamps it. */
function next(queue: PartitionQueue, count: number, as = identity) {
  for (let n = 0; n < count; n += 1) queue.add(record)
  const batch = queue.batches.shift()!
  queue.stamp(batch, as)
  return batch
}

test('a batch follows the records of the one before, and goes out again as it was', (t) => {
  const queue = new PartitionQueue('t', 0)
  const first = next(queue, 3)
  t.is(first.baseSequence, 0)
  queue.stamp(first, { ...identity })
  t.is(first.identity, identity)
  queue.accepted(first)
  t.is(next(queue, 1).baseSequence, 3)
})

test('what was refused leaves no gap, and a new identity begins at 0', (t) => {
  const queue = new PartitionQueue('t', 0)
  queue.accepted(next(queue, 2))
  next(queue, 5) // refused
  t.is(next(queue, 1).baseSequence, 2)
  t.is(next(queue, 1, { ...identity, producerId: 2n }).baseSequence, 0)
})

test('sequences begin again after 2^31 records as the broker counts them', (t) => {
  const queue = new PartitionQueue('t', 0)
  const batch = next(queue, 5)
  batch.baseSequence = 2 ** 31 - 3
  queue.accepted(batch)
  t.is(next(queue, 1).baseSequence, 2)
})

test('a batch that is refused falls into halves, in order', (t) => {
  const queue = new PartitionQueue('t', 0)
  const records = [1, 2, 3].map((timestamp) => ({ ...record, timestamp }))
  for (const each of records) queue.add(each)
  const halves = queue.batches[0]!.halves().map((half) => half.records)
  t.deepEqual(halves, [records.slice(0, 1), records.slice(1)])
})
