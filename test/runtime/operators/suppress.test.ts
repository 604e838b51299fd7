/** Goal: what is held back is bounded as the step says, and outlives a restart. Method: small buffers, a crash, the state folder lost. */
import test from 'ava'
import { isStreamError } from '#runtime/core/errors.js'
import type { StepSpec } from '#runtime/operators/registry.js'
import type { SuppressStep } from '#runtime/operators/suppress.js'
import { lmdbBackend } from '#runtime/stores/lmdb-store.js'
import { TestRun } from '../../helpers/test-run.js'

const suppressed = (options: Partial<SuppressStep>): readonly StepSpec[] => [
  { name: 't', operator: 'table', topic: 'in' },
  { name: 's', operator: 'suppress', input: 't', until: { kind: 'timeLimit', limitMs: 100 }, ...options },
  { name: 'out', operator: 'sink', input: 's', topic: 'out' },
]

const windowed = (options: Partial<SuppressStep>): readonly StepSpec[] => [
  { name: 'in', operator: 'stream', topics: ['in'] },
  { name: 'g', operator: 'groupByKey', input: 'in' },
  { name: 'c', operator: 'count', input: 'g', window: { kind: 'tumbling', sizeMs: 10, graceMs: 0 } },
  { name: 's', operator: 'suppress', input: 'c', until: { kind: 'windowClose', graceMs: 0 }, ...options },
  { name: 'changes', operator: 'toStream', input: 's' },
  {
    name: 'flat',
    operator: 'mapValues',
    input: 'changes',
    logic: class {
      init() {}
      close() {}
      mapValues = ({ value }: { value: unknown }) => String(value)
    } as never,
  },
  {
    name: 'key',
    operator: 'selectKey',
    input: 'flat',
    logic: class {
      init() {}
      close() {}
      selectKey = ({ key }: { key: { key: string } }) => key.key
    } as never,
  },
  { name: 'out', operator: 'sink', input: 'key', topic: 'out' },
]

test('over its bound a time limit sends the first updates early', (t) => {
  using run = new TestRun({ steps: suppressed({ maxRecords: 2 }) })
  for (const [index, key] of ['a', 'b', 'c'].entries()) run.pipe('in', key, 'v', index)
  t.deepEqual(run.sent('out'), ['a=v@0'])
})

test('over its bound a window close stops the task, and says what to raise', (t) => {
  using run = new TestRun({ steps: windowed({ maxRecords: 2 }) })
  run.pipe('in', 'a', 'v', 0)
  run.pipe('in', 'b', 'v', 0)
  const error = t.throws(() => run.pipe('in', 'c', 'v', 0))
  t.true(isStreamError(error))
  t.regex(String((error as Error).cause ?? error), /BUFFER_FULL: s holds 3 of 2 records[\s\S]*whenFull: spill/)
})

test('a bound in bytes counts values, keys and headers', (t) => {
  using run = new TestRun({ steps: suppressed({ maxBytes: 200 }) })
  run.pipe('in', 'a', 'x'.repeat(20), 0)
  t.deepEqual(run.sent('out'), [])
  run.pipe('in', 'b', 'x'.repeat(150), 1)
  t.deepEqual(run.sent('out'), [`a=${'x'.repeat(20)}@0`])
})

test('spilling holds back whatever comes, on disk, and sends all of it in order', (t) => {
  using run = new TestRun({ steps: windowed({ maxRecords: 2, whenFull: 'spill' }) }, { stateBackend: lmdbBackend, commit: 'pipe' })
  const keys = Array.from({ length: 500 }, (_, index) => `key-${String(index).padStart(3, '0')}`)
  for (const key of keys) run.pipe('in', key, 'v', 5)
  t.deepEqual(run.sent('out'), [])
  run.pipe('in', 'end', 'v', 10)
  t.deepEqual(
    run.sent('out'),
    keys.map((key) => `${key}=1@5`),
  )
})

for (const wipeState of [false, true]) {
  test(`held updates are there again after a restart${wipeState ? ' without the state folder' : ''}, with their time and prior value`, (t) => {
    using run = new TestRun({ steps: suppressed({}) }, { stateBackend: lmdbBackend })
    run.pipe('in', 'a', 'old', 0)
    run.pipe('in', 'b', 'other', 100)
    t.deepEqual(run.sent('out'), ['a=old@0'])
    run.pipe('in', 'a', 'new', 120)
    run.driver.restart({ wipeState })
    run.pipe('in', 'a', 'newest', 130)
    run.pipe('in', 'c', 'later', 220)
    t.deepEqual(run.sent('out'), ['b=other@100', 'a=newest@130'])
  })
}

test('a restart without the state folder needs only the changelog', (t) => {
  using run = new TestRun({ steps: windowed({}) })
  run.pipe('in', 'a', 'v', 0)
  run.pipe('in', 'a', 'v', 5)
  run.driver.crash()
  run.driver.restart({ wipeState: true })
  run.pipe('in', 'b', 'v', 10)
  t.deepEqual(run.sent('out'), ['a=2@5'])
})
