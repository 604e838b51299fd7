import { code, runtimeValue } from '../model/code.js'
import { nonNull, nullableAs, sameType } from '../model/types.js'
import { aggregated, aggregatedValue, aggregationOptions, checkWindow, onLate, onLateMethod } from './aggregation.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind } from './checks.js'
import { plainMethod } from './methods.js'
import { defineOperator } from './operator.js'
import { typeOption } from './options.js'

const options = {
  value: typeOption('The input’s type, with `?`: user code may then give null, which deletes the aggregate.'),
  ...aggregationOptions,
}
const scope = ['aggregate', 'value', 'key']
const doc = 'The new aggregate; the first value of a key is its aggregate as it is.'
const subtractDoc = 'The aggregate without a row’s old value.'

export const reduce = defineOperator({
  name: 'reduce',
  summary: 'Combines the values of each key into one of the same type.',
  kafkaStreams: 'KGroupedStream.reduce, KGroupedTable.reduce, TimeWindowedKStream.reduce, SessionWindowedKStream.reduce',
  input: { of: 'step', count: 'one', takes: 'a grouped stream or table' },
  options,
  methods: {
    with: { method: 'reduce', doc, scope, result: 'the value' },
    subtract: { method: 'subtract', doc: subtractDoc, scope, result: 'the value', when: 'of tables' },
    onLate: onLateMethod,
  },
  gives: 'table',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'reduce', input, 'grouped') || !checkWindow(step, 'reduce', [input])) return undefined
    const ofTable = input.of === 'table'
    if (!ofTable && step.has('subtract')) {
      step.error(
        'invalid-option',
        step.placeOf('subtract'),
        '`reduce` of a stream never subtracts: its records are not replaced.',
        'Leave `subtract` out.',
      )
    }
    const { value, window } = step.options
    if (value !== undefined && !sameType(step.types, value, input.value)) {
      return step.error(
        'type-mismatch',
        step.placeOf('value'),
        `\`reduce\` gives the type of its input, \`${step.describe(nonNull(input.value))}\`, not \`${step.describe(value)}\`.`,
        'Use `aggregate`, or map the values first.',
      )
    }
    const type = aggregatedValue(input, window?.window)
    const kept = nonNull(input.value)
    const { output, spec } = aggregated(step, [input], input.key, kept)
    const [k, v, a, r] = [input.key, type, kept, value ?? kept].map((each) => typescript(step, each))
    const parameters = [
      { name: 'aggregate', type: a! },
      { name: 'value', type: v! },
      { name: 'key', type: k! },
    ]
    const methods = [plainMethod('with', 'reduce', doc, r!, parameters)]
    if (ofTable) methods.push(plainMethod('subtract', 'subtract', subtractDoc, r!, parameters))
    if (window !== undefined) methods.push(onLate())
    const logic = step.logic({
      base: code`${runtimeValue(ofTable ? 'ReduceTableLogic' : 'ReduceLogic')}<${k!}, ${typescript(step, nullableAs(kept, type, value ?? kept))}>`,
      aliases: inAlias(step, input.key, type, named([input])),
      methods,
    })
    return { spec: { input: input.name, ...spec }, logic: [logic], output }
  },
})
