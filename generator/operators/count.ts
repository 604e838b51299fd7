import { code, runtimeValue } from '../model/code.js'
import { long } from '../model/types.js'
import { aggregated, aggregatedValue, aggregationOptions, checkWindow, onLate, onLateMethod } from './aggregation.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind } from './checks.js'
import { defineOperator } from './operator.js'

export const count = defineOperator({
  name: 'count',
  summary: 'How many records of each key there were (of a table: how many rows there are), as a `long`.',
  kafkaStreams: 'KGroupedStream.count, KGroupedTable.count, TimeWindowedKStream.count, SessionWindowedKStream.count',
  input: { of: 'step', count: 'one', takes: 'a grouped stream or table' },
  options: aggregationOptions,
  methods: { onLate: onLateMethod },
  gives: 'table',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'count', input, 'grouped') || !checkWindow(step, 'count', [input])) return undefined
    const { output, spec } = aggregated(step, [input], input.key, long)
    const value = aggregatedValue(input, step.options.window?.window)
    const logic = step.logic({
      base: code`${runtimeValue('WindowLogic')}<${typescript(step, input.key)}, ${typescript(step, value)}>`,
      aliases: inAlias(step, input.key, value, named([input])),
      methods: [onLate()],
    })
    return { spec: { input: input.name, ...spec }, logic: [logic], output }
  },
})
