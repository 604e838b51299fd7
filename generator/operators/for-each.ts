import { code, runtimeType, runtimeValue } from '../model/code.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind } from './checks.js'
import { recordMethod } from './methods.js'
import { defineOperator } from './operator.js'

const options = {}
const doc = 'Called with each record.'

export const forEach = defineOperator({
  name: 'forEach',
  summary: 'Ends a stream in user code.',
  kafkaStreams: 'KStream.foreach',
  input: { of: 'step', count: 'one', takes: 'a stream' },
  options,
  methods: { with: { method: 'forEach', doc, scope: ['record'], result: 'nothing' } },
  gives: 'nothing',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'forEach', input, 'stream')) return undefined
    const [k, v] = [typescript(step, input.key), typescript(step, input.value)]
    return {
      spec: { input: input.name },
      logic: [
        step.logic({
          base: code`${runtimeValue('ForEachLogic')}<${k}, ${v}>`,
          aliases: inAlias(step, input.key, input.value, named([input])),
          methods: [recordMethod('with', 'forEach', doc, runtimeType('Nothing'))],
        }),
      ],
    }
  },
})
