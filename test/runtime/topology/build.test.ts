/** Goal: the graph is the one that Kafka Streams would make. Method: build topologies by hand with serdes and classes that throw if they are used. */
import test from 'ava'
import type { StepSpec } from '#runtime/operators/registry.js'
import type { LogicClass } from '#runtime/operators/step.js'
import type { Serde } from '#runtime/serde/serde.js'
import { buildTopology } from '#runtime/topology/build.js'
import type { TopologySpec } from '#runtime/topology/spec.js'
import type { ProcessorNode, Topology } from '#runtime/topology/topology.js'
import { specOf } from '../../helpers/test-run.js'

const untouched = (): never => {
  throw new Error('building a topology must not call serdes')
}
const serde: Serde = { name: 'stand-in', serialize: untouched, deserialize: untouched }
const logic = class {
  constructor() {
    throw new Error('building a topology must not make user code')
  }
} as LogicClass

/** With stand-ins for all that a topology carries. */
function build(steps: readonly StepSpec[], stores: Parameters<typeof specOf>[0]['stores'] = []): Topology {
  const spec = specOf({ steps, stores })
  const topics = Object.fromEntries(Object.entries(spec.topics).map(([name, topic]) => [name, { ...topic, key: serde, value: serde }]))
  return buildTopology({ ...spec, topics } satisfies TopologySpec)
}

const stream = (name: string, topic = name): StepSpec => ({ name, operator: 'stream', topics: [topic] })
const table = (name: string, topic = name): StepSpec => ({ name, operator: 'table', topic })
const selectKey = (name: string, input: string): StepSpec => ({ name, operator: 'selectKey', input, logic })
const groupByKey = (name: string, input: string): StepSpec => ({ name, operator: 'groupByKey', input })
const groupBy = (name: string, input: string): StepSpec => ({ name, operator: 'groupBy', input, logic })
const count = (name: string, input: string): StepSpec => ({ name, operator: 'count', input })
const sink = (name: string, input: string): StepSpec => ({ name, operator: 'sink', input, topic: name })
const join = (
  name: string,
  operator: 'join' | 'leftJoin',
  kind: 'streamTable' | 'tableTable' | 'foreignKey',
  left: string,
  right: string,
): StepSpec => ({ name, operator, join: kind, left, right, logic })
const streamJoin = (name: string, left: string, right: string, operator: 'join' | 'leftJoin' = 'join'): StepSpec => {
  return { name, operator, join: 'streamStream', left, right, beforeMs: 5, afterMs: 5, graceMs: 0, logic }
}

const names = (topology: Topology) => topology.nodes.map(({ name }) => name)
const topics = (topology: Topology) => topology.repartitionTopics.map(({ name }) => name)
const stores = (topology: Topology) => topology.stores.map(({ spec }) => spec.name).sort()

test('steps may come in any order; inputs are built first, and else the order of declaration counts', (t) => {
  const topology = build([sink('out', 'b'), { name: 'b', operator: 'peek', input: 'in', logic }, stream('in'), sink('first', 'in')])
  t.deepEqual(names(topology), ['in', 'b', 'out', 'first'])
})

test('a grouped step has one repartition topic, named after it, for all aggregations', (t) => {
  const topology = build([stream('in'), groupBy('g', 'in'), count('a', 'g'), count('b', 'g')])
  t.deepEqual(topics(topology), ['g-repartition'])
  t.deepEqual(names(topology), ['in', 'g', 'g/repartition-sink', 'g/repartition-source', 'a', 'b'])
})

