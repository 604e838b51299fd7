import { code, runtimeType, runtimeValue } from '../model/code.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind } from './checks.js'
import { recordMethod } from './methods.js'
import { defineOperator } from './operator.js'

const options = {}
const doc = 'Called with each record.'

export const peek = defineOperator({
  name: 'peek',
  summary: 'Looks at each record and passes it on.',
  kafkaStreams: 'KStream.peek',
  input: { of: 'step', count: 'one', takes: 'a stream' },
  options,
  methods: { with: { method: 'peek', doc, scope: ['record'], result: 'nothing' } },
  gives: 'stream',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'peek', input, 'stream')) return undefined
    const [k, v] = [typescript(step, input.key), typescript(step, input.value)]
    return {
      spec: { input: input.name },
      logic: [
        step.logic({
          base: code`${runtimeValue('PeekLogic')}<${k}, ${v}>`,
          aliases: inAlias(step, input.key, input.value, named([input])),
          methods: [recordMethod('with', 'peek', doc, runtimeType('Nothing'))],
        }),
      ],
      output: { kind: 'stream', key: input.key, value: input.value, partitioning: input.partitioning },
    }
  },
})
