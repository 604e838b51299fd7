import { code, runtimeValue } from '../model/code.js'
import { pascalCase } from '../model/step-names.js'
import { checkMerge, initialize, initializeMethod, mergeMethod, mergeSessions } from './aggregate.js'
import { aggregated, aggregatedValue, aggregationOptions, checkWindow, onLate, onLateMethod } from './aggregation.js'
import { recordOf, typescript } from './aliases.js'
import { checkKind, checkSame } from './checks.js'
import { type Method, recordMethod } from './methods.js'
import { defineOperator } from './operator.js'
import { required, typeOption } from './options.js'

const options = { value: required(typeOption('Type of the aggregate.')), ...aggregationOptions }

export const cogroup = defineOperator({
  name: 'cogroup',
  summary: 'Combines several grouped streams into one aggregate per key.',
  kafkaStreams: 'KGroupedStream.cogroup, CogroupedKStream.aggregate',
  input: { of: 'step', count: 'oneOrMore', takes: 'grouped streams' },
  options,
  methods: {
    initialize: initializeMethod,
    with: {
      method: 'aggregate<Input>',
      doc: 'The aggregate with a record of that input, one text for each.',
      scope: ['record', 'aggregate'],
      result: 'the aggregate',
      shape: 'mapping',
    },
    merge: mergeMethod,
    onLate: onLateMethod,
  },
  gives: 'table',
  build(step) {
    const [first, ...others] = step.inputs
    const { value, window } = step.options
    const kinds = step.inputs.map((input) => checkKind(step, 'cogroup', input, 'grouped'))
    if (first === undefined || value === undefined || kinds.includes(false)) return undefined
    const table = step.inputs.find((input) => input.of === 'table')
    if (table !== undefined) {
      return step.error(
        'wrong-input-kind',
        table.place,
        `\`cogroup\` takes grouped streams; \`${table.name}\` is a grouped table.`,
        'Group a stream of its changes: `toStream`, then `groupBy`.',
      )
    }
    const same = others.map((other) =>
      checkSame(step, 'keys', first, other, 'grouped streams meet by key', 'Group them by keys of one type.'),
    )
    if (same.includes(false) || !checkWindow(step, 'cogroup', step.inputs)) return undefined
    const isSession = window?.window.kind === 'session'
    checkMerge(step, isSession)
    const { output, spec } = aggregated(step, step.inputs, first.key, value)
    const [k, a] = [typescript(step, first.key), typescript(step, value)]
    const inputs = step.inputs.map((input) => ({ input: input.name, method: `aggregate${pascalCase(input.name)}` }))
    const aliases = step.inputs.map((input) => {
      const v = typescript(step, aggregatedValue(input, window?.window))
      return [pascalCase(input.name), { doc: `A record of \`${input.name}\`.`, type: recordOf(k, v) }] as const
    })
    const methods: Method[] = step.inputs.map((input) => {
      const method = `aggregate${pascalCase(input.name)}`
      const written = recordMethod(
        'with',
        method,
        `The aggregate with a record of \`${input.name}\`.`,
        a,
        [{ name: 'aggregate', type: a }],
        {
          path: [input.name],
          override: false,
        },
      )
      return { ...written, parameters: [{ name: 'record', type: pascalCase(input.name) }, ...written.parameters.slice(1)] }
    })
    const logic = step.logic({
      base: code`${runtimeValue(isSession ? 'CogroupSessionLogic' : 'CogroupLogic')}<${k}, ${a}>`,
      aliases: { ...Object.fromEntries(aliases), Aggregate: { doc: 'The aggregate of a key.', type: a } },
      methods: [initialize(a), ...methods, ...(isSession ? [mergeSessions(k, a)] : []), ...(window === undefined ? [] : [onLate()])],
    })
    return { spec: { inputs, ...spec }, logic: [logic], output }
  },
})
