import { code, runtimeValue } from '../model/code.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind } from './checks.js'
import { recordMethod } from './methods.js'
import { defineOperator } from './operator.js'
import { typeOption } from './options.js'

const options = { value: typeOption('Type of the new value; default: the input’s.') }
const doc = 'The new values, in order.'

export const flatMapValues = defineOperator({
  name: 'flatMapValues',
  summary: 'Makes any number of records of each, under its key.',
  kafkaStreams: 'KStream.flatMapValues',
  input: { of: 'step', count: 'one', takes: 'a stream' },
  options,
  methods: { with: { method: 'flatMapValues', doc, scope: ['record'], result: 'an iterable of values' } },
  gives: 'stream',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'flatMapValues', input, 'stream')) return undefined
    const value = step.options.value ?? input.value
    const [k, v] = [typescript(step, input.key), typescript(step, input.value)]
    const v2 = typescript(step, value)
    return {
      spec: { input: input.name },
      logic: [
        step.logic({
          base: code`${runtimeValue('FlatMapValuesLogic')}<${k}, ${v}, ${v2}>`,
          aliases: inAlias(step, input.key, input.value, named([input])),
          methods: [recordMethod('with', 'flatMapValues', doc, code`Iterable<${v2}>`)],
        }),
      ],
      output: { kind: 'stream', key: input.key, value, partitioning: input.partitioning },
    }
  },
})
