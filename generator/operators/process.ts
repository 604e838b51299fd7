import { type Code, code, runtimeType, runtimeValue, text } from '../model/code.js'
import { nonNull, nullableAs } from '../model/types.js'
import { inAlias, named, recordOf, typescript } from './aliases.js'
import { checkKind, checkSame, heldIn, joined, noStore } from './checks.js'
import { type Method, recordMethod } from './methods.js'
import { defineOperator } from './operator.js'
import { namesOption, storeOption, typeOption } from './options.js'
import {
  initMethod,
  initSyntax,
  punctuateMethods,
  punctuateOption,
  punctuations,
  storesOption,
  storesScope,
  withStores,
} from './processor.js'

const processOptions = {
  key: typeOption('Type of the keys it forwards; default: the input’s.'),
  value: typeOption('Type of the values it forwards; default: the input’s.'),
  stores: storesOption,
  into: namesOption('Named children, as later steps take them as input; without them all is forwarded under the step’s own name.'),
  punctuate: punctuateOption,
}
const valuesOptions = {
  value: typeOption('Type of the values it gives; default: the input’s.'),
  stores: storesOption,
  punctuate: punctuateOption,
  store: storeOption,
}
const doc = 'Called with each record; `context.forward` sends records on.'
const transformDoc = 'The new value of a row.'

export const process = defineOperator({
  name: 'process',
  summary: 'User code with stores, timers, and any number of records forwarded to whom it likes.',
  kafkaStreams: 'KStream.process',
  input: { of: 'step', count: 'oneOrMore', takes: 'a stream or several' },
  options: processOptions,
  methods: { init: initSyntax, with: { method: 'process', doc, scope: ['record', 'stores'], result: 'nothing' } },
  gives: 'stream, or a stream for each child',
  outputs: ({ into }) => into,
  build(step) {
    const [first, ...others] = step.inputs
    const { stores = [], into, punctuate = [] } = step.options
    const kinds = step.inputs.map((input) => checkKind(step, 'process', input, 'stream'))
    if (first === undefined || kinds.includes(false)) return undefined
    const same = others.map((other) =>
      (['keys', 'values'] as const).map((side) =>
        checkSame(step, side, first, other, 'one method processes the records of both', 'Map them to one type first.'),
      ),
    )
    if (same.flat().includes(false)) return undefined
    const inKey = nullableAs(first.key, ...others.map(({ key }) => key))
    const inValue = nullableAs(first.value, ...others.map(({ value }) => value))
    const [key, value] = [step.options.key ?? inKey, step.options.value ?? inValue]
    const connected = step.connect(stores)
    const [k, v, k2, v2] = [inKey, inValue, key, value].map((type) => typescript(step, type))
    const child = into === undefined ? text('never') : text(into.map(({ name }) => `'${name}'`).join(' | '))
    const context = contextAlias('ProcessContext', [k2!, v2!, child], connected)
    return {
      spec: {
        inputs: step.inputs.map(({ name }) => name),
        stores: connected,
        ...(into && { into: into.map(({ name }) => name) }),
        ...punctuations(punctuate),
      },
      logic: [
        step.logic({
          base: withStores(code`${runtimeValue('ProcessLogic')}<${k!}, ${v!}, ${k2!}, ${v2!}, ${child}`, step, connected),
          aliases: {
            ...inAlias(step, inKey, inValue, named(step.inputs)),
            Out: { doc: 'A record that it forwards.', type: recordOf(k2!, v2!) },
            Context: context,
          },
          methods: [...processMethods(), ...punctuateMethods(punctuate)],
          stores: connected,
        }),
      ],
      output: { kind: 'stream', key, value, partitioning: { ...joined(step.inputs), rekeyed: true } },
    }
  },
})

export const processValues = defineOperator({
  name: 'processValues',
  summary: 'User code with stores and timers that keeps the keys, so that nothing is repartitioned after it.',
  kafkaStreams: 'KStream.processValues, KTable.transformValues',
  input: { of: 'step', count: 'one', takes: 'a stream or a table' },
  options: valuesOptions,
  methods: {
    init: initSyntax,
    with: { method: 'process; of tables transform', doc, scope: ['record', 'stores'], result: 'nothing; of tables the value' },
  },
  gives: 'as input',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'processValues', input, 'stream', 'table')) return undefined
    const { stores = [], punctuate = [] } = step.options
    const isTable = input.kind === 'table'
    const result = step.options.value ?? input.value
    const value = isTable ? nonNull(result) : result
    const store = isTable ? step.store({ holds: 'table', key: input.key, value }) : noStore(step, 'processValues')
    const connected = step.connect(stores)
    const [k, v, v2] = [input.key, input.value, result].map((type) => typescript(step, type))
    const context = contextAlias('ProcessValuesContext', [k!, isTable ? text('never') : v2!], connected)
    const { store: _, ...kept } = input
    return {
      spec: { input: input.name, stores: connected, ...punctuations(punctuate), ...(store && { store }) },
      logic: [
        step.logic({
          base: withStores(
            code`${runtimeValue(isTable ? 'TransformValuesLogic' : 'ProcessValuesLogic')}<${k!}, ${v!}, ${v2!}`,
            step,
            connected,
          ),
          aliases: {
            ...inAlias(step, input.key, input.value, named([input])),
            ...(isTable ? {} : { Out: { doc: 'A record that it forwards.', type: recordOf(k!, v2!) } }),
            Context: context,
          },
          methods: [...(isTable ? [initMethod(), transformMethod(v2!)] : processMethods()), ...punctuateMethods(punctuate)],
          stores: connected,
        }),
      ],
      output: { ...kept, value, ...heldIn(step, store, input) },
    }
  },
})

function processMethods(): readonly Method[] {
  const method = recordMethod('with', 'process', doc, runtimeType('Nothing'), [{ name: 'context', type: 'Context' }])
  return [initMethod(), { ...method, scope: { ...method.scope, ...storesScope } }]
}

function transformMethod(value: Code): Method {
  const method = recordMethod('with', 'transform', transformDoc, value, [{ name: 'context', type: 'Context' }])
  return { ...method, scope: { ...method.scope, ...storesScope } }
}

function contextAlias(type: 'ProcessContext' | 'ProcessValuesContext', types: readonly Code[], stores: readonly string[]) {
  const given = types.reduce((all, next) => code`${all}, ${next}`)
  return {
    doc: 'What its methods may do beside reading the record.',
    type: stores.length === 0 ? code`${runtimeType(type)}<${given}>` : code`${runtimeType(type)}<${given}, Stores>`,
  }
}
