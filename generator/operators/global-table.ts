import { nonNull } from '../model/types.js'
import { defineOperator } from './operator.js'
import { storeOption } from './options.js'
import { sourceOptions, timestampLogic, timestampMethod } from './source.js'

const options = { onDeserializationError: sourceOptions.onDeserializationError, store: storeOption }

export const globalTable = defineOperator({
  name: 'globalTable',
  summary: 'Reads all partitions of a topic as a table in every instance.',
  kafkaStreams: 'StreamsBuilder.globalTable',
  input: { of: 'topic', count: 'one', takes: 'a topic' },
  options,
  methods: { timestamp: timestampMethod },
  gives: 'global table',
  build(step) {
    const [topic] = step.topics
    if (topic === undefined) return undefined
    const { store: _, ...rest } = step.options
    const [key, value] = [nonNull(topic.key), nonNull(topic.value)]
    const store = step.store({ holds: 'globalTable', key, value })
    return {
      spec: { topic: topic.name, ...rest, ...(store && { store }) },
      logic: [timestampLogic(step)],
      output: { kind: 'globalTable', key, value, ...(store && { store }), partitioning: { rekeyed: false, sources: [] } },
    }
  },
})
