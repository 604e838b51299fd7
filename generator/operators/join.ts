import { type Code, code, runtimeValue } from '../model/code.js'
import type { DataType } from '../model/data-type.js'
import { formatDuration } from '../model/durations.js'
import type { StepSpec } from '../model/runtime-symbols.js'
import type { Partitioning } from '../model/topology.js'
import { nonNull, nullableAs, orNull } from '../model/types.js'
import { typescript } from './aliases.js'
import { checkCopartitioned, checkKind, checkReached, checkSame, heldIn, kindOf, repartitioned } from './checks.js'
import { type Method, plainMethod } from './methods.js'
import { type Built, defineOperator, type Input, type MethodSyntax, type Operator, type StepScope } from './operator.js'
import { choiceOption, durationOption, required, storeOption, typeOption } from './options.js'

type JoinStep = Extract<StepSpec, { operator: 'join' | 'leftJoin' | 'outerJoin' }>
type JoinName = JoinStep['operator']

const options = {
  value: required(typeOption('Type of the joined value; of tables with `?` user code may give null, which deletes the row.')),
  within: durationOption('Of streams: how far apart the timestamps of two records that join may be.'),
  before: durationOption('Of streams, in place of `within`: how much older the right record may be.', { negative: true }),
  after: durationOption('Of streams, in place of `within`: how much newer the right record may be.', { negative: true }),
  grace: durationOption('Of streams: how long records may be late. Of a stream and a versioned table: how long the stream is held back.'),
  persistence: choiceOption('Of streams: where the join keeps its records.', ['lmdb', 'memory']),
  store: storeOption,
}
type Scope = StepScope<typeof options>

const methods: Readonly<Record<string, MethodSyntax>> = {
  with: { method: 'join', doc: 'The joined value.', scope: ['left', 'right', 'key'], result: 'the value' },
  globalKey: {
    method: 'globalKey',
    doc: 'The key to look up in the global table; null: none.',
    scope: ['key', 'left'],
    result: 'a key or null',
    when: 'with a global table',
  },
  on: {
    method: 'foreignKey',
    doc: 'The right table’s key that the left row points at; null: none.',
    scope: ['left', 'key'],
    result: 'a key or null',
    when: 'of tables, for a foreign-key join',
  },
}

/** Which keys apply to which join, beside `value` and `with`. */
const applicable: Readonly<Record<JoinStep['join'], readonly string[]>> = {
  streamStream: ['within', 'before', 'after', 'grace', 'persistence'],
  streamTable: ['grace'],
  streamGlobal: ['globalKey'],
  tableTable: ['store'],
  foreignKey: ['on', 'store'],
}
const joinNouns: Readonly<Record<JoinStep['join'], string>> = {
  streamStream: 'two streams',
  streamTable: 'a stream with a table',
  streamGlobal: 'a stream with a global table',
  tableTable: 'two tables',
  foreignKey: 'two tables by a foreign key',
}

function joinOperator(name: JoinName, summary: string, kafkaStreams: string): Operator<JoinName, typeof options> {
  return defineOperator({
    name,
    summary,
    kafkaStreams,
    input: { of: 'step', count: 'two', takes: 'a stream or table, and what it is joined with' },
    options,
    methods,
    gives: 'stream or table',
    build(step) {
      const [left, right] = step.inputs
      if (left === undefined || right === undefined) return undefined
      const join = joinKind(step, name, left, right)
      if (join === undefined) return undefined
      for (const key of [...Object.keys(options), 'globalKey', 'on']) {
        if (key === 'value' || applicable[join].includes(key) || !step.has(key)) continue
        step.error('invalid-option', step.placeOf(key), `A join of ${joinNouns[join]} has no \`${key}\`.`)
      }
      if (name === 'outerJoin' && join !== 'streamStream' && join !== 'tableTable') {
        return step.error('wrong-input-kind', step.place, `There is no outer join of ${joinNouns[join]}.`, 'Use `leftJoin`.')
      }
      return builders[join](step, name, left, right)
    },
  })
}

