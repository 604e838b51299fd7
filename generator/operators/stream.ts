import { defineOperator } from './operator.js'
import { sameTopics, sourceOptions, timestampLogic, timestampMethod, topicSource } from './source.js'

export const stream = defineOperator({
  name: 'stream',
  summary: 'Reads a topic, or several of the same types, as a stream of events.',
  kafkaStreams: 'StreamsBuilder.stream',
  input: { of: 'topic', count: 'oneOrMore', takes: 'a topic or several' },
  options: sourceOptions,
  methods: { timestamp: timestampMethod },
  gives: 'stream',
  build(step) {
    const [topic] = step.topics
    if (topic === undefined || !sameTopics(step)) return undefined
    return {
      spec: { topics: step.topics.map(({ name }) => name), ...step.options },
      logic: [timestampLogic(step)],
      output: {
        kind: 'stream',
        key: topic.key,
        value: topic.value,
        partitioning: { rekeyed: false, sources: step.topics.map(topicSource) },
      },
    }
  },
})
