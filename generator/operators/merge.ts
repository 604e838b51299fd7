import { nullableAs } from '../model/types.js'
import { checkKind, checkSame, joined } from './checks.js'
import { defineOperator } from './operator.js'

export const merge = defineOperator({
  name: 'merge',
  summary: 'Several streams of the same types as one.',
  kafkaStreams: 'KStream.merge',
  input: { of: 'step', count: 'many', takes: 'streams' },
  options: {},
  methods: {},
  gives: 'stream',
  build(step) {
    const [first, ...others] = step.inputs
    const streams = step.inputs.filter((input) => checkKind(step, 'merge', input, 'stream'))
    if (first === undefined || streams.length < step.inputs.length) return undefined
    const same = others.map((other) =>
      (['keys', 'values'] as const).map((side) =>
        checkSame(step, side, first, other, 'merged streams have the same types', 'Map them to one type first.'),
      ),
    )
    if (same.flat().includes(false)) return undefined
    return {
      spec: { inputs: step.inputs.map(({ name }) => name) },
      output: {
        kind: 'stream',
        key: nullableAs(first.key, ...others.map(({ key }) => key)),
        value: nullableAs(first.value, ...others.map(({ value }) => value)),
        partitioning: joined(step.inputs),
      },
    }
  },
})
