import { code, runtimeValue } from '../model/code.js'
import { nonNull } from '../model/types.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind, heldIn, noStore } from './checks.js'
import { recordMethod } from './methods.js'
import { defineOperator } from './operator.js'
import { storeOption, typeOption } from './options.js'

const options = { value: typeOption('Type of the new value; default: the input’s.'), store: storeOption }
const doc = 'The new value.'

export const mapValues = defineOperator({
  name: 'mapValues',
  summary: 'Gives each record (of a table: each row) a new value.',
  kafkaStreams: 'KStream.mapValues, KTable.mapValues',
  input: { of: 'step', count: 'one', takes: 'a stream or a table' },
  options,
  methods: { with: { method: 'mapValues', doc, scope: ['record'], result: 'the value' } },
  gives: 'as input',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'mapValues', input, 'stream', 'table')) return undefined
    const result = step.options.value ?? input.value
    const value = input.kind === 'table' ? nonNull(result) : result
    const store = input.kind === 'table' ? step.store({ holds: 'table', key: input.key, value }) : noStore(step, 'mapValues')
    const [k, v, r] = [typescript(step, input.key), typescript(step, input.value), typescript(step, result)]
    const { store: _, ...kept } = input
    return {
      spec: { input: input.name, ...(store && { store }) },
      logic: [
        step.logic({
          base: code`${runtimeValue('MapValuesLogic')}<${k}, ${v}, ${r}>`,
          aliases: inAlias(step, input.key, input.value, named([input])),
          methods: [recordMethod('with', 'mapValues', doc, r)],
        }),
      ],
      output: { ...kept, value, ...heldIn(step, store, input) },
    }
  },
})