test('groupByKey repartitions only after a key change', (t) => {
  t.deepEqual(topics(build([stream('in'), groupByKey('g', 'in'), count('c', 'g')])), [])
  t.deepEqual(topics(build([stream('in'), selectKey('k', 'in'), groupByKey('g', 'k'), count('c', 'g')])), ['g-repartition'])
  const values: StepSpec = { name: 'v', operator: 'processValues', input: 'in', stores: [], logic }
  t.deepEqual(topics(build([stream('in'), values, groupByKey('g', 'v'), count('c', 'g')])), [], 'processValues keeps the key')
  const process: StepSpec = { name: 'p', operator: 'process', inputs: ['in'], stores: [], logic }
  t.deepEqual(topics(build([stream('in'), process, groupByKey('g', 'p'), count('c', 'g')])), ['g-repartition'], 'process may change it')
})

test('a grouped step that nothing aggregates makes no topic', (t) => {
  t.deepEqual(topics(build([stream('in'), groupBy('g', 'in')])), [])
})

test('a join repartitions the sides whose key was changed, and the result is by key', (t) => {
  const left = [stream('l'), stream('r'), selectKey('k', 'l')]
  t.deepEqual(topics(build([...left, streamJoin('j', 'k', 'r')])), ['j-left-repartition'])
  t.deepEqual(topics(build([...left, selectKey('k2', 'r'), streamJoin('j', 'k', 'k2')])), ['j-left-repartition', 'j-right-repartition'])
  const joined = [...left, table('t'), join('j', 'join', 'streamTable', 'k', 't'), groupByKey('g', 'j'), count('c', 'g')]
  t.deepEqual(topics(build(joined)), ['j-repartition'])
})

test('a groupBy of a table always repartitions', (t) => {
  t.deepEqual(topics(build([table('in'), groupBy('g', 'in'), count('c', 'g')])), ['g-repartition'])
})

test('sub-topologies are split at repartition topics and numbered by their first source', (t) => {
  const topology = build([stream('x'), groupBy('g', 'x'), count('c', 'g'), sink('out', 'c'), stream('y'), sink('y-out', 'y')])
  const described = topology.subTopologies.map(({ id, sourceTopics, stores }) => [id, sourceTopics, stores.map(({ spec }) => spec.name)])
  t.deepEqual(described, [
    [0, ['x'], []],
    [1, ['g-repartition'], ['c']],
    [2, ['y'], []],
  ])
})

test('a store that two processors share makes one sub-topology of theirs', (t) => {
  const process = (name: string, input: string): StepSpec => ({ name, operator: 'process', inputs: [input], stores: ['shared'], logic })
  const topology = build(
    [stream('x'), stream('y'), process('p', 'x'), process('q', 'y')],
    [{ kind: 'keyValue', name: 'shared', key: serde, value: serde }],
  )
  t.deepEqual(
    topology.subTopologies.map(({ sourceTopics }) => sourceTopics),
    [['x', 'y']],
  )
})

test('joins, cogroups and merges that are grouped say which topics must have as many partitions', (t) => {
  const groups = (topology: Topology) => topology.copartitionGroups.map(({ step, topics }) => [step, [...topics].sort()])
  t.deepEqual(groups(build([stream('l'), stream('r'), streamJoin('j', 'l', 'r')])), [['j', ['l', 'r']]])
  t.deepEqual(groups(build([stream('s'), table('t'), join('j', 'join', 'streamTable', 's', 't')])), [['j', ['s', 't']]])
  t.deepEqual(groups(build([table('l'), table('r'), join('j', 'join', 'tableTable', 'l', 'r')])), [['j', ['l', 'r']]])
  t.deepEqual(groups(build([table('l'), table('r'), join('j', 'join', 'foreignKey', 'l', 'r')])), [
    ['j', ['j-subscription-registration-topic', 'r']],
    ['j', ['j-subscription-response-topic', 'l']],
  ])
  const merged: readonly StepSpec[] = [stream('a'), stream('b'), { name: 'm', operator: 'merge', inputs: ['a', 'b'] }]
  t.deepEqual(groups(build(merged)), [], 'a merge alone keeps what it gets')
  t.deepEqual(groups(build([...merged, groupByKey('g', 'm'), count('c', 'g')])), [['g', ['a', 'b']]])
  const inputs = [
    { input: 'x', method: 'aggregateX' },
    { input: 'y', method: 'aggregateY' },
  ]
  const cogroup: StepSpec = { name: 'c', operator: 'cogroup', inputs, logic }
  t.deepEqual(groups(build([stream('a'), stream('b'), groupByKey('x', 'a'), groupBy('y', 'b'), cogroup])), [['c', ['a', 'y-repartition']]])
})

