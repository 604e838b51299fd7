import { code, runtimeValue, text } from '../model/code.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind } from './checks.js'
import { recordMethod } from './methods.js'
import { defineOperator } from './operator.js'
import { nameOption, namesOption, required } from './options.js'

const options = {
  into: required(namesOption('The branches, as later steps take them as input.')),
  default: nameOption('Takes the records that go to no branch; without it they are dropped.'),
}
const doc = 'The branch that the record goes to; undefined: the default branch.'

export const branch = defineOperator({
  name: 'branch',
  summary: 'Splits a stream: each record goes to the one branch that user code names.',
  kafkaStreams: 'KStream.split',
  input: { of: 'step', count: 'one', takes: 'a stream' },
  options,
  methods: { with: { method: 'branch', doc, scope: ['record'], result: 'the name of a branch, undefined for the default' } },
  gives: 'a stream for each branch',
  outputs: ({ into = [], default: rest }) => (rest === undefined ? into : [...into, rest]),
  build(step) {
    const input = step.inputs[0]!
    const { into = [], default: rest } = step.options
    if (!checkKind(step, 'branch', input, 'stream')) return undefined
    const branches = text(into.map(({ name }) => `'${name}'`).join(' | '))
    return {
      spec: { input: input.name, into: into.map(({ name }) => name), ...(rest && { default: rest.name }) },
      logic: [
        step.logic({
          base: code`${runtimeValue('BranchLogic')}<${typescript(step, input.key)}, ${typescript(step, input.value)}, ${branches}>`,
          aliases: {
            ...inAlias(step, input.key, input.value, named([input])),
            Branch: { doc: 'The branches of this step.', type: branches },
          },
          methods: [recordMethod('with', 'branch', doc, code`${branches} | undefined`)],
        }),
      ],
      output: { kind: 'stream', key: input.key, value: input.value, partitioning: input.partitioning },
    }
  },
})