function joinKind(step: Scope, name: JoinName, left: Input, right: Input): JoinStep['join'] | undefined {
  if (!checkKind(step, name, left, 'stream', 'table') || !checkKind(step, name, right, 'stream', 'table', 'globalTable')) return undefined
  if (left.kind === 'stream') return ({ stream: 'streamStream', table: 'streamTable', globalTable: 'streamGlobal' } as const)[right.kind]
  if (right.kind === 'table') return step.has('on') ? 'foreignKey' : 'tableTable'
  const hint =
    right.kind === 'stream'
      ? `Turn the inputs round, \`[${right.name}, ${left.name}]\`, or make a stream of the table: \`toStream\`.`
      : 'Make a stream of the table first: `toStream`.'
  return step.error('wrong-input-kind', right.place, `A table is joined with a table; \`${right.name}\` is ${kindOf(right)}.`, hint)
}

type Build = (step: Scope, name: JoinName, left: Input, right: Input) => Built<JoinName> | undefined

const builders: Readonly<Record<JoinStep['join'], Build>> = {
  streamStream(step, name, left, right) {
    const { within, before, after, grace = 0, persistence, value } = step.options
    if (!sameKeys(step, left, right)) return undefined
    if (within === undefined && (before === undefined || after === undefined)) {
      return step.error(
        'missing-key',
        step.place,
        'A join of two streams says how far apart their records may be.',
        'Write `within: 10s`, or `before` and `after`.',
      )
    }
    if (within !== undefined && (before !== undefined || after !== undefined)) {
      const option = before === undefined ? 'after' : 'before'
      return step.error(
        'invalid-option',
        step.placeOf(option),
        `\`within\` says both sides; \`${option}\` contradicts it.`,
        'Write `within`, or `before` and `after`.',
      )
    }
    const [beforeMs, afterMs] = within === undefined ? [before ?? 0, after ?? 0] : [within, within]
    if (beforeMs + afterMs < 0) {
      return step.error(
        'invalid-window',
        step.placeOf('before'),
        `No record is at most ${formatDuration(beforeMs)} before and at most ${formatDuration(afterMs)} after another.`,
      )
    }
    const key = joinedKey(name, left, right)
    return {
      spec: {
        join: 'streamStream',
        left: left.name,
        right: right.name,
        beforeMs,
        afterMs,
        graceMs: grace,
        ...(persistence && { persistence }),
      },
      logic: [joinLogic(step, 'JoinLogic', key, sides(name, left, right))],
      output: { kind: 'stream', key, value: value!, partitioning: copartitioned(step, left, right) },
    }
  },

  streamTable(step, name, left, right) {
    if (!sameKeys(step, left, right)) return undefined
    const { grace, value } = step.options
    if (grace !== undefined && !right.versioned) {
      step.error(
        'wrong-store-kind',
        step.placeOf('grace'),
        `\`grace\` looks into the past of the table; \`${right.name}\` keeps none.`,
        `Give \`${right.name}\` a store of \`kind: versioned\`.`,
      )
    }
    const key = joinedKey(name, left, right)
    return {
      spec: {
        join: 'streamTable',
        left: left.name,
        right: right.name,
        ...(grace === undefined ? {} : { graceMs: grace }),
      } as Built<JoinName>['spec'],
      logic: [joinLogic(step, 'JoinLogic', key, sides(name, left, right))],
      output: { kind: 'stream', key, value: value!, partitioning: copartitioned(step, left, right) },
    }
  },

  streamGlobal(step, name, left, right) {
    const [k, l, gk] = [left.key, nonNull(left.value), right.key].map((type) => typescript(step, type))
    const globalKey = plainMethod('globalKey', 'globalKey', methods.globalKey!.doc, code`${gk!} | null`, [
      { name: 'key', type: 'Key' },
      { name: 'left', type: 'Left' },
    ])
    return {
      spec: { join: 'streamGlobal', left: left.name, right: right.name } as Built<JoinName>['spec'],
      logic: [joinLogic(step, 'GlobalJoinLogic', left.key, sides(name, left, right), [globalKey], [k!, l!, gk!])],
      output: { kind: 'stream', key: left.key, value: step.options.value!, partitioning: left.partitioning },
    }
  },

  tableTable(step, name, left, right) {
    if (!sameKeys(step, left, right)) return undefined
    const value = nonNull(step.options.value!)
    const store = step.store({ holds: 'table', key: left.key, value })
    const window = left.window ?? right.window
    return {
      spec: { join: 'tableTable', left: left.name, right: right.name, ...(store && { store }) },
      logic: [joinLogic(step, 'JoinLogic', left.key, sides(name, left, right))],
      output: {
        kind: 'table',
        key: left.key,
        value,
        ...(window && { window }),
        ...heldIn(step, store),
        partitioning: copartitioned(step, left, right),
      },
    }
  },

  foreignKey(step, name, left, right) {
    checkReached(step, right)
    const value = nonNull(step.options.value!)
    const store = step.store({ holds: 'table', key: left.key, value })
    const fk = typescript(step, right.key)
    const foreignKey = plainMethod('on', 'foreignKey', methods.on!.doc, code`${fk} | null`, [
      { name: 'left', type: typescript(step, left.value) },
      { name: 'key', type: 'Key' },
    ])
    const [k, l] = [typescript(step, left.key), typescript(step, left.value)]
    return {
      spec: { join: 'foreignKey', left: left.name, right: right.name, ...(store && { store }) } as Built<JoinName>['spec'],
      logic: [joinLogic(step, 'ForeignKeyJoinLogic', left.key, sides(name, left, right), [foreignKey], [k, l, fk])],
      output: {
        kind: 'table',
        key: left.key,
        value,
        ...(left.window && { window: left.window }),
        ...heldIn(step, store),
        partitioning: left.partitioning,
      },
    }
  },
}

