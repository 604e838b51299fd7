/** Goal: user code is made once per task, knows its step, is closed, and hears what it did wrong. Method: classes that record their lives. */
import test from 'ava'
import type { StreamError } from '#runtime/core/errors.js'
import type { RecordMetadata } from '#runtime/core/record.js'
import type { StepSpec } from '#runtime/operators/registry.js'
import type { LogicClass, LogicContext } from '#runtime/operators/step.js'
import { stringSerde } from '#runtime/serde/primitives.js'
import type { AnyRecord } from '#runtime/topology/processor.js'
import { logic, TestRun } from '../../helpers/test-run.js'

const source: StepSpec = { name: 'in', operator: 'stream', topics: ['in'] }
const sink = (input: string): StepSpec => ({ name: 'out', operator: 'sink', input, topic: 'out' })

/** Notes `init` and `close` with the step and task of its context. */
function witness(notes: string[], methods: Readonly<Record<string, (...args: never[]) => unknown>>): LogicClass {
  return class {
    readonly context!: LogicContext
    constructor() {
      Object.assign(this, methods)
    }
    init(): void {
      notes.push(`init ${this.context.step} ${this.context.taskId}`)
    }
    close(): void {
      notes.push(`close ${this.context.step} ${this.context.taskId}`)
    }
  }
}

test('a class is made, initialized and closed once per task', (t) => {
  const notes: string[] = []
  const run = new TestRun(
    { steps: [source, { name: 'm', operator: 'mapValues', input: 'in', logic: witness(notes, { mapValues: () => 'v' }) }, sink('m')] },
    { partitions: 2 },
  )
  t.deepEqual(notes.splice(0), ['init m 0_0', 'init m 0_1'])
  run.driver.close()
  t.deepEqual(notes.sort(), ['close m 0_0', 'close m 0_1'])
})

test('the inputs of a cogroup, and the sides of a join, share a class', (t) => {
  const notes: string[] = []
  const cogrouped = witness(notes, { initialize: () => '', aggregateA: () => 'a', aggregateB: () => 'b' })
  const inputs = [
    { input: 'ga', method: 'aggregateA' },
    { input: 'gb', method: 'aggregateB' },
  ]
  const run = new TestRun({
    steps: [
      source,
      { name: 'b', operator: 'stream', topics: ['b'] },
      { name: 'ga', operator: 'groupByKey', input: 'in' },
      { name: 'gb', operator: 'groupByKey', input: 'b' },
      { name: 'c', operator: 'cogroup', inputs, logic: cogrouped },
      { name: 't', operator: 'table', topic: 't' },
      { name: 'j', operator: 'outerJoin', join: 'tableTable', left: 'c', right: 't', logic: witness(notes, { join: () => 'j' }) },
    ],
  })
  t.deepEqual(notes.splice(0).sort(), ['init c 0_0', 'init j 0_0'])
  run.driver.close()
  t.deepEqual(notes.sort(), ['close c 0_0', 'close j 0_0'])
})

test('those who look rows of a table up share the class of its step', (t) => {
  const notes: string[] = []
  const join = logic({ join: (left, right) => `${left}+${right}` })
  const steps: readonly StepSpec[] = [
    source,
    { name: 't', operator: 'table', topic: 't' },
    { name: 'f', operator: 'filter', input: 't', logic: witness(notes, { test: ({ value }: AnyRecord) => value !== 'no' }) },
    { name: 'm', operator: 'mapValues', input: 'f', logic: witness(notes, { mapValues: ({ value }: AnyRecord) => `m${value}` }) },
    { name: 'j', operator: 'leftJoin', join: 'streamTable', left: 'in', right: 'm', logic: join },
    sink('j'),
  ]
  using run = new TestRun({ steps })
  t.deepEqual(notes.splice(0).sort(), ['init f 0_0', 'init m 0_0'])
  run.pipe('t', 'k', 'yes')
  run.pipe('in', 'k', 'a')
  run.pipe('t', 'k', 'no')
  run.pipe('in', 'k', 'b')
  t.deepEqual(run.sent('out'), ['k=a+myes@0', 'k=b+null@0'])
})

