/** Goal: a record that comes too late is dropped, counted, and told to `onLate` with the window that it missed. Method: one late record each. */
import test from 'ava'
import type { StepSpec } from '#runtime/operators/registry.js'
import type { WindowSpec } from '#runtime/operators/step.js'
import type { AnyRecord } from '#runtime/topology/processor.js'
import { logic, TestRun } from '../../helpers/test-run.js'

interface Late {
  readonly value: unknown
  readonly start: number
  readonly end: number
  readonly streamTime: number
}

function counted(window: WindowSpec, late: Late[]): readonly StepSpec[] {
  const onLate = ({ value }: AnyRecord, { start, end }: { start: number; end: number }, streamTime: number) => {
    late.push({ value, start, end, streamTime })
  }
  return [
    { name: 'in', operator: 'stream', topics: ['in'] },
    { name: 'g', operator: 'groupByKey', input: 'in' },
    { name: 'c', operator: 'count', input: 'g', window, logic: logic({ onLate }) },
  ]
}

const cases: readonly [WindowSpec, readonly Omit<Late, 'value'>[]][] = [
  [{ kind: 'tumbling', sizeMs: 10, graceMs: 5 }, [{ start: 0, end: 10, streamTime: 100 }]],
  [
    { kind: 'hopping', sizeMs: 10, advanceMs: 5, graceMs: 0 },
    [
      { start: 0, end: 10, streamTime: 100 },
      { start: 5, end: 15, streamTime: 100 },
    ],
  ],
  [{ kind: 'sliding', timeDifferenceMs: 10, graceMs: 5 }, [{ start: 7, end: 17, streamTime: 100 }]],
  [{ kind: 'session', gapMs: 10, graceMs: 5 }, [{ start: 7, end: 7, streamTime: 100 }]],
]

for (const [window, expected] of cases) {
  test(`${window.kind} windows tell of a late record`, (t) => {
    const late: Late[] = []
    using run = new TestRun({ steps: counted(window, late) })
    run.pipe('in', 'k', 'now', 100)
    run.pipe('in', 'k', 'late', 7)
    t.deepEqual(
      late,
      expected.map((missed) => ({ value: 'late', ...missed })),
    )
    t.deepEqual([...run.driver.droppedByReason], [['c: expired window', expected.length]])
  })
}

test('a record within the grace is no late one', (t) => {
  const late: Late[] = []
  using run = new TestRun({ steps: counted({ kind: 'tumbling', sizeMs: 10, graceMs: 91 }, late) })
  run.pipe('in', 'k', 'now', 100)
  run.pipe('in', 'k', 'early', 7)
  t.deepEqual(late, [])
})

test('what was late before a crash is late after it', (t) => {
  const late: Late[] = []
  using run = new TestRun({ steps: counted({ kind: 'tumbling', sizeMs: 10, graceMs: 5 }, late) })
  run.pipe('in', 'k', 'now', 100)
  run.driver.restart()
  run.pipe('in', 'k', 'late', 7)
  t.is(late.length, 1)
})
