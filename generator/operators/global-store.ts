import { code, runtimeType, runtimeValue, text } from '../model/code.js'
import { inAlias, named, typescript } from './aliases.js'
import { recordMethod } from './methods.js'
import { defineOperator } from './operator.js'
import { nameOption, required } from './options.js'
import { initMethod, initSyntax, storesScope, withStores } from './processor.js'
import { timestampLogic, timestampMethod } from './source.js'

const options = { store: required(nameOption('The store that user code fills, one of `stores`.')) }
const doc = 'Called with each record of the topic, to keep what is needed of it.'

export const globalStore = defineOperator({
  name: 'globalStore',
  summary: 'A store in every instance that user code fills from all partitions of a topic.',
  kafkaStreams: 'StreamsBuilder.addGlobalStore',
  input: { of: 'topic', count: 'one', takes: 'a topic' },
  options,
  methods: {
    timestamp: timestampMethod,
    init: initSyntax,
    with: { method: 'process', doc, scope: ['record', 'stores'], result: 'nothing' },
  },
  gives: 'nothing',
  build(step) {
    const [topic] = step.topics
    if (topic === undefined) return undefined
    const store = step.store({ holds: 'globalStore', key: topic.key, value: topic.value })
    if (store === undefined) return undefined
    const [k, v] = [typescript(step, topic.key), typescript(step, topic.value)]
    const method = recordMethod('with', 'process', doc, runtimeType('Nothing'), [{ name: 'context', type: 'Context' }])
    return {
      spec: { topic: topic.name, store },
      logic: [
        step.logic({
          base: withStores(code`${runtimeValue('ProcessLogic')}<${k}, ${v}, never, never, never`, step, [store]),
          aliases: {
            ...inAlias(step, topic.key, topic.value, `topic ${named([topic])}`),
            Context: {
              doc: 'What its methods may do beside reading the record.',
              type: code`${runtimeType('ProcessContext')}<never, never, ${text('never')}, Stores>`,
            },
          },
          methods: [initMethod(), { ...method, scope: { ...method.scope, ...storesScope } }],
          stores: [store],
        }),
        timestampLogic(step),
      ],
    }
  },
})
