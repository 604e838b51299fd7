/** Goal: a task does what its life cycle allows, and can be suspended, resumed, queried and closed. Method: one task by hand, without a driver. */
import test from 'ava'
import { StreamError } from 'millrace'
import type { CommittedOffset } from '#runtime/client/client.js'
import { stringSerde } from '#runtime/serde/primitives.js'
import type { TimestampedKeyValueStore } from '#runtime/stores/state-store.js'
import type { Task } from '#runtime/tasks/task.js'
import { parseTaskId } from '#runtime/tasks/task-id.js'
import { durableMemory } from '../../helpers/breaking.js'
import { batchOf, createTask } from '../../helpers/tasks.js'
import { countTopology, each, processor, source, subTopology, topology } from '../../helpers/topologies.js'

const bytes = (text: string) => Buffer.from(text)

function commit(task: Task): readonly CommittedOffset[] {
  task.prepareCommit()
  task.commitState([])
  const offsets = task.consumedOffsets()
  task.committed()
  return offsets
}

const countsOf = (task: Task) => task.store('counts') as TimestampedKeyValueStore<string, number>

test('created → restoring → running → suspended → restoring → running → closed', (t) => {
  const { task } = createTask()
  t.is(task.state, 'created')
  task.initialize([])
  t.is(task.state, 'restoring')
  task.completeRestore()
  t.is(task.state, 'running')
  task.suspend()
  task.suspend()
  t.is(task.state, 'suspended')
  task.resume([])
  t.is(task.state, 'restoring')
  task.completeRestore()
  task.close()
  task.close()
  t.is(task.state, 'closed')
})

test('calls in the wrong state are refused, with the task named', (t) => {
  const { task } = createTask()
  const refused = (call: () => void) => {
    const error = t.throws(call) as StreamError
    t.is(error.code, 'INVALID_STATE')
    t.is(error.details.task, '0_0')
  }
  refused(() => task.enqueue(batchOf(0, ['a'])))
  refused(() => task.process(1))
  refused(() => task.completeRestore())
  refused(() => task.restore(batchOf(0, [], 'test-counts-changelog')))
  task.initialize([])
  refused(() => task.initialize([]))
  refused(() => task.process(1))
  task.completeRestore()
  refused(() => task.resume([]))
  refused(() => task.commitState([]))
  refused(() => task.committed())
  task.prepareCommit()
  refused(() => task.process(1))
  refused(() => task.punctuate())
  refused(() => task.prepareCommit())
  task.close()
  refused(() => task.process(1))
  t.is(task.store('counts'), undefined)
})

test('a task created and never started can be closed, and is closed when its stores cannot be opened', (t) => {
  const { task } = createTask()
  task.close()
  t.is(task.state, 'closed')
  const { task: broken } = createTask({
    disk: () => {
      throw new Error('no disk')
    },
  })
  t.throws(() => broken.initialize([]), { message: 'no disk' })
  t.is(broken.state, 'created')
  broken.close()
  t.is(broken.state, 'closed')
})

test('what is committed outlives a suspension; what is not is dropped, and read again', (t) => {
  const { task } = createTask()
  task.initialize([])
  task.completeRestore()
  task.enqueue(batchOf(0, ['a', 'a', 'b']))
  t.is(task.process(2), 2)
  t.is(task.bufferedRecords(), 1)
  t.is(task.bufferedBytes({ topic: 'in', partition: 0 }), 2)
  const offsets = commit(task)
  t.like(offsets[0], { topic: 'in', partition: 0, offset: 2 })
  t.is(task.process(10), 1)
  t.is(countsOf(task).get('b')?.value, 1)
  task.suspend()
  t.is(task.bufferedRecords(), 0)
  task.resume(offsets)
  t.deepEqual([...task.inputPositions()], [['in-0', 2]])
  task.completeRestore()
  t.is(countsOf(task).get('a')?.value, 2)
  t.is(countsOf(task).get('b'), undefined)
  t.is(task.streamTimeMs, 1)
  task.enqueue(batchOf(2, ['b']))
  task.process(10)
  t.is(countsOf(task).get('b')?.value, 1)
})

