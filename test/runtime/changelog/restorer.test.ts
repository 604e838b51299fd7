/** Goal: stores are restored up to the ends of their changelogs, whatever lies between. Method: a source of batches by hand, sync and async. */
import test from 'ava'
import type { StreamError, TopicPartition } from 'millrace'
import { type RestoreChangelog, type RestoredTo, Restorer, type RestoreTarget } from '#runtime/changelog/restorer.js'
import { partitionName } from '#runtime/changelog/topic-names.js'
import type { CommittedOffset, RecordBatch } from '#runtime/client/client.js'

/** A partition: from `beginning` to `end`, read in steps of two offsets. */
type Ends = Readonly<Record<string, readonly [beginning: number, end: number]>>

class Source {
  assigned = new Map<TopicPartition, number>()
  readonly assignments: string[][] = []
  readonly #ends: Ends

  constructor(ends: Ends) {
    this.#ends = ends
  }

  beginningOffsets(partitions: readonly TopicPartition[]): readonly CommittedOffset[] {
    return partitions.map((partition) => ({ ...partition, offset: this.#ends[partitionName(partition)]![0] }))
  }

  endOffsets(partitions: readonly TopicPartition[]): readonly CommittedOffset[] {
    return partitions.map((partition) => ({ ...partition, offset: this.#ends[partitionName(partition)]![1] }))
  }

  assign(partitions: ReadonlyMap<TopicPartition, number>): void {
    this.assigned = new Map(partitions)
    this.assignments.push([...partitions].map(([partition, offset]) => `${partitionName(partition)}@${offset}`))
  }

  /** Batches without records: as after compaction, or of aborted transactions only. */
  poll(): readonly RecordBatch[] {
    return [...this.assigned].map(([partition, offset]) => {
      this.assigned.set(partition, offset + 2)
      return { ...partition, records: [], nextOffset: offset + 2, highWatermark: undefined }
    })
  }
}

function target(
  id: string,
  ...changelogs: readonly (readonly [topic: string, position: number, end?: number])[]
): RestoreTarget & { restored: string[] } {
  const restored: string[] = []
  return {
    id,
    restored,
    changelogs: changelogs.map(
      ([topic, position, end]): RestoreChangelog => ({ store: `${topic}-store`, topicPartition: { topic, partition: 0 }, position, end }),
    ),
    restore: (batch) => restored.push(`${batch.topic}@${batch.nextOffset}`),
  }
}

function finish(restorer: Restorer): RestoreTarget[] {
  const done: RestoreTarget[] = []
  while (restorer.isActive) done.push(...(restorer.poll(0) as readonly RestoreTarget[]))
  return done
}

test('a task is done when its positions have passed the ends, records or not', (t) => {
  const source = new Source({ 'a-0': [0, 3], 'b-0': [0, 5] })
  const restorer = new Restorer(source)
  const task = target('0_0', ['a', 0], ['b', 2])
  t.deepEqual(restorer.add([task]), [])
  t.deepEqual(finish(restorer), [task])
  t.deepEqual(task.restored, ['a@2', 'b@4', 'a@4', 'b@6'])
  t.deepEqual(source.assignments.at(-1), [])
})

test('what is at its end already needs nothing, and is not read', (t) => {
  const source = new Source({ 'a-0': [0, 3], 'empty-0': [4, 4] })
  const restorer = new Restorer(source)
  const tasks = [target('0_0', ['a', 3]), target('0_1', ['empty', 0]), target('0_2')]
  t.deepEqual(restorer.add(tasks), tasks)
  t.false(restorer.isActive)
})

test('reading starts where the broker still has records', (t) => {
  const source = new Source({ 'a-0': [10, 12] })
  new Restorer(source).add([target('0_0', ['a', 0])])
  t.deepEqual(source.assignments, [['a-0@10']])
})

test('an input that serves as changelog is read up to its given end only', (t) => {
  const source = new Source({ 'a-0': [0, 100] })
  const restorer = new Restorer(source)
  const task = target('0_0', ['a', 0, 4])
  restorer.add([task])
  finish(restorer)
  t.deepEqual(task.restored, ['a@2', 'a@4'])
})

test('a task that is done goes on while others are restored; one that is closed is taken out', (t) => {
  const source = new Source({ 'a-0': [0, 2], 'b-0': [0, 20], 'c-0': [0, 4] })
  const restorer = new Restorer(source)
  const [a, b, c] = [target('0_0', ['a', 0]), target('0_1', ['b', 0]), target('0_2', ['c', 0])]
  restorer.add([a, b])
  t.deepEqual(restorer.poll(0), [a])
  restorer.add([c])
  t.deepEqual(source.assignments.at(-1), ['b-0@2', 'c-0@0'])
  restorer.remove(b)
  t.deepEqual(finish(restorer), [c])
  t.deepEqual(b.restored, ['b@2'])
})

test('a state that is ahead of its changelog is corrupt: the topic was made anew', (t) => {
  const error = t.throws(() => new Restorer(new Source({ 'a-0': [0, 3] })).add([target('0_0', ['a', 7])])) as StreamError
  t.is(error.code, 'STATE_CORRUPTED')
  t.is(error.reaction, 'restore')
  t.like(error.details, { task: '0_0', store: 'a-store', topic: 'a', partition: 0 })
})

test('progress is told by store: the start with the end, then each move', (t) => {
  const told: string[] = []
  const show = ({ task, store, position }: RestoredTo) => `${task} ${store} ${position}`
  const restorer = new Restorer(new Source({ 'a-0': [0, 3] }), {
    started: (progress) => told.push(`${show(progress)} of ${progress.end}`),
    moved: (progress) => told.push(show(progress)),
  })
  restorer.add([target('0_0', ['a', 0])])
  finish(restorer)
  t.deepEqual(told, ['0_0 a-store 0 of 3', '0_0 a-store 2', '0_0 a-store 4'])
})

test('a source that answers later is waited for', async (t) => {
  const source = new Source({ 'a-0': [0, 3] })
  const restorer = new Restorer({
    beginningOffsets: async (partitions) => source.beginningOffsets(partitions),
    endOffsets: async (partitions) => source.endOffsets(partitions),
    assign: async (partitions) => source.assign(partitions),
    poll: async () => source.poll(),
  })
  const task = target('0_0', ['a', 0])
  t.deepEqual(await restorer.add([task]), [])
  t.deepEqual(await restorer.poll(0), [])
  t.deepEqual(await restorer.poll(0), [task])
})
