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
const doc = 'The new records’ keys and values, in order.'

export const flatMap = defineOperator({
  name: 'flatMap',
  summary: 'Makes any number of records, with new keys and values, of each.',
  kafkaStreams: 'KStream.flatMap',
  input: { of: 'step', count: 'one', takes: 'a stream' },
  options,
  methods: { with: { method: 'flatMap', doc, scope: ['record'], result: 'an iterable of `{ key, value }`' } },
  gives: 'stream',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'flatMap', input, 'stream')) return undefined
    const key = step.options.key ?? input.key
    const value = step.options.value ?? input.value
    const [k, v] = [typescript(step, input.key), typescript(step, input.value)]
    const [k2, v2] = [typescript(step, key), typescript(step, value)]
    return {
      spec: { input: input.name },
      logic: [
        step.logic({
          base: code`${runtimeValue('FlatMapLogic')}<${k}, ${v}, ${k2}, ${v2}>`,
          aliases: inAlias(step, input.key, input.value, named([input])),
          methods: [recordMethod('with', 'flatMap', doc, code`Iterable<${runtimeType('KeyValue')}<${k2}, ${v2}>>`)],
        }),
      ],
      output: { kind: 'stream', key, value, partitioning: rekeyed(input) },
    }
  },
})