test('tables are kept where they are asked for rows or old values, and only there', (t) => {
  t.deepEqual(stores(build([table('t'), sink('out', 't')])), [])
  t.deepEqual(stores(build([table('t'), groupBy('g', 't'), count('c', 'g')])), ['c', 't'])
  const filtered: StepSpec = { name: 'f', operator: 'filter', input: 't', logic }
  t.deepEqual(stores(build([table('t'), filtered, sink('out', 'f')])), [])
  t.deepEqual(stores(build([stream('s'), table('t'), filtered, join('j', 'join', 'streamTable', 's', 'f')])), ['t'])
})

test('a table’s topic is its changelog, unless the step changes records on their way', (t) => {
  const changelog = (step: StepSpec) => build([step, groupBy('g', 't'), count('c', 'g')]).stores.find(({ spec }) => spec.name === 't')!.spec
  t.is(changelog(table('t', 'topic')).changelogTopic, 'topic')
  t.is(changelog({ name: 't', operator: 'table', topic: 'topic', timestampExtractor: logic }).changelogTopic, undefined)
  t.is(changelog({ name: 't', operator: 'table', topic: 'topic', onDeserializationError: 'continue' }).changelogTopic, undefined)
})

test('a step’s own serdes are those of its rows; a table’s topic in other ones is no changelog of it', (t) => {
  const own: Serde = { ...serde, name: 'own' }
  const rows = (step: object, operator: 'table' | 'globalTable') => {
    const reader = { name: 't', operator, topic: 'topic', ...step } satisfies StepSpec
    const asked = operator === 'table' ? [groupBy('g', 't'), count('c', 'g')] : []
    return build([reader, ...asked]).stores.find(({ spec }) => spec.name === 't')!.spec
  }
  for (const [step, key, value, changelogTopic] of [
    [{ key: serde, value: serde }, serde, serde, 'topic'],
    [{ key: serde, value: own }, serde, own, undefined],
    [{ key: own, value: serde }, own, serde, undefined],
  ] as const) {
    t.like(rows(step, 'table'), { key, value })
    t.is(rows(step, 'table').changelogTopic, changelogTopic)
    t.like(rows(step, 'globalTable'), { key, value })
  }
})

test('stream steps of the same topic share a source', (t) => {
  const topology = build([stream('a', 'in'), stream('b', 'in'), sink('x', 'a'), sink('y', 'b')])
  t.deepEqual(names(topology), ['a', 'x', 'y'])
})

test('a foreign-key join has two topics and a store for subscriptions', (t) => {
  const topology = build([table('l'), table('r'), join('j', 'leftJoin', 'foreignKey', 'l', 'r'), sink('out', 'j')])
  t.deepEqual(topics(topology), ['j-subscription-registration-topic', 'j-subscription-response-topic'])
  t.deepEqual(stores(topology), ['j-subscription-store', 'l', 'r'])
  t.is(topology.subTopologies.length, 2)
})

test('global tables are no part of any sub-topology', (t) => {
  const steps: readonly StepSpec[] = [
    stream('s'),
    { name: 'g', operator: 'globalTable', topic: 'g' },
    { name: 'j', operator: 'join', join: 'streamGlobal', left: 's', right: 'g', logic },
  ]
  const topology = build(steps)
  t.deepEqual(names(topology), ['s', 'j'])
  t.deepEqual(
    topology.globals.map(({ store }) => store),
    ['g'],
  )
  t.deepEqual(topology.subTopologies[0]!.stores, [])
  t.deepEqual((topology.nodes[1] as ProcessorNode).stores, ['g'])
})