test('extractors, routers and partitioners are user code too, one of each per task', (t) => {
  const notes: string[] = []
  const steps: readonly StepSpec[] = [
    { ...source, timestampExtractor: witness(notes, { timestamp: ({ value }: AnyRecord) => Number(value) }) } as StepSpec,
    {
      name: 'out',
      operator: 'sink',
      input: 'in',
      topics: ['even', 'odd'],
      logic: witness(notes, {
        topic: ({ timestamp }: AnyRecord, metadata: RecordMetadata | undefined) =>
          metadata?.topic === 'in' && timestamp % 2 === 0 ? 'even' : 'odd',
      }),
      partitioner: witness(notes, { partition: (_: AnyRecord, partitions: number) => partitions - 1 }),
    },
  ]
  const run = new TestRun({ steps }, { partitions: 2 })
  t.deepEqual(notes.splice(0).sort(), ['init in 0_0', 'init in 0_1', 'init out 0_0', 'init out 0_0', 'init out 0_1', 'init out 0_1'])
  run.pipe('in', 'a', '7')
  run.pipe('in', 'b', '8')
  t.deepEqual(
    run.driver
      .output({ name: 'odd', key: stringSerde, value: stringSerde })
      .readAll()
      .map(({ timestamp, partition }) => [timestamp, partition]),
    [[7, 1]],
  )
  t.deepEqual(run.sent('even'), ['b=8@8'])
  run.driver.close()
  t.is(notes.length, 6)
})

const wrong: Readonly<Record<string, { readonly steps: readonly StepSpec[]; readonly message: RegExp }>> = {
  'a branch that is none of its own': {
    steps: [{ name: 'b', operator: 'branch', input: 'in', into: ['x', 'y'], logic: logic({ branch: () => 'z' }) }],
    message: /b: there is no branch "z"\.\s+Return one of x, y, or undefined/,
  },
  'a child that is none of its own': {
    steps: [
      {
        name: 'p',
        operator: 'process',
        inputs: ['in'],
        stores: [],
        into: ['x'],
        logic: logic({ process: (record, context) => context.forward(record, 'y') }),
      },
    ],
    message: /p: there is no child "y"\.\s+Forward to one of x/,
  },
  'another key from processValues': {
    steps: [
      {
        name: 'p',
        operator: 'processValues',
        input: 'in',
        stores: [],
        logic: logic({ process: (record, context) => context.forward(record.withKey('other')) }),
      },
    ],
    message: /p: processValues forwards another key/,
  },
  'a topic that is none of its own': {
    steps: [{ name: 's', operator: 'sink', input: 'in', topics: ['x', 'y'], logic: logic({ topic: () => 'z' }) }],
    message: /s: "z" is no topic to write to\.\s+Return one of x, y/,
  },
}

for (const [title, { steps, message }] of Object.entries(wrong)) {
  test(`${title} is an error that names the step and what would do`, (t) => {
    using run = new TestRun({ steps: [source, ...steps] })
    const error = t.throws(() => run.pipe('in', 'k', 'v')) as StreamError
    t.is(error.code, 'PROCESSING')
    t.regex(`${error.message}\n${String((error.cause as Error | undefined)?.message)}`, message)
  })
}

test('records that are held back for a grace are joined after a restart, and in order', (t) => {
  for (const wipeState of [false, true]) {
    const steps: readonly StepSpec[] = [
      source,
      { name: 't', operator: 'table', topic: 't', store: 't' },
      {
        name: 'j',
        operator: 'leftJoin',
        join: 'streamTable',
        left: 'in',
        right: 't',
        graceMs: 10,
        logic: logic({ join: (l, r) => `${l}+${r}` }),
      },
      sink('j'),
    ]
    const store = { kind: 'versioned', name: 't', key: stringSerde, value: stringSerde, historyRetentionMs: 100 } as const
    using run = new TestRun({ steps, stores: [store] })
    run.pipe('in', 'k', 'second', 6)
    run.pipe('in', 'k', 'first', 4)
    run.driver.restart({ wipeState })
    run.pipe('t', 'k', 'row', 5)
    run.pipe('in', 'k', 'third', 16)
    t.deepEqual(run.sent('out'), ['k=first+null@4', 'k=second+row@6'])
    run.pipe('in', null, 'without a key', 17)
    t.deepEqual(run.sent('out'), ['null=without a key+null@17'], 'nothing to wait for')
  }
})

test('a class that fails to start is named, and those that had started are closed', (t) => {
  const notes: string[] = []
  const failing = class {
    init(): void {
      throw new Error('no luck')
    }
  } as LogicClass
  const steps: readonly StepSpec[] = [
    source,
    { name: 'm', operator: 'mapValues', input: 'in', logic: witness(notes, { mapValues: () => 'v' }) },
    { name: 'f', operator: 'filter', input: 'm', logic: failing },
    sink('f'),
  ]
  const error = t.throws(() => new TestRun({ steps })) as StreamError
  t.regex(error.message, /Step f failed to start in task 0_0: no luck/)
  t.is(notes[0], 'init m 0_0')
})
