import { nonNull } from '../model/types.js'
import { checkCopartitioned, checkKind, heldIn, repartitioned } from './checks.js'
import { defineOperator } from './operator.js'
import { storeOption } from './options.js'

const options = { store: storeOption }

export const toTable = defineOperator({
  name: 'toTable',
  summary: 'A stream as a table: the last value of each key; null deletes.',
  kafkaStreams: 'KStream.toTable',
  input: { of: 'step', count: 'one', takes: 'a stream' },
  options,
  methods: {},
  gives: 'table',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'toTable', input, 'stream')) return undefined
    checkCopartitioned(step, [input])
    const [key, value] = [nonNull(input.key), nonNull(input.value)]
    const store = step.store({ holds: 'table', key, value })
    return {
      spec: { input: input.name, ...(store && { store }) },
      output: {
        kind: 'table',
        key,
        value,
        ...heldIn(step, store),
        partitioning: repartitioned(step, [input]),
      },
    }
  },
})
