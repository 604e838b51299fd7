import { code, runtimeValue } from '../model/code.js'
import { nonNull } from '../model/types.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind, rekeyed } from './checks.js'
import { recordMethod } from './methods.js'
import { defineOperator } from './operator.js'
import { typeOption } from './options.js'

const options = {
  key: typeOption('Type of the key to group by; default: the input’s.'),
  value: typeOption('Of tables: type of a new value, that `groupValue` gives; default: the input’s value as it is.'),
}
const keyDoc = 'The key to group by; null, which `key` has to allow, leaves the record out.'
const valueDoc = 'The value to aggregate.'

export const groupBy = defineOperator({
  name: 'groupBy',
  summary: 'Groups a stream or a table by a new key, for an aggregation; always repartitions.',
  kafkaStreams: 'KStream.groupBy, KTable.groupBy',
  input: { of: 'step', count: 'one', takes: 'a stream or a table' },
  options,
  methods: {
    groupKey: { method: 'groupKey', doc: keyDoc, scope: ['record'], result: 'the key' },
    groupValue: { method: 'groupValue', doc: valueDoc, scope: ['record'], result: 'the value', when: 'of tables with `value`' },
  },
  gives: 'grouped',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'groupBy', input, 'stream', 'table')) return undefined
    const of = input.kind
    const newValue = of === 'table' && step.has('value')
    for (const option of ['value', 'groupValue']) {
      if (of !== 'stream' || !step.has(option)) continue
      step.error(
        'invalid-option',
        step.placeOf(option),
        `\`groupBy\` of a stream has no \`${option}\`.`,
        'Map the values first, by a step `mapValues`.',
      )
    }
    if (of === 'table' && step.has('groupValue') && !newValue) {
      step.error('missing-key', step.placeOf('groupValue'), '`groupValue` needs `value`, the type that it gives.')
    }
    const key = step.options.key ?? input.key
    const value = newValue ? (step.options.value ?? input.value) : input.value
    const [k, v, k2, v2] = [input.key, input.value, key, value].map((type) => typescript(step, type))
    const keyMethod = recordMethod(
      'groupKey',
      'groupKey',
      key.nullable ? 'The key to group by; null leaves the record out.' : 'The key to group by.',
      k2!,
    )
    return {
      spec: { input: input.name },
      logic: [
        step.logic({
          base: newValue
            ? code`${runtimeValue('GroupByTableLogic')}<${k!}, ${v!}, ${k2!}, ${v2!}>`
            : code`${runtimeValue('GroupByLogic')}<${k!}, ${v!}, ${k2!}>`,
          aliases: inAlias(step, input.key, input.value, named([input])),
          methods: newValue ? [keyMethod, recordMethod('groupValue', 'groupValue', valueDoc, v2!)] : [keyMethod],
        }),
      ],
      output: { kind: 'grouped', of, key: nonNull(key), value, partitioning: rekeyed(input) },
    }
  },
})
