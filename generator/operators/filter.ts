import { code, runtimeValue } from '../model/code.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind, heldIn, noStore } from './checks.js'
import { boolean, recordMethod } from './methods.js'
import { defineOperator, type Operator } from './operator.js'
import { storeOption } from './options.js'

const options = { store: storeOption }

function filterOperator(name: 'filter' | 'filterNot', summary: string, doc: string): Operator<'filter' | 'filterNot', typeof options> {
  return defineOperator({
    name,
    summary,
    kafkaStreams: `KStream.${name}, KTable.${name}`,
    input: { of: 'step', count: 'one', takes: 'a stream or a table' },
    options,
    methods: { test: { method: 'test', doc, scope: ['record'], result: 'boolean' } },
    gives: 'as input',
    build(step) {
      const input = step.inputs[0]!
      if (!checkKind(step, name, input, 'stream', 'table')) return undefined
      const store = input.kind === 'table' ? step.store({ holds: 'table', key: input.key, value: input.value }) : noStore(step, name)
      const { store: _, ...kept } = input
      return {
        spec: { input: input.name, ...(store && { store }) },
        logic: [
          step.logic({
            base: code`${runtimeValue('FilterLogic')}<${typescript(step, input.key)}, ${typescript(step, input.value)}>`,
            aliases: inAlias(step, input.key, input.value, named([input])),
            methods: [recordMethod('test', 'test', doc, boolean)],
          }),
        ],
        output: { ...kept, ...heldIn(step, store, input) },
      }
    },
  })
}

export const filter = filterOperator('filter', 'Keeps the records (of a table: the rows) that pass.', 'Does the record pass?')
export const filterNot = filterOperator(
  'filterNot',
  'Keeps the records (of a table: the rows) that do not pass.',
  'Is the record to be left out?',
)