/** The values of both sides as user code sees them: null where the join may lack that side. */
function sides(name: JoinName, left: Input, right: Input): readonly [DataType, DataType] {
  const [l, r] = [nonNull(left.value), nonNull(right.value)]
  return [name === 'outerJoin' ? orNull(l) : l, name === 'join' ? r : orNull(r)]
}

/** An inner join drops null keys; the others send such a record on, unmatched (KIP-962). */
function joinedKey(name: JoinName, left: Input, right: Input): DataType {
  if (name === 'join') return nonNull(left.key)
  return name === 'outerJoin' ? nullableAs(left.key, right.key) : left.key
}

function joinLogic(
  step: Scope,
  base: 'JoinLogic' | 'GlobalJoinLogic' | 'ForeignKeyJoinLogic',
  key: DataType,
  [left, right]: readonly [DataType, DataType],
  more: readonly Method[] = [],
  firstArguments?: readonly Code[],
) {
  const [k, l, r, v] = [key, left, right, step.options.value!].map((type) => typescript(step, type))
  const given = (firstArguments ?? [k!, l!]).map((argument) => code`${argument}, `).reduce((all, next) => code`${all}${next}`)
  return step.logic({
    base: code`${runtimeValue(base)}<${given}${r!}, ${v!}>`,
    aliases: {
      Key: { doc: base === 'JoinLogic' ? 'The key of both sides.' : `The key of \`${step.inputs[0]!.name}\`.`, type: k! },
      Left: { doc: `A value of \`${step.inputs[0]!.name}\`.`, type: l! },
      Right: { doc: `A value of \`${step.inputs[1]!.name}\`.`, type: r! },
    },
    methods: [
      ...more,
      plainMethod('with', 'join', 'The joined value.', v!, [
        { name: 'left', type: 'Left' },
        { name: 'right', type: 'Right' },
        { name: 'key', type: 'Key' },
      ]),
    ],
  })
}

function sameKeys(step: Scope, left: Input, right: Input): boolean {
  return checkSame(
    step,
    'keys',
    left,
    right,
    'a join needs keys of one type',
    'Give one side a new key first (`selectKey`, or `groupBy` and an aggregation); tables can also be joined by a foreign key (`on`).',
  )
}

function copartitioned(step: Scope, left: Input, right: Input): Partitioning {
  checkCopartitioned(step, [left, right])
  return repartitioned(step, [left, right])
}

const joins = (names: string) => `KStream.${names}, KTable.${names}`
export const join = joinOperator('join', 'Two inputs by key: results where both sides have one.', joins('join'))
export const leftJoin = joinOperator(
  'leftJoin',
  'Two inputs by key: results for all of the left, with null where the right has none.',
  joins('leftJoin'),
)
export const outerJoin = joinOperator(
  'outerJoin',
  'Two inputs by key: results for all of both sides, with null where one has none.',
  joins('outerJoin'),
)