test('a suspended task without uncommitted work keeps its stores open', (t) => {
  const disk = durableMemory()
  let opened = 0
  const { task } = createTask({
    disk: (directory) => {
      opened += 1
      return disk(directory)
    },
  })
  task.initialize([])
  task.completeRestore()
  task.suspend()
  task.resume([])
  t.is(opened, 1)
})

test('changelogs tell where to restore from, and follow what is restored', (t) => {
  const { task } = createTask()
  task.initialize([])
  const changelog = { store: 'counts', topicPartition: { topic: 'test-counts-changelog', partition: 0 }, end: undefined }
  t.deepEqual(task.changelogs, [{ ...changelog, position: 0 }])
  const value = Buffer.alloc(8)
  value[7] = 5
  task.restore({
    topic: 'test-counts-changelog',
    partition: 0,
    records: [{ offset: 3, timestamp: 9, key: bytes('a'), value, headers: [] }],
    nextOffset: 7,
    highWatermark: 7,
  })
  t.deepEqual(task.changelogs, [{ ...changelog, position: 7 }])
  task.completeRestore()
  t.deepEqual(countsOf(task).get('a'), { value: 5, timestamp: 9 })
  t.is(task.metrics.restored, 1)
})

test('the changelog gets each key once a commit, to the task’s own partition', (t) => {
  const { task, sent } = createTask()
  task.initialize([])
  task.completeRestore()
  task.enqueue(batchOf(0, ['a', 'a', 'a', 'b']))
  task.process(10)
  t.deepEqual([...new Set(sent.map(({ topic }) => topic))], ['out'])
  task.prepareCommit()
  const changes = sent.filter(({ topic }) => topic === 'test-counts-changelog')
  t.deepEqual(
    changes.map(({ key, value, partition }) => [stringSerde.deserialize(key!), value![7], partition]),
    [
      ['a', 3, 0],
      ['b', 1, 0],
    ],
  )
})

test('a commit is due when a processor asks for one, or when the group lags behind the state', (t) => {
  const disk = durableMemory()
  const asking = each((_record, context) => context.requestCommit())
  const { task: asked } = createTask({ graph: topology([subTopology(0, [source('in', ['in']), processor('ask', ['in'], asking)])]) })
  asked.initialize([])
  asked.completeRestore()
  t.false(asked.needsCommit)
  t.false(asked.hasUncommitted)
  asked.enqueue(batchOf(0, ['a']))
  asked.process(1)
  t.true(asked.needsCommit)
  commit(asked)
  t.false(asked.needsCommit)

  const { task } = createTask({ disk })
  task.initialize([])
  task.completeRestore()
  task.enqueue(batchOf(0, ['a']))
  task.process(1)
  commit(task)
  task.close()
  const { task: again } = createTask({ disk })
  again.initialize([])
  again.completeRestore()
  t.deepEqual([...again.inputPositions()], [['in-0', 1]])
  t.true(again.needsCommit && again.hasUncommitted)
})

test('records of repartition topics may be purged once they are committed, those of users’ topics never', (t) => {
  const graph = countTopology((record) => record.value)
  const { task } = createTask({ graph, subTopology: 1 })
  task.initialize([])
  task.completeRestore()
  task.enqueue(batchOf(0, ['a', 'b'], 'test-by-repartition'))
  task.process(10)
  t.deepEqual(task.purgeable(), [])
  commit(task)
  t.deepEqual(task.purgeable(), [{ topic: 'test-by-repartition', partition: 0, offset: 2 }])
  t.deepEqual(task.purgeable(), [])
  const { task: first } = createTask({ graph })
  first.initialize([])
  first.completeRestore()
  first.enqueue(batchOf(0, ['a']))
  first.process(10)
  commit(first)
  t.deepEqual(first.purgeable(), [])
})

