/** Goal: the small parts of an app do what they say: states, restore reports, the bar, the input buffer, purge. */
import test from 'ava'
import { embeddedClient } from 'millrace/embedded'
import { type AppState, checkMove, mayMove } from '#runtime/app/app-state.js'
import { InputBuffer } from '#runtime/app/input-buffer.js'
import { ProgressBar } from '#runtime/app/progress-bar.js'
import { describeProgress, type RestoreProgress, RestoreReporter } from '#runtime/app/restore-progress.js'
import { ManualClock } from '#runtime/core/clock.js'
import type { Task } from '#runtime/tasks/task.js'
import { CountingApp, newBroker, send } from '../../helpers/counting-app.js'

test('an app moves between states only as the picture says', (t) => {
  const states: readonly AppState[] = ['CREATED', 'REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN', 'ERROR', 'NOT_RUNNING']
  const allowed = [
    'CREATED REBALANCING',
    'CREATED PENDING_SHUTDOWN',
    'REBALANCING RUNNING',
    'REBALANCING PENDING_SHUTDOWN',
    'REBALANCING ERROR',
    'RUNNING REBALANCING',
    'RUNNING PENDING_SHUTDOWN',
    'RUNNING ERROR',
    'PENDING_SHUTDOWN NOT_RUNNING',
    'ERROR PENDING_SHUTDOWN',
  ]
  for (const from of states) {
    for (const to of states) {
      t.is(mayMove(from, to), allowed.includes(`${from} ${to}`), `${from} ${to}`)
      if (!mayMove(from, to)) t.throws(() => checkMove(from, to), { code: 'INVALID_STATE' })
    }
  }
})

const changelog = { task: '0_1', store: 'counts', topicPartition: { topic: 'app-counts-changelog', partition: 1 } }

test('a restore is reported at its start, once a second, and at its end, with rate and time left', (t) => {
  const clock = new ManualClock()
  const reports: RestoreProgress[] = []
  const reporter = new RestoreReporter(clock, (progress) => reports.push(progress))
  reporter.started({ ...changelog, position: 1_000, end: 5_000 })
  clock.advance(500)
  reporter.moved({ ...changelog, position: 1_500 })
  clock.advance(500)
  reporter.moved({ ...changelog, position: 2_000 })
  clock.advance(100)
  reporter.moved({ ...changelog, position: 6_000 })
  reporter.moved({ ...changelog, position: 7_000 })
  t.deepEqual(
    reports.map(({ done, total, rate, remainingMs, finished }) => [done, total, rate, remainingMs, finished]),
    [
      [0, 4_000, 0, undefined, false],
      [1_000, 4_000, 1_000, 3_000, false],
      [4_000, 4_000, 3_636, 0, true],
    ],
  )
  t.is(describeProgress(reports[1]!), 'Store counts (0_1): restored 1,000 of 4,000 offsets, 1,000/s, 3.0 s left')
})

test('the bar sums up all stores, and is gone when they are done', (t) => {
  const written: string[] = []
  const bar = new ProgressBar({ write: (text) => written.push(text) })
  const progress = {
    task: '0_0',
    store: 'a',
    topic: 'a',
    partition: 0,
    done: 25,
    total: 100,
    rate: 10,
    remainingMs: 7_500,
    finished: false,
  }
  bar.show(progress)
  t.regex(written.at(-1)!, /Restoring a █{8}░{22} 25% 10\/s 7\.5 s left/)
  bar.show({ ...progress, store: 'b', done: 75, remainingMs: 1_000 })
  t.regex(written.at(-1)!, /Restoring 2 stores █{15}░{15} 50% 20\/s 7\.5 s left/)
  bar.show({ ...progress, done: 100, finished: true })
  bar.show({ ...progress, store: 'b', done: 100, finished: true })
  t.is(written.at(-1), '\r\u001b[2K')
  const lines = written.length
  bar.clear()
  t.is(written.length, lines)
})

test('a partition is paused while it holds more than its share, and its lag is known', (t) => {
  const calls: string[] = []
  const note = (call: string) => (partitions: readonly { partition: number }[]) => calls.push(`${call} ${partitions[0]!.partition}`)
  const inputs = new InputBuffer({ pause: note('pause'), resume: note('resume') }, 1_000)
  const partitions = [0, 1].map((partition) => ({ topic: 'in', partition }))
  const bytes = [0, 0]
  const task = { state: 'running', bufferedBytes: ({ partition }: { partition: number }) => bytes[partition] } as unknown as Task
  const balance = (...held: readonly number[]) => {
    for (const [partition, count] of held.entries()) bytes[partition] = count
    inputs.balance({ taskOf: () => task })
    return calls.splice(0)
  }
  inputs.assigned(partitions)
  t.deepEqual(balance(500, 400), [])
  t.deepEqual(balance(501, 400), ['pause 0'])
  t.deepEqual(balance(300, 900), ['pause 1'])
  t.deepEqual(balance(250, 900), ['resume 0'])

  t.is(inputs.lag(partitions[0]!, 3), undefined)
  inputs.received({ ...partitions[0]!, records: [], nextOffset: 10, highWatermark: 25 })
  t.is(inputs.lag(partitions[0]!, 3), 18)
})

test('records of repartition topics are deleted once they are processed and committed', async (t) => {
  const broker = newBroker()
  await using app = new CountingApp({ client: embeddedClient(broker), commitIntervalMs: 5, repartitionPurgeIntervalMs: 0 })
  await app.start()
  const users = Array.from({ length: 200 }, (_, n) => `user${n}`)
  send(broker, users)
  const topic = 'counting-by-user-repartition'
  const partitions = [0, 1, 2, 3]
  const left = () => partitions.map((partition) => broker.endOffset(topic, partition) - broker.beginningOffset(topic, partition))
  const written = () => partitions.reduce((sum, partition) => sum + broker.endOffset(topic, partition), 0)
  while (written() < 200 || left().some((count) => count > 0)) await new Promise((resolve) => setTimeout(resolve, 5))
  t.is(app.metrics().recordsIn, 400)
  t.true(app.metrics().commits > 0)
  t.is(
    app.metrics().tasks.reduce((sum, { lag }) => sum + (lag ?? 0), 0),
    0,
  )
})
