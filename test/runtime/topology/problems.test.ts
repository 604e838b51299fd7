/** Goal: every mistake is told, all at once, with its step and a way out. Method: build wrong topologies, read the error. */
import test from 'ava'
import type { StreamError } from '#runtime/core/errors.js'
import type { StepSpec } from '#runtime/operators/registry.js'
import { stringSerde } from '#runtime/serde/primitives.js'
import type { StoreSpec } from '#runtime/stores/store-spec.js'
import { buildTopology } from '#runtime/topology/build.js'
import { logic, specOf, type TestTopology } from '../../helpers/test-run.js'

const none = logic({})
const stream = (name: string, topic = name): StepSpec => ({ name, operator: 'stream', topics: [topic] })
const table = (name: string, options: object = {}): StepSpec => ({ name, operator: 'table', topic: name, ...options })
const group = (name: string, input: string): StepSpec => ({ name, operator: 'groupByKey', input })
const windowed = (window: StepSpec extends infer S ? (S extends { window?: infer W } ? W : never) : never, store?: string): StepSpec[] => [
  stream('in'),
  group('g', 'in'),
  { name: 'c', operator: 'count', input: 'g', ...(window && { window }), ...(store && { store }) } as StepSpec,
]
const serdes = { key: stringSerde, value: stringSerde }

function problemsOf(topology: TestTopology): readonly string[] {
  try {
    buildTopology(specOf(topology))
    return []
  } catch (error) {
    const { code, message } = error as StreamError
    if (code !== 'INVALID_TOPOLOGY') throw error
    return message.replace(/^INVALID_TOPOLOGY: /, '').split('\n')
  }
}

/** One problem, which the message tells as expected. */
const tells = test.macro({
  exec(t, steps: readonly StepSpec[], expected: RegExp, stores: readonly StoreSpec[] = []) {
    const problems = problemsOf({ steps, stores })
    t.is(problems.length, 1, problems.join('\n'))
    t.regex(problems[0]!, expected)
  },
  title: (title) => title ?? '',
})

test('all problems are told at once; what depends on a broken step is not', (t) => {
  const problems = problemsOf({
    steps: [
      { name: 'a', operator: 'filter', input: 'nowhere', logic: none },
      { name: 'b', operator: 'filter', input: 'a', logic: none },
      stream('in'),
      { name: 'c', operator: 'count', input: 'in' },
      { name: 'out', operator: 'sink', input: 'c', topic: 'out' },
    ],
  })
  t.is(problems.length, 2, problems.join('\n'))
  t.regex(problems[0]!, /step a: there is no step nowhere/)
  t.regex(problems[1]!, /step c: in is a stream, but a grouped one is needed\. Put a groupBy/)
})

