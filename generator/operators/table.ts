import { nonNull } from '../model/types.js'
import { heldIn } from './checks.js'
import { defineOperator } from './operator.js'
import { storeOption } from './options.js'
import { sourceOptions, timestampLogic, timestampMethod, topicSource } from './source.js'

const options = { ...sourceOptions, store: storeOption }

export const table = defineOperator({
  name: 'table',
  summary: 'Reads a topic as a table: the last value of each key. The topic is its changelog.',
  kafkaStreams: 'StreamsBuilder.table',
  input: { of: 'topic', count: 'one', takes: 'a topic' },
  options,
  methods: { timestamp: timestampMethod },
  gives: 'table',
  build(step) {
    const [topic] = step.topics
    if (topic === undefined) return undefined
    const { store: _, ...rest } = step.options
    const [key, value] = [nonNull(topic.key), nonNull(topic.value)]
    const store = step.store({ holds: 'table', key, value })
    return {
      spec: { topic: topic.name, ...rest, ...(store && { store }) },
      logic: [timestampLogic(step)],
      output: {
        kind: 'table',
        key,
        value,
        ...heldIn(step, store),
        partitioning: { rekeyed: false, sources: [topicSource(topic)] },
      },
    }
  },
})
