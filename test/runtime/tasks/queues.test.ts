/**
 * Goal: a task takes the records of its inputs in the order of Kafka Streams, and none that it cannot use.
 * Method: queues and a group by hand; what is taken, in which order, and what is told of the rest.
 */
import test from 'ava'
import { ManualClock, type StreamError } from 'millrace'
import type { ConsumedRecord } from '#runtime/client/client.js'
import { silentLogger } from '#runtime/core/logger.js'
import { stringSerde } from '#runtime/serde/primitives.js'
import { Graph, type SourceRuntime } from '#runtime/tasks/graph.js'
import { failingHandlers } from '#runtime/tasks/handlers.js'
import { TaskMetrics } from '#runtime/tasks/metrics.js'
import { PartitionGroup } from '#runtime/tasks/partition-group.js'
import { Processing } from '#runtime/tasks/processing.js'
import { type QueueListener, RecordQueue } from '#runtime/tasks/record-queue.js'
import type { SourceNode } from '#runtime/topology/topology.js'
import { source } from '../../helpers/topologies.js'

const bytes = (text: string) => Buffer.from(text)

function entry(node: SourceNode): SourceRuntime {
  const processing = new Processing({
    application: 'test',
    taskId: '0_0',
    clock: new ManualClock(),
    logger: silentLogger,
    handlers: failingHandlers,
    metrics: new TaskMetrics(),
    collector: undefined,
    store: () => undefined,
    streamTimeMs: () => -1,
    schedule: () => ({ cancel() {} }),
    requestCommit() {},
  })
  const graph = new Graph([node], processing, (topic) => topic)
  graph.init()
  return graph.source(node)
}

interface Told {
  readonly errors: StreamError[]
  readonly dropped: string[]
}

function queue(topic: string, node: SourceNode = source(topic, [topic]), fail = false): RecordQueue & { told: Told } {
  const told: Told = { errors: [], dropped: [] }
  const listener: QueueListener = {
    undecodable(_queue, _raw, error) {
      told.errors.push(error)
      if (fail) throw error
    },
    dropped: (_queue, reason) => told.dropped.push(reason),
  }
  return Object.assign(new RecordQueue({ topic, partition: 0 }, entry(node), listener), { told })
}

function batch(topic: string, ...rows: (readonly [timestamp: number, value: string | null])[]) {
  const records = rows.map(([timestamp, value], index): ConsumedRecord => {
    return { offset: 10 + index, timestamp, key: bytes('k'), value: value === null ? null : bytes(value), headers: [] }
  })
  return { topic, partition: 0, records, nextOffset: 10 + rows.length, highWatermark: undefined }
}

function takeAll(group: PartitionGroup): string[] {
  const values: string[] = []
  for (let next = group.poll(); next !== undefined; next = group.poll()) {
    values.push(next.take().value)
    group.putBack(next)
  }
  return values
}

test('the partition with the lowest head is next, not the lowest record', (t) => {
  const group = new PartitionGroup([queue('p'), queue('q')], -1)
  group.add(batch('p', [5, 'p5'], [1, 'p1']))
  group.add(batch('q', [3, 'q3'], [7, 'q7']))
  t.deepEqual(takeAll(group), ['q3', 'p5', 'p1', 'q7'])
})

test('of equal heads p, q, r come as p, r, q: java.util.PriorityQueue decides', (t) => {
  const group = new PartitionGroup([queue('p'), queue('q'), queue('r')], -1)
  for (const topic of ['p', 'q', 'r']) group.add(batch(topic, [0, topic]))
  t.deepEqual(takeAll(group), ['p', 'r', 'q'])
})

test('a record that cannot be read, and goes on, moves the position and leaves no trace', (t) => {
  const node = source('p', ['p'], {
    value: { ...stringSerde, deserialize: (value) => (value[0] === 120 ? fail() : stringSerde.deserialize(value)) },
  })
  const p = queue('p', node)
  const group = new PartitionGroup([p], -1)
  group.add(batch('p', [1, 'a'], [2, 'x'], [3, 'b'], [4, 'x']))
  t.is(p.position, 10)
  t.deepEqual(takeAll(group), ['a', 'b'])
  t.is(p.position, 14)
  t.is(p.bytes, 0)
  t.is(p.told.errors.length, 2)
  const [error] = p.told.errors as [StreamError]
  t.is(error.code, 'DESERIALIZATION')
  t.like(error.details, { topic: 'p', partition: 0, offset: 11, step: 'p' })
  function fail(): never {
    throw new Error('no x')
  }
})