test('the next wall-clock punctuation is known', (t) => {
  const ticking = each(
    () => {},
    (context) => context.schedule(40, 'wallClock', () => {}),
  )
  const { task } = createTask({ graph: topology([subTopology(0, [source('in', ['in']), processor('tick', ['in'], ticking)])]) })
  task.initialize([])
  t.is(task.nextPunctuation, undefined)
  task.completeRestore()
  t.is(task.nextPunctuation, 40)
  t.false(task.punctuate())
  t.false(task.hasUncommitted)
  task.suspend()
  t.is(task.nextPunctuation, undefined)
})

test('processors are closed also if one of them throws; its error is told', (t) => {
  const closed: string[] = []
  const node = (name: string) => () => ({
    process() {},
    close() {
      closed.push(name)
      if (name === 'a') throw new Error('stuck')
    },
  })
  const { task } = createTask({
    graph: topology([subTopology(0, [source('in', ['in']), processor('a', ['in'], node('a')), processor('b', ['in'], node('b'))])]),
  })
  task.initialize([])
  task.completeRestore()
  const error = t.throws(() => task.close()) as StreamError
  t.is(error.code, 'PROCESSING')
  t.like(error.details, { step: 'a', task: '0_0' })
  t.deepEqual(closed, ['a', 'b'])
  t.is(task.state, 'closed')
})

function withResolvers() {
  let resolve!: () => void
  let reject!: (error: unknown) => void
  const promise = new Promise<void>((...both) => {
    ;[resolve, reject] = both
  })
  return { promise, resolve, reject }
}

test('records whose serdes must fetch something first wait for it, with all that come after them', async (t) => {
  const needed = withResolvers()
  const fetched: string[] = []
  const value = {
    ...stringSerde,
    prepare(record: Uint8Array) {
      const text = Buffer.from(record).toString()
      if (text !== 'b') return undefined
      fetched.push(text)
      return needed.promise
    },
  }
  const { task } = createTask({ graph: topology([subTopology(0, [source('in', ['in'], { value })])]) })
  task.initialize([])
  task.completeRestore()
  task.enqueue(batchOf(0, ['a']))
  task.enqueue(batchOf(1, ['a', 'b', 'b']))
  task.enqueue(batchOf(4, ['c']))
  t.deepEqual(fetched, ['b', 'b'])
  t.is(task.bufferedRecords(), 5)
  t.is(task.bufferedBytes(task.inputPartitions[0]), 10)
  t.is(task.process(10), 0)
  t.is(task.consumedOffsets()[0]?.offset ?? 0, 0)
  needed.resolve()
  await needed.promise
  await Promise.resolve()
  t.is(task.process(10), 5)
})

test('what could not be fetched stops the task when it is to go on, and is forgotten with what waited for it', async (t) => {
  const needed = withResolvers()
  const value = { ...stringSerde, prepare: () => needed.promise }
  const { task } = createTask({ graph: topology([subTopology(0, [source('in', ['in'], { value })])]) })
  task.initialize([])
  task.completeRestore()
  task.enqueue(batchOf(0, ['a']))
  needed.reject(new StreamError('REGISTRY_UNREACHABLE', 'away'))
  await needed.promise.catch(() => {})
  await Promise.resolve()
  t.is((t.throws(() => task.process(10)) as StreamError).code, 'REGISTRY_UNREACHABLE')
  task.suspend()
  t.is(task.bufferedRecords(), 0)
  task.resume([])
  task.completeRestore()
  t.is(task.process(10), 0)
})

test('an input that is not the task’s is refused', (t) => {
  const { task } = createTask()
  task.initialize([])
  task.completeRestore()
  t.is((t.throws(() => task.enqueue(batchOf(0, ['a'], 'other'))) as StreamError).code, 'INVALID_ARGUMENT')
})

test('task ids are read as they are written', (t) => {
  t.deepEqual(parseTaskId('3_12'), { subTopology: 3, partition: 12 })
  for (const text of ['', '1', '1_', 'a_1', '1_2_3', '-1_2'])
    t.is((t.throws(() => parseTaskId(text)) as StreamError).code, 'INVALID_ARGUMENT')
})