test('a name twice', tells, [stream('in'), stream('in', 'other')], /step in: the name in is taken/)
test(
  'a branch with the name of a step',
  tells,
  [stream('in'), stream('x'), { name: 'b', operator: 'branch', input: 'in', into: ['x'], logic: none }],
  /step b: the name x is taken by the step x/,
)
test(
  'steps that read each other',
  tells,
  [
    stream('in'),
    { name: 'a', operator: 'merge', inputs: ['in', 'b'] },
    { name: 'b', operator: 'peek', input: 'a', logic: none },
    { name: 'out', operator: 'sink', input: 'b', topic: 'out' },
  ],
  /step a: the steps a, b read each other in a circle\. Go through a topic/,
)
test(
  'a table where a stream is needed',
  tells,
  [table('t'), { name: 'm', operator: 'map', input: 't', logic: none }],
  /step m: t is a table, but a stream is needed\. Put a toStream/,
)
test(
  'a stream where a table is needed',
  tells,
  [stream('s'), table('t'), { name: 'j', operator: 'join', join: 'tableTable', left: 's', right: 't', logic: none }],
  /step j: s is a stream, but a table is needed\. Put a toTable/,
)
test(
  'a processor’s own name where it forwards to children',
  tells,
  [
    stream('in'),
    { name: 'p', operator: 'process', inputs: ['in'], stores: [], into: ['x'], logic: none },
    { name: 'out', operator: 'sink', input: 'p', topic: 'out' },
  ],
  /step out: p gives nothing to read/,
)
test('a topic read as a stream and as a table', tells, [stream('s', 't'), table('t')], /step t: t is read by the step s too/)
test(
  'a topic read with others, and alone',
  tells,
  [stream('a', 'x'), { name: 'b', operator: 'stream', topics: ['x', 'y'] }],
  /step b: x is read by the step a too/,
)
test(
  'a topic read by a global table and by a stream',
  tells,
  [stream('s', 'g'), { name: 'g', operator: 'globalTable', topic: 'g' }],
  /g is read by the step s too, which is not global/,
)
test('a store that is not declared', tells, [table('t', { store: 'rows' })], /step t: the store rows is not declared/)
test(
  'a store that two steps fill',
  tells,
  [table('a', { store: 'rows' }), table('b', { store: 'rows' })],
  /step b: the store rows is filled by the step a already/,
  [{ kind: 'keyValue', name: 'rows', ...serdes }],
)
test('a table in a window store', tells, [table('t', { store: 'w' })], /step t: the store w is a window store, which keeps no table/, [
  { kind: 'window', name: 'w', windowSizeMs: 10, retentionMs: 20, ...serdes },
])
test(
  'windows in a key-value store',
  tells,
  windowed({ kind: 'tumbling', sizeMs: 10, graceMs: 0 }, 'rows'),
  /step c: the store rows is a keyValue store\. Make its kind window/,
  [{ kind: 'keyValue', name: 'rows', ...serdes }],
)
test(
  'a retention that forgets windows too early',
  tells,
  windowed({ kind: 'sliding', timeDifferenceMs: 10, graceMs: 5 }, 'w'),
  /keeps windows for 20 ms, but 25 ms are needed/,
  [{ kind: 'window', name: 'w', windowSizeMs: 10, retentionMs: 20, ...serdes }],
)
test('windows of no size', tells, windowed({ kind: 'tumbling', sizeMs: 0, graceMs: 0 }), /the size of its windows is 0 ms/)
test('windows with gaps', tells, windowed({ kind: 'hopping', sizeMs: 10, advanceMs: 11, graceMs: 0 }), /must not leave gaps/)
test('a negative grace', tells, windowed({ kind: 'session', gapMs: 5, graceMs: -1 }), /the grace of its windows is -1 ms/)
test(
  'a join window that ends before it starts',
  tells,
  [
    stream('l'),
    stream('r'),
    { name: 'j', operator: 'join', join: 'streamStream', left: 'l', right: 'r', beforeMs: -5, afterMs: 3, graceMs: 0, logic: none },
  ],
  /step j: its window ends 3 ms after/,
)
test(
  'a grace for a table that keeps no past',
  tells,
  [stream('s'), table('t'), { name: 'j', operator: 'join', join: 'streamTable', left: 's', right: 't', graceMs: 5, logic: none }],
  /step j: a grace needs a versioned table/,
)
test(
  'final results of a table without windows',
  tells,
  [table('t'), { name: 's', operator: 'suppress', input: 't', until: { kind: 'windowClose', graceMs: 0 } }],
  /step s: t has no windows that close/,
)
test(
  'suppressing a versioned table',
  tells,
  [table('t', { store: 'v' }), { name: 's', operator: 'suppress', input: 't', until: { kind: 'timeLimit', limitMs: 5 } }],
  /step s: t is versioned/,
  [{ kind: 'versioned', name: 'v', historyRetentionMs: 10, ...serdes }],
)
test(
  'a topic with the name of an internal one',
  tells,
  [
    stream('in', 'test-g-repartition'),
    { name: 'g', operator: 'groupBy', input: 'in', logic: none },
    { name: 'c', operator: 'count', input: 'g' },
  ],
  /its internal topic g-repartition has the name of the topic test-g-repartition/,
)
test(
  'a store with the name of one that a join makes',
  tells,
  [
    stream('l'),
    stream('r'),
    { name: 'j', operator: 'join', join: 'streamStream', left: 'l', right: 'r', beforeMs: 5, afterMs: 3, graceMs: 0, logic: none },
  ],
  /step j: it keeps a store named j-left, as one of the manifest's is/,
  [{ kind: 'keyValue', name: 'j-left', ...serdes }],
)
