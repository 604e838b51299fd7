import { code, runtimeValue } from '../model/code.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind, rekeyed } from './checks.js'
import { recordMethod } from './methods.js'
import { defineOperator } from './operator.js'
import { typeOption } from './options.js'

const options = { key: typeOption('Type of the new key; default: the input’s.') }
const doc = 'The new key.'

export const selectKey = defineOperator({
  name: 'selectKey',
  summary: 'Gives each record a new key.',
  kafkaStreams: 'KStream.selectKey',
  input: { of: 'step', count: 'one', takes: 'a stream' },
  options,
  methods: { with: { method: 'selectKey', doc, scope: ['record'], result: 'the key' } },
  gives: 'stream',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'selectKey', input, 'stream')) return undefined
    const key = step.options.key ?? input.key
    const [k, v] = [typescript(step, input.key), typescript(step, input.value)]
    const k2 = typescript(step, key)
    return {
      spec: { input: input.name },
      logic: [
        step.logic({
          base: code`${runtimeValue('SelectKeyLogic')}<${k}, ${v}, ${k2}>`,
          aliases: inAlias(step, input.key, input.value, named([input])),
          methods: [recordMethod('with', 'selectKey', doc, k2)],
        }),
      ],
      output: { kind: 'stream', key, value: input.value, partitioning: rekeyed(input) },
    }
  },
})
