import { code, runtimeValue } from '../model/code.js'
import { orNull } from '../model/types.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind, rekeyed } from './checks.js'
import { recordMethod } from './methods.js'
import { defineOperator } from './operator.js'
import { typeOption } from './options.js'

const options = { key: typeOption('Type of the new key that `with` gives; default: the table’s.') }
const doc = 'The new key.'

export const toStream = defineOperator({
  name: 'toStream',
  summary: 'The changes of a table as a stream; null where a row was deleted.',
  kafkaStreams: 'KTable.toStream',
  input: { of: 'step', count: 'one', takes: 'a table' },
  options,
  methods: { with: { method: 'selectKey', doc, scope: ['record'], result: 'the key', optional: true } },
  gives: 'stream',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'toStream', input, 'table')) return undefined
    const key = step.options.key ?? input.key
    const value = orNull(input.value)
    const [k, v, k2] = [typescript(step, input.key), typescript(step, input.value), typescript(step, key)]
    const isNewKey = step.has('with') || step.has('key')
    const method = recordMethod('with', 'selectKey', doc, k2, [], { optional: !isNewKey })
    const logic = step.logic({
      base: code`${runtimeValue('ToStreamLogic')}<${k}, ${v}, ${k2}>`,
      aliases: inAlias(step, input.key, value, named([input])),
      methods: [method],
    })
    return {
      spec: { input: input.name },
      logic: [logic],
      output: { kind: 'stream', key, value, partitioning: logic === undefined ? input.partitioning : rekeyed(input) },
    }
  },
})
