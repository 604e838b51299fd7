/**
 * Goal: a record that fails stops the task, is dropped, or goes to the dead-letter topic with the headers of KIP-1034, as the handlers say.
 * Method: topologies that fail in each way, run by the driver.
 */
import test from 'ava'
import { Headers, type StreamError } from 'millrace'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import type { Failure } from '#runtime/tasks/handlers.js'
import { bytesTopic, Driver } from '#runtime/testing/driver.js'
import type { TopologyTestDriverOptions } from '#runtime/testing/options.js'
import type { Topology } from '#runtime/topology/topology.js'
import { each, processor, sink, source, subTopology, topology } from '../../helpers/topologies.js'

const text = (name: string) => ({ name, key: stringSerde, value: stringSerde })

const passing = each((record, context) => context.forward(record))

/** `in` → `work` → `after` → `out`, and beside `work` → `side` → `side`. */
function working(work: () => ReturnType<typeof passing>, valueSerde = stringSerde as typeof stringSerde | typeof longSerde): Topology {
  return topology([
    subTopology(0, [
      source('in', ['in'], { value: valueSerde }),
      processor('work', ['in'], work),
      processor('after', ['work'], passing),
      sink('out', ['after'], 'out', { value: valueSerde }),
      processor('side', ['in'], passing),
      sink('side/out', ['side'], 'side', { value: valueSerde }),
    ]),
  ])
}

const failingOnX = each((record, context) => {
  if (record.value === 'x') throw new Error('no x')
  context.forward(record)
})

function driver(t: { teardown(end: () => void): void }, graph: Topology, options: TopologyTestDriverOptions = {}): Driver {
  const made = new Driver(graph, options)
  t.teardown(() => made.close())
  return made
}

test('user code that throws stops the task, with step, record and cause', (t) => {
  const d = driver(t, working(failingOnX))
  const input = d.input(text('in'))
  input.pipe('k', 'a', { timestamp: 1 })
  const error = t.throws(() => input.pipe('k', 'x', { timestamp: 2 })) as StreamError
  t.is(error.code, 'PROCESSING')
  t.like(error.details, { step: 'work', task: '0_0', topic: 'in', partition: 0, offset: 1 })
  t.is((error.cause as Error).message, 'no x')
  t.regex(error.message, /step work failed at in-0 offset 1: no x/i)
})

test('an error is told once, by the node it came from, however deep it is', (t) => {
  const deep = each((record, context) => context.forward(record))
  const graph = topology([
    subTopology(0, [source('in', ['in']), processor('a', ['in'], deep), processor('b', ['a'], deep), processor('c', ['b'], failingOnX)]),
  ])
  const error = t.throws(() => driver(t, graph).input(text('in')).pipe('k', 'x')) as StreamError
  t.is(error.details.step, 'c')
  t.is((error.cause as Error).message, 'no x')
})

test('continue drops the failing branch of a record only', (t) => {
  const d = driver(t, working(failingOnX), { handlers: { processing: 'continue' } })
  for (const value of ['a', 'x', 'b']) d.input(text('in')).pipe('k', value)
  t.deepEqual(d.output(text('out')).readValues(), ['a', 'b'])
  t.deepEqual(d.output(text('side')).readValues(), ['a', 'x', 'b'])
  t.is(d.dropped, 1)
  t.deepEqual([...d.droppedByReason], [['work: processing error', 1]])
})

test('the dead-letter topic gets the record as it came, with the headers of KIP-1034', (t) => {
  const d = driver(t, working(failingOnX), { handlers: { processing: 'deadLetter', deadLetterTopic: 'dead' } })
  d.input(text('in')).pipe('k', 'a', { timestamp: 6 })
  d.input(text('in')).pipe('k', 'x', { timestamp: 7, headers: Headers.empty.with('own', 'kept') })
  const [dead, ...more] = d.output(text('dead')).readAll()
  t.is(more.length, 0)
  t.like(dead, { key: 'k', value: 'x', timestamp: 7 })
  const headers = Object.fromEntries([...dead!.headers].map(({ key }) => [key, dead!.headers.text(key)]))
  t.regex(headers['__streams.errors.stacktrace']!, /no x\n\s+at /)
  delete headers['__streams.errors.stacktrace']
  t.deepEqual(headers, {
    own: 'kept',
    '__streams.errors.exception': 'Error: no x',
    '__streams.errors.message': 'no x',
    '__streams.errors.topic': 'in',
    '__streams.errors.partition': '0',
    '__streams.errors.offset': '1',
  })
})

test('a record that does not decode stops the task with its place, when it is its turn', (t) => {
  const d = driver(t, working(failingOnX, longSerde))
  d.input(bytesTopic('in')).pipeBytes(Buffer.from('k'), Buffer.alloc(8), {})
  const error = t.throws(() => d.input(bytesTopic('in')).pipeBytes(Buffer.from('k'), Buffer.alloc(3), {})) as StreamError
  t.is(error.code, 'DESERIALIZATION')
  t.like(error.details, { step: 'in', topic: 'in', partition: 0, offset: 1 })
  t.is(d.output({ ...text('out'), value: longSerde }).readAll().length, 1)
})

