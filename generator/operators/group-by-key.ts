import { nonNull } from '../model/types.js'
import { checkKind } from './checks.js'
import { defineOperator } from './operator.js'

export const groupByKey = defineOperator({
  name: 'groupByKey',
  summary: 'Groups a stream by its key, for an aggregation; repartitions it only if the key was changed.',
  kafkaStreams: 'KStream.groupByKey',
  input: { of: 'step', count: 'one', takes: 'a stream' },
  options: {},
  methods: {},
  gives: 'grouped',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'groupByKey', input, 'stream')) return undefined
    return {
      spec: { input: input.name },
      output: { kind: 'grouped', of: 'stream', key: nonNull(input.key), value: input.value, partitioning: input.partitioning },
    }
  },
})
