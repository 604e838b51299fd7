import { code, runtimeType, runtimeValue } from '../model/code.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind, rekeyed } from './checks.js'
import { recordMethod } from './methods.js'
import { defineOperator } from './operator.js'
import { typeOption } from './options.js'

const options = {
  key: typeOption('Type of the new key; default: the input’s.'),
  value: typeOption('Type of the new value; default: the input’s.'),
}
const doc = 'The new key and value.'

export const map = defineOperator({
  name: 'map',
  summary: 'Gives each record a new key and a new value.',
  kafkaStreams: 'KStream.map',
  input: { of: 'step', count: 'one', takes: 'a stream' },
  options,
  methods: { with: { method: 'map', doc, scope: ['record'], result: '`{ key, value }`' } },
  gives: 'stream',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'map', input, 'stream')) return undefined
    const key = step.options.key ?? input.key
    const value = step.options.value ?? input.value
    const [k, v] = [typescript(step, input.key), typescript(step, input.value)]
    const [k2, v2] = [typescript(step, key), typescript(step, value)]
    return {
      spec: { input: input.name },
      logic: [
        step.logic({
          base: code`${runtimeValue('MapLogic')}<${k}, ${v}, ${k2}, ${v2}>`,
          aliases: inAlias(step, input.key, input.value, named([input])),
          methods: [recordMethod('with', 'map', doc, code`${runtimeType('KeyValue')}<${k2}, ${v2}>`)],
        }),
      ],
      output: { kind: 'stream', key, value, partitioning: rekeyed(input) },
    }
  },
})