test('a record that does not decode is dropped, or kept with its bytes', (t) => {
  for (const policy of ['continue', 'deadLetter'] as const) {
    const d = driver(t, working(passing, longSerde), { handlers: { deserialization: policy, deadLetterTopic: 'dead' } })
    d.input(bytesTopic('in')).pipeBytes(Buffer.from('k'), Buffer.from('bad'), { timestamp: 3 })
    d.input(bytesTopic('in')).pipeBytes(Buffer.from('k'), Buffer.alloc(8), { timestamp: 4 })
    t.is(d.output({ ...text('out'), value: longSerde }).readAll().length, 1)
    t.deepEqual([...d.droppedByReason], [['in: deserialization error', 1]])
    const dead = d.output(text('dead')).readAll()
    t.deepEqual(
      dead.map(({ value, timestamp }) => [value, timestamp]),
      policy === 'continue' ? [] : [['bad', 3]],
    )
    if (policy === 'deadLetter') t.regex(dead[0]!.headers.text('__streams.errors.message')!, /3 bytes where 8 are expected/)
  }
})

test('a source’s own policy goes before the handler', (t) => {
  const graph = topology([subTopology(0, [source('in', ['in'], { value: longSerde, onDeserializationError: 'continue' })])])
  const d = driver(t, graph)
  t.notThrows(() => d.input(bytesTopic('in')).pipeBytes(null, Buffer.from('bad')))
  t.is(d.dropped, 1)
})

test('a value that does not serialize is the production handler’s', (t) => {
  const graph = topology([subTopology(0, [source('in', ['in']), sink('out', ['in'], 'out', { value: longSerde })])])
  const error = t.throws(() => driver(t, graph).input(text('in')).pipe('k', 'text')) as StreamError
  t.is(error.code, 'SERIALIZATION')
  t.like(error.details, { step: 'out', topic: 'in', offset: 0 })
  t.regex(error.message, /^SERIALIZATION: Step out cannot write to topic out .* long: string text is not a value of this type/)

  const d = driver(t, graph, { handlers: { production: 'continue' } })
  d.input(text('in')).pipe('k', 'text')
  t.true(d.output(text('out')).isEmpty)
  t.deepEqual([...d.droppedByReason], [['out: production error', 1]])
})

test('a failure that stops the task is not asked about again on its way up', (t) => {
  const asked: Failure[] = []
  const graph = topology([
    subTopology(0, [source('in', ['in']), processor('work', ['in'], passing), sink('out', ['work'], 'out', { value: longSerde })]),
  ])
  const processing = (failure: Failure) => {
    asked.push(failure)
    return 'continue' as const
  }
  t.throws(() => driver(t, graph, { handlers: { processing } }).input(text('in')).pipe('k', 'text'))
  t.is(asked.length, 0)
})

test('a handler decides by failure', (t) => {
  const seen: Failure[] = []
  const d = driver(t, working(failingOnX), {
    handlers: {
      processing(failure) {
        seen.push(failure)
        return 'continue'
      },
    },
  })
  d.input(text('in')).pipe('k', 'x', { timestamp: 9 })
  const [failure] = seen as [Failure]
  t.like(failure, { kind: 'processing', task: '0_0', step: 'work', topic: 'in', partition: 0, offset: 0, timestamp: 9 })
  t.is(Buffer.from(failure.value!).toString(), 'x')
})

test('a punctuation that throws is the processing handler’s too, without a record', (t) => {
  const punctuating = each(
    () => {},
    (context) => context.schedule(10, 'wallClock', () => JSON.parse('{')),
  )
  const graph = topology([subTopology(0, [source('in', ['in']), processor('tick', ['in'], punctuating)])])
  const error = t.throws(() => driver(t, graph).advanceWallClock(10)) as StreamError
  t.is(error.code, 'PROCESSING')
  t.like(error.details, { step: 'tick', topic: undefined })
  const d = driver(t, graph, { handlers: { processing: 'deadLetter', deadLetterTopic: 'dead' } })
  d.advanceWallClock(10)
  t.like(d.output(text('dead')).read(), { key: null, value: null, timestamp: 10 })
})

test('a partitioner out of range is told; undefined leaves it to the key', (t) => {
  const graph = (choose: number | undefined) =>
    topology([subTopology(0, [source('in', ['in']), sink('out', ['in'], 'out', { partitioner: () => ({ run: () => choose }) })])])
  const error = t.throws(() => driver(t, graph(3), { partitions: 3 }).input(text('in')).pipe('k', 'v')) as StreamError
  t.is(error.code, 'PRODUCTION')
  t.regex(error.message, /chose 3, but there are partitions 0 to 2/)
  const d = driver(t, graph(undefined), { partitions: 3 })
  for (let index = 0; index < 5; index++) d.input(text('in')).pipe('k', 'v')
  t.is(
    new Set(
      d
        .output(text('out'))
        .readAll()
        .map(({ partition }) => partition),
    ).size,
    1,
  )
})

test('a router may name a topic that nobody has heard of yet', (t) => {
  const graph = topology([subTopology(0, [source('in', ['in']), sink('out', ['in'], () => ({ run: (record) => `to-${record.value}` }))])])
  const d = driver(t, graph)
  for (const value of ['a', 'b', 'a']) d.input(text('in')).pipe('k', value)
  t.deepEqual(d.output(text('to-a')).readValues(), ['a', 'a'])
  t.deepEqual(d.output(text('to-b')).readValues(), ['b'])
})