test('a record that is to stop the task does so when it is its turn, not before', (t) => {
  const p = queue('p', source('p', ['p'], { nullableValue: false }), true)
  p.add(batch('p', [1, 'a'], [2, null], [3, 'b']))
  t.is(p.take().value, 'a')
  t.is(p.position, 11)
  t.is(p.headTimestamp, 2)
  t.throws(() => p.take(), { message: /p-0 offset 11: the value is null/ })
  t.throws(() => p.take(), undefined, 'again and again')
  t.is(p.position, 11)
})

test('a null where the manifest allows none says what to write', (t) => {
  const p = queue('p', source('p', ['p'], { nullableValue: false }))
  p.add(batch('p', [1, null]))
  t.true(p.isEmpty)
  t.regex(p.told.errors[0]!.message, /write value: string\? for topic p/)
})

test('a null where the manifest allows it is a null', (t) => {
  const p = queue('p', source('p', ['p'], { nullableValue: true }))
  p.add(batch('p', [1, null]))
  t.is(p.take().value, null)
})

test('negative timestamps drop the record; the extractor hears the partition time, -1 at first', (t) => {
  const heard: (readonly [number, number])[] = []
  const node = source('p', ['p'], {
    timestampExtractor: () => ({
      run(record, partitionTime, { offset }) {
        heard.push([partitionTime, offset])
        return Number(record.value)
      },
    }),
  })
  const p = queue('p', node)
  p.add(batch('p', [1, '50'], [2, '-1'], [3, '20'], [4, 'NaN']))
  t.is(p.headTimestamp, 50)
  t.is(p.take().timestamp, 50)
  t.is(p.take().timestamp, 20)
  t.true(p.isEmpty)
  t.deepEqual(heard, [
    [-1, 10],
    [50, 11],
    [50, 12],
    [50, 13],
  ])
  t.deepEqual(p.told.dropped, ['negative timestamp', 'negative timestamp'])
})

test('an extractor that throws stops the task with its step', (t) => {
  const p = queue('p', source('p', ['p'], { timestampExtractor: () => ({ run: () => JSON.parse('{') }) }))
  p.add(batch('p', [1, 'a']))
  const error = t.throws(() => p.take()) as StreamError
  t.is(error.code, 'PROCESSING')
  t.like(error.details, { step: 'p', topic: 'p', offset: 10 })
})

test('an empty partition is waited for: what the broker has, then so long as max idle says', (t) => {
  const [p, q] = [queue('p'), queue('q')]
  const clock = new ManualClock()
  const group = new PartitionGroup([p, q], 100)
  q.startAt(0)
  q.noteEnd(5)
  group.add(batch('p', [1, 'a']))
  clock.advance(1_000)
  t.false(group.isReady(clock), 'q has records on the broker')
  q.noteEnd(0)
  t.false(group.isReady(clock), 'the wait begins')
  clock.advance(99)
  t.false(group.isReady(clock))
  clock.advance(1)
  t.true(group.isReady(clock))
  group.add(batch('q', [1, 'b']))
  t.true(group.isReady(clock))
})

test('with max idle 0 only what the broker is known to have is waited for; with -1 nothing', (t) => {
  const clock = new ManualClock()
  for (const [maxIdleMs, lag, expected] of [
    [0, 0, true],
    [0, 3, false],
    [-1, 3, true],
  ] as const) {
    const [p, q] = [queue('p'), queue('q')]
    const group = new PartitionGroup([p, q], maxIdleMs)
    q.startAt(0)
    q.noteEnd(lag)
    group.add(batch('p', [1, 'a']))
    t.is(group.isReady(clock), expected, `${maxIdleMs} ${lag}`)
  }
})
