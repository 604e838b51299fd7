import type { Json } from '#generator/avro/json.js'
import type { Random } from '../../helpers/random.js'
import { handlesOf, isSource, type NamedType, type Project, type Step } from './project.js'
import { encodings, keyTypes, RandomProject, valueTypes } from './random-project.js'

type Apply = (project: Project, random: Random) => unknown
type RecordType = Extract<NamedType, { readonly kind: 'record' }>

/** A copy of the project after a change as its author would make it; it may be one that `gen` refuses, or none. */
export function changed(project: Project, name: string, random: Random): Project {
  const copy = structuredClone(project)
  changes[name]!(copy, random)
  return copy
}

const changes: Readonly<Record<string, Apply>> = {
  renameApplication: (project, random) => {
    if (random.chance(0.3)) project.application = 'job'
  },
  moveManifest: (project, random) => {
    project.file = random.pick(['jobs.topology.yaml', 'sub/app.topology.yaml'])
  },

  renameStep: ({ steps }, random) => rename(steps, random.pick(steps).name),
  renameBranch: ({ steps }, random) => {
    const step = steps.find(({ options }) => options.into !== undefined)
    if (step !== undefined) rename(steps, random.pick(step.options.into as string[]))
  },
  orderSteps: (project, random) => project.steps.sort(() => random.next() - 0.5),
  insertStep: ({ steps }, random) => {
    const step = steps.filter((each) => !isSource(each)).at(random.int(0, 3))
    if (step === undefined) return
    step.inputs[0] = insert(steps, random.pick(['filter', 'mapValues', 'peek', 'repartition', 'selectKey']), step.inputs[0]!)
  },
  removeStep: (project, random) => {
    const { steps } = project
    const step = random.pick(steps)
    const users = steps.filter(({ inputs }) => inputs.includes(step.name))
    if (users.length > 0 && isSource(step)) return
    project.steps = steps.filter((each) => each !== step)
    for (const user of users) user.inputs = user.inputs.map((input) => (input === step.name ? step.inputs[0]! : input))
  },
  addStep: (project, random) => RandomProject.addTo(project, random),
  moveInput: (project, random) => {
    const step = random.pick(project.steps)
    const names = isSource(step)
      ? project.topics.flatMap(({ name, value }) => (value === undefined ? [] : [name]))
      : [...handlesOf(project).keys()]
    step.inputs[random.int(0, step.inputs.length - 1)] = random.pick(names)
  },
  swapSides: ({ steps }) => void steps.find(({ operator }) => /join/i.test(operator))?.inputs.reverse(),
  changeOperator: ({ steps }, random) => {
    const families = [
      ['filter', 'filterNot', 'peek'],
      ['join', 'leftJoin', 'outerJoin'],
      ['process', 'processValues'],
      ['reduce', 'count', 'aggregate'],
      ['groupBy', 'groupByKey'],
      ['map', 'mapValues', 'flatMapValues'],
      ['stream', 'table', 'globalTable'],
    ]
    const step = random.pick(steps)
    step.operator = random.pick(families.find((family) => family.includes(step.operator)) ?? [step.operator])
  },

  changeWindow: ({ steps }, random) => {
    const step = steps.find(({ options }) => options.window !== undefined)
    const window = step?.options.window as Record<string, string> | undefined
    if (step === undefined || window === undefined) return
    const [kind] = Object.keys(window) as [string]
    const other = new RandomProject(random).window()
    random.pick<() => unknown>([
      () => Object.assign(window, { grace: `${random.int(1, 90)}s` }),
      () => Object.assign(window, { [kind]: `${random.int(2, 9)}s` }),
      () => 'advance' in window && Object.assign(window, { advance: '1s' }),
      () => Object.assign(step.options, { window: other }),
      () => delete step.options.window,
    ])()
  },
  changeJoinWindow: ({ steps }, random) => {
    const step = steps.find(({ options }) => options.within !== undefined)
    if (step === undefined) return
    const name = random.pick(['within', 'grace', 'persistence'])
    step.options[name] = name === 'persistence' ? 'memory' : `${random.int(1, 60)}s`
  },
  changeSuppress: ({ steps }, random) => {
    const step = steps.find(({ operator }) => operator === 'suppress')
    if (step !== undefined)
      step.options = random.pick<Step['options']>([
        { timeLimit: '9s' },
        { until: 'windowClose' },
        { timeLimit: '3s', maxRecords: 2, whenFull: 'emitEarly' },
      ])
  },
  changeGrace: ({ steps }, random) => {
    const step = steps.find(({ options }) => options.grace !== undefined)
    if (step === undefined) return
    if (random.chance(0.4)) delete step.options.grace
    else step.options.grace = `${random.int(1, 60)}s`
  },
  changePartitions: ({ topics, steps }, random) => {
    const repartition = steps.find(({ operator }) => operator === 'repartition')
    if (repartition !== undefined && random.chance(0.5)) repartition.options.partitions = random.int(1, 3)
    else if (random.chance(0.5)) for (const topic of topics) topic.partitions = 3
    else random.pick(topics).partitions = random.int(1, 3)
  },

  changeStepValue: ({ steps }, random) => {
    const step = random.pick(steps)
    if (step.options.value !== undefined) step.options.value = random.pick(valueTypes)
  },
  changeStepKey: ({ steps }, random) => {
    const step = random.pick(steps)
    if (step.options.key !== undefined) step.options.key = random.pick(keyTypes)
  },
  changeTopicType: ({ topics }, random) => {
    const topic = random.pick(topics)
    if (random.chance(0.3)) topic.key = random.pick(keyTypes)
    else if (topic.value !== undefined) topic.value = random.pick(valueTypes)
  },
  changeEncoding: ({ topics }, random) => {
    random.pick(topics).encoding = random.pick(encodings)
  },
  renameTopic: ({ topics, steps }, random) => {
    const topic = random.pick(topics)
    const old = topic.name
    topic.name = `${old}-renamed`
    // In the manifest alone, or on Kafka too.
    if (random.chance(0.7)) topic.kafka = old
    for (const { operator, inputs, options } of steps) {
      if (operator === 'sink' && options.topic === old) options.topic = topic.name
      if (isSource({ operator } as Step)) inputs.splice(0, inputs.length, ...inputs.map((input) => (input === old ? topic.name : input)))
    }
  },

  renameStore: ({ stores, steps }, random) => {
    if (stores.length === 0) return
    const store = random.pick(stores)
    const old = store.name
    store.name = `${old}-renamed`
    for (const { options } of steps) {
      if (options.store === old) options.store = store.name
      if (options.stores !== undefined) options.stores = (options.stores as string[]).map((name) => (name === old ? store.name : name))
    }
  },
  nameStore: ({ stores, steps }, random) => {
    const step = random.pick(steps)
    const kinds: Record<string, string> = {
      count: 'keyValue',
      reduce: 'keyValue',
      aggregate: 'keyValue',
      table: 'keyValue',
      join: 'keyValue',
    }
    const kind = kinds[step.operator]
    if (kind === undefined || step.options.store !== undefined) return
    step.options.store = random.chance(0.5) ? 'named' : step.name
    stores.push({ name: step.options.store as string, kind })
  },
  unnameStore: ({ stores, steps }, random) => {
    const step = random.pick(steps)
    const at = stores.findIndex(({ name }) => name === step.options.store)
    if (at >= 0) stores.splice(at, 1)
    delete step.options.store
  },
  changeStore: ({ stores }, random) => {
    if (stores.length === 0) return
    const store = random.pick(stores)
    const option = random.pick(['logging', 'persistence', 'caching', 'queryable'])
    if (option === 'persistence') store.persistence = store.persistence === 'memory' ? 'lmdb' : 'memory'
    else store[option] = !(store[option] ?? option === 'logging')
  },
  changeStoreKind: ({ stores }, random) => {
    if (stores.length === 0) return
    const store = random.pick(stores)
    store.kind = random.pick(['keyValue', 'timestampedKeyValue', 'versioned', 'window', 'session'])
    if (store.kind === 'versioned') store.historyRetention = '1h'
    else delete store.historyRetention
  },
  changeRetention: ({ stores }, random) => {
    const store = stores.find(({ kind }) => kind !== 'keyValue' && kind !== 'timestampedKeyValue')
    if (store !== undefined) store[store.kind === 'versioned' ? 'historyRetention' : 'retention'] = `${random.int(1, 120)}m`
  },
  changeStoreTypes: ({ stores }, random) => {
    const store = stores.find(({ key }) => key !== undefined)
    if (store !== undefined) Object.assign(store, random.chance(0.3) ? { key: random.pick(keyTypes) } : { value: random.pick(valueTypes) })
  },

  addField: ({ types }, random) => {
    const field = random.pick<RecordType['fields'][number]>([
      { name: 'added', type: 'string' },
      { name: 'added', type: 'string', default: 'none' },
      { name: 'added', type: 'long?', default: null },
      { name: 'added', type: 'State', default: 'OPEN' },
    ])
    const { fields } = record(types, random)
    fields.splice(random.int(0, fields.length), 0, field)
  },
  removeField: ({ types }, random) => {
    const { fields } = record(types, random)
    if (fields.length > 1) fields.splice(random.int(0, fields.length - 1), 1)
  },
  renameField: ({ types }, random) => {
    const field = random.pick(record(types, random).fields)
    if (random.chance(0.7)) field.aliases = [...(field.aliases ?? []), field.name]
    field.name = `${field.name}Renamed`
  },
  orderFields: ({ types }, random) => record(types, random).fields.reverse(),
  changeField: ({ types }, random) => {
    const field = random.pick(record(types, random).fields)
    const wider: Record<string, readonly string[]> = {
      int: ['long', 'double', 'int?', 'string'],
      long: ['double', 'long?', 'int'],
      string: ['string?', 'long', 'State'],
      'string?': ['string', 'long?'],
      State: ['string', 'State?'],
    }
    field.type = random.pick(wider[field.type] ?? [field.type])
    if (!field.type.endsWith('?')) delete field.default
  },
  changeDefault: ({ types }, random) => {
    const field = record(types, random).fields.find(({ type }) => type.endsWith('?'))
    if (field === undefined) return
    if (field.default === undefined) field.default = null
    else delete field.default
  },
  renameType: (project, random) => {
    const type = record(project.types, random)
    const old = type.name
    type.name = `${old}Renamed`
    if (random.chance(0.7)) type.aliases = [...(type.aliases ?? []), `shop.${old}`]
    const named = (value: Json | undefined) => (value === old ? type.name : value)
    for (const topic of project.topics) Object.assign(topic, { key: named(topic.key), ...(topic.value && { value: named(topic.value) }) })
    for (const part of [...project.stores, ...project.steps.map(({ options }) => options)])
      for (const side of ['key', 'value']) if (part[side] !== undefined) part[side] = named(part[side])!
  },
  changeSymbols: ({ types }, random) => {
    const state = types[0] as Extract<NamedType, { readonly kind: 'enum' }>
    random.pick<() => unknown>([
      () => state.symbols.push('BACK'),
      () => state.symbols.pop(),
      () => state.symbols.reverse(),
      () => Object.assign(state, { default: 'OPEN' }),
      () => delete state.default,
    ])()
  },
}

export const changeNames: readonly string[] = Object.keys(changes)

function record(types: readonly NamedType[], random: Random): RecordType {
  return random.pick(types.filter((type): type is RecordType => type.kind === 'record').concat(types[1] as RecordType))
}

function rename(steps: readonly Step[], old: string): void {
  const named = (input: string) => (input === old ? `${old}-renamed` : input)
  for (const step of steps) {
    step.name = named(step.name)
    if (!isSource(step)) step.inputs = step.inputs.map(named)
    if (step.options.into !== undefined) step.options.into = (step.options.into as string[]).map(named)
  }
}

function insert(steps: Step[], operator: string, input: string): string {
  const options: Record<string, Step['options']> = { selectKey: { key: 'string' } }
  const name = `before-${steps.length}`
  steps.push({ name, operator, inputs: [input], options: options[operator] ?? {} })
  return name
}
