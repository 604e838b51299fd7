/**
 * Goal: the steps of a commit come in the one order that loses nothing, at once if all doors answer at once, else as a promise.
 * Method: real tasks, and doors that note what they are asked.
 */
import test from 'ava'
import type { CommittedOffset } from '#runtime/client/client.js'
import { atLeastOnce, type CommitHook, exactlyOnce } from '#runtime/tasks/commit-strategy.js'
import type { Task } from '#runtime/tasks/task.js'
import { durableMemory } from '../../helpers/breaking.js'
import { batchOf, runningTask } from '../../helpers/tasks.js'
import { sink, source, subTopology, topology } from '../../helpers/topologies.js'

/** A task that has counted one record; its state notes each commit. */
function dirtyTask(steps: string[], partition = 0): Task {
  const disk = durableMemory()
  let running = false
  const { task } = runningTask({
    partition,
    disk: (directory) => {
      const state = disk(directory)
      return {
        ...state,
        persistent: true,
        commit(batch) {
          if (running) steps.push(`state ${directory}`)
          state.commit(batch)
        },
      }
    },
  })
  running = true
  task.enqueue(batchOf(0, ['a'], 'in', partition))
  task.process(1)
  return task
}

function noting(steps: string[], later: boolean, fail?: string) {
  const answer = <T>(step: string, value: T): T | Promise<T> => {
    steps.push(step)
    if (step === fail) {
      if (later) return Promise.reject(new Error(step))
      throw new Error(step)
    }
    return later ? Promise.resolve(value) : value
  }
  const told = (offsets: readonly CommittedOffset[]) =>
    offsets.map(({ topic, partition, offset }) => `${topic}-${partition}@${offset}`).join()
  return {
    flush: () => answer('flush', { acknowledged: [], failed: [] }),
    partitionsOf: (topic: string) => answer(`partitions of ${topic}`, 3),
    commitOffsets: (offsets: readonly CommittedOffset[]) => answer(`offsets ${told(offsets)}`, undefined),
    sendOffsets: (offsets: readonly CommittedOffset[]) => answer(`send offsets ${told(offsets)}`, undefined),
    commitTransaction: () => answer('commit transaction', undefined),
  }
}

for (const later of [false, true]) {
  const how = later ? 'with doors that answer later' : 'at once'

  test(`at least once: acknowledgements, then the states, then the offsets of all tasks; ${how}`, async (t) => {
    const steps: string[] = []
    const tasks = [dirtyTask(steps), dirtyTask(steps, 1)]
    const result = atLeastOnce(noting(steps, later)).commit(tasks)
    t.is(result instanceof Promise, later)
    await result
    t.deepEqual(steps, ['flush', 'state 0_0', 'state 0_1', 'offsets in-0@1,in-1@1'])
    t.false(tasks.some((task) => task.hasUncommitted))
  })

  test(`exactly once: each task's offsets in its transaction, and the state when that is committed; ${how}`, async (t) => {
    const steps: string[] = []
    const result = exactlyOnce(() => noting(steps, later)).commit([dirtyTask(steps)])
    t.is(result instanceof Promise, later)
    await result
    t.deepEqual(steps, ['flush', 'send offsets in-0@1', 'commit transaction', 'state 0_0'])
  })

  test(`exactly once: one task's failure is told when the others have ended; ${how}`, async (t) => {
    const steps: string[] = []
    const tasks = [dirtyTask(steps), dirtyTask(steps, 1)]
    const strategy = exactlyOnce((task) => noting(steps, later, task === tasks[0] ? 'flush' : undefined))
    await t.throwsAsync(async () => strategy.commit(tasks), { message: 'flush' })
    t.deepEqual(
      tasks.map((task) => task.hasUncommitted),
      [true, false],
    )
    t.is(steps.at(-1), 'state 0_1')
  })

  test(`a failure ends the commit where it happens; ${how}`, async (t) => {
    for (const [fail, left] of [
      ['flush', ['flush']],
      ['offsets in-0@1', ['flush', 'state 0_0', 'offsets in-0@1']],
    ] as const) {
      const steps: string[] = []
      const task = dirtyTask(steps)
      await t.throwsAsync(async () => atLeastOnce(noting(steps, later, fail)).commit([task]), { message: fail })
      t.deepEqual(steps, left)
      t.true(task.hasUncommitted)
    }
  })

  test(`hooks run around the commit, and the one after only if it has succeeded; ${how}`, async (t) => {
    const steps: string[] = []
    const note = (step: string) => {
      steps.push(step)
      return later ? Promise.resolve() : undefined
    }
    const hook: CommitHook = { beforeCommit: () => note('before'), afterCommit: () => note('after') }
    await atLeastOnce(noting(steps, later), [hook]).commit([dirtyTask(steps)])
    t.deepEqual(steps, ['before', 'flush', 'state 0_0', 'offsets in-0@1', 'after'])
    steps.length = 0
    await t.throwsAsync(async () => atLeastOnce(noting(steps, later, 'flush'), [hook]).commit([dirtyTask(steps)]))
    t.deepEqual(steps, ['before', 'flush'])
  })

  test(`topics that were routed to are looked up before the flush; ${how}`, async (t) => {
    const steps: string[] = []
    const graph = topology([subTopology(0, [source('in', ['in']), sink('out', ['in'], () => ({ run: (record) => `to-${record.value}` }))])])
    const known = new Map<string, number>()
    const { task, sent } = runningTask({ graph, partitions: (topic) => known.get(topic) })
    task.enqueue(batchOf(0, ['a', 'b', 'a']))
    task.process(10)
    t.is(sent.length, 0)
    await atLeastOnce(noting(steps, later)).commit([task])
    t.deepEqual(steps, ['partitions of to-a', 'partitions of to-b', 'flush', 'offsets in-0@3'])
    t.deepEqual(
      sent.map(({ topic }) => topic),
      ['to-a', 'to-a', 'to-b'],
    )
  })
}

test('tasks that have done nothing are passed over', (t) => {
  const steps: string[] = []
  const { task } = runningTask()
  t.is(atLeastOnce(noting(steps, false)).commit([task]), undefined)
  t.deepEqual(steps, [])
})
