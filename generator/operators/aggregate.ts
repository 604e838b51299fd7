import { type Code, code, runtimeValue } from '../model/code.js'
import { aggregated, aggregatedValue, aggregationOptions, checkWindow, onLate, onLateMethod } from './aggregation.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind } from './checks.js'
import { type Method, plainMethod, recordMethod } from './methods.js'
import { defineOperator, type MethodSyntax, type StepScope } from './operator.js'
import { required, typeOption } from './options.js'

const options = {
  value: required(typeOption('Type of the aggregate; with `?` user code may give null, which deletes it.')),
  ...aggregationOptions,
}

export const initializeMethod: MethodSyntax = {
  method: 'initialize',
  doc: 'The aggregate before the first record of a key.',
  scope: [],
  result: 'the aggregate',
}
export const mergeMethod: MethodSyntax = {
  method: 'merge',
  doc: 'The aggregate of two sessions that have become one.',
  scope: ['left', 'right', 'key'],
  result: 'the aggregate',
  when: 'with session windows',
}
const doc = 'The aggregate with the record.'
const subtractDoc = 'The aggregate without a row’s old value.'

export function initialize(aggregate: Code): Method {
  return plainMethod('initialize', 'initialize', initializeMethod.doc, aggregate, [])
}

export function mergeSessions(key: Code, aggregate: Code): Method {
  return plainMethod('merge', 'merge', mergeMethod.doc, aggregate, [
    { name: 'left', type: aggregate },
    { name: 'right', type: aggregate },
    { name: 'key', type: key },
  ])
}

/** `merge` is for session windows only. */
export function checkMerge(step: StepScope, isSession: boolean): void {
  if (isSession || !step.has('merge')) return
  step.error(
    'invalid-option',
    step.placeOf('merge'),
    'Only sessions grow together: without a session window `merge` is never called.',
    'Leave `merge` out.',
  )
}

export const aggregate = defineOperator({
  name: 'aggregate',
  summary: 'Combines the records of each key into an aggregate of a type of its own.',
  kafkaStreams: 'KGroupedStream.aggregate, KGroupedTable.aggregate, TimeWindowedKStream.aggregate, SessionWindowedKStream.aggregate',
  input: { of: 'step', count: 'one', takes: 'a grouped stream or table' },
  options,
  methods: {
    initialize: initializeMethod,
    with: { method: 'aggregate', doc, scope: ['record', 'aggregate'], result: 'the aggregate' },
    subtract: { method: 'subtract', doc: subtractDoc, scope: ['record', 'aggregate'], result: 'the aggregate', when: 'of tables' },
    merge: mergeMethod,
    onLate: onLateMethod,
  },
  gives: 'table',
  build(step) {
    const input = step.inputs[0]!
    const { value, window } = step.options
    if (value === undefined || !checkKind(step, 'aggregate', input, 'grouped') || !checkWindow(step, 'aggregate', [input])) return undefined
    const ofTable = input.of === 'table'
    const isSession = window?.window.kind === 'session'
    checkMerge(step, isSession)
    if (!ofTable && step.has('subtract')) {
      step.error(
        'invalid-option',
        step.placeOf('subtract'),
        '`aggregate` of a stream never subtracts: its records are not replaced.',
        'Leave `subtract` out.',
      )
    }
    const { output, spec } = aggregated(step, [input], input.key, value)
    const type = aggregatedValue(input, window?.window)
    const [k, v, a] = [typescript(step, input.key), typescript(step, type), typescript(step, value)]
    const base = ofTable ? 'AggregateTableLogic' : isSession ? 'AggregateSessionLogic' : 'AggregateLogic'
    const more = [{ name: 'aggregate', type: a }]
    const methods: Method[] = [initialize(a), recordMethod('with', 'aggregate', doc, a, more)]
    if (ofTable) methods.push(recordMethod('subtract', 'subtract', subtractDoc, a, more))
    if (isSession) methods.push(mergeSessions(k, a))
    if (window !== undefined) methods.push(onLate())
    const logic = step.logic({
      base: code`${runtimeValue(base)}<${k}, ${v}, ${a}>`,
      aliases: { ...inAlias(step, input.key, type, named([input])), Aggregate: { doc: 'The aggregate of a key.', type: a } },
      methods,
    })
    return { spec: { input: input.name, ...spec }, logic: [logic], output }
  },
})
