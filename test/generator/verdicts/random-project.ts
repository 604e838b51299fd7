import type { Json } from '#generator/avro/json.js'
import type { Random } from '../../helpers/random.js'
import { type Handle, handlesOf, type Project, type Step } from './project.js'

const seconds = (random: Random, from: number, to: number) => `${random.int(from, to)}s`

export const encodings = ['avro', 'avro', 'avro', 'avro-bare', 'json', 'confluent'] as const
export const keyTypes = ['string', 'string', 'string', 'Id']
export const valueTypes = ['Item', 'Total', 'string', 'long']

/** Any project that `gen` takes: sources, then steps of any operator that what there is so far can be given to, then sinks. */
export class RandomProject {
  readonly #random: Random
  readonly #project: Project = {
    application: 'app',
    file: 'app.topology.yaml',
    types: [
      { kind: 'enum', name: 'State', symbols: ['OPEN', 'PAID', 'SENT'] },
      {
        kind: 'record',
        name: 'Item',
        fields: [
          { name: 'id', type: 'string' },
          { name: 'amount', type: 'int' },
          { name: 'state', type: 'State' },
          { name: 'note', type: 'string?', default: null },
        ],
      },
      {
        kind: 'record',
        name: 'Total',
        fields: [
          { name: 'last', type: 'string' },
          { name: 'sum', type: 'long' },
        ],
      },
      { kind: 'record', name: 'Id', fields: [{ name: 'user', type: 'string' }] },
    ],
    topics: [],
    stores: [],
    steps: [],
  }

  constructor(random: Random) {
    this.#random = random
  }

  make(): Project {
    const random = this.#random
    if (random.chance(0.5)) Object.assign(this.#project.types[0]!, { default: 'OPEN' })
    for (let left = random.int(2, 3); left > 0; left -= 1) this.#source()
    for (let left = random.int(3, 8); left > 0; left -= 1) this.step()
    for (const name of this.#ends()) if (random.chance(0.8)) this.#sink(name)
    return this.#project
  }

  /** One more step in a project that there is. */
  static addTo(project: Project, random: Random): void {
    const made = new RandomProject(random)
    Object.assign(made.#project, project)
    made.step()
    Object.assign(project, made.#project)
  }

  #source(): void {
    const random = this.#random
    const name = this.#name('in')
    const operator = random.pick(['stream', 'stream', 'stream', 'table', 'table', 'globalTable'])
    const key = random.pick(keyTypes)
    const value = random.pick(valueTypes)
    this.#project.topics.push({ name, key, value, partitions: 2, encoding: random.pick(encodings) })
    const store =
      operator === 'stream' || random.chance(0.5) ? {} : this.#store(operator === 'table' ? ['keyValue', 'versioned'] : ['keyValue'])
    this.#add(operator, [name], store, this.#name(operator === 'stream' ? 'read' : 'rows'))
  }

  /** A step that takes what there is; sometimes none, if what is drawn takes nothing of it. */
  step(): void {
    const random = this.#random
    const handles = [...handlesOf(this.#project)].filter(([, { kind }]) => kind !== 'globalTable')
    if (handles.length === 0) return
    const taken = new Set(this.#project.steps.flatMap(({ inputs }) => inputs))
    const open = handles.filter(([name, { kind }]) => kind === 'grouped' && !taken.has(name))
    const [name, handle] = random.pick(open.length > 0 && random.chance(0.6) ? open : handles)
    if (handle.kind === 'stream') this.#ofStream(name, handle)
    else if (handle.kind === 'table') this.#ofTable(name, handle)
    else this.#ofGrouped(name, handle)
  }

  #ofStream(name: string, { key, value }: Handle): void {
    const random = this.#random
    const optional = value.endsWith('?')
    if (optional) {
      this.#add('mapValues', [name], { value: random.pick(valueTypes) })
      return
    }
    const newKey = () => ({ key: random.pick(keyTypes) })
    random.pick([
      () => this.#add(random.pick(['filter', 'filterNot', 'peek']), [name]),
      () => this.#add(random.pick(['mapValues', 'flatMapValues']), [name], { value: random.pick(valueTypes) }),
      () => this.#add('selectKey', [name], newKey()),
      () => this.#add('map', [name], { ...newKey(), value: random.pick(valueTypes) }),
      () => this.#add('branch', [name], { into: [this.#name('left'), this.#name('right')] }),
      () => this.#add('merge', [name, this.#like(name, (other) => other.kind === 'stream' && other.key === key && other.value === value)]),
      () => this.#add('repartition', [name], random.chance(0.5) ? { partitions: random.int(1, 3) } : {}),
      () => this.#add('groupByKey', [name]),
      () => this.#add('groupByKey', [name]),
      () => this.#add('groupBy', [name], newKey()),
      () => this.#add('groupBy', [name], newKey()),
      () => this.#add('toTable', [name], this.#maybe(['keyValue', 'versioned'])),
      () => this.#add(random.pick(['process', 'processValues']), [name], { stores: [this.#ownStore()] }),
      () => this.#joinStreams(name, key),
      () => this.#joinStreams(name, key),
      () => this.#joinTable(name, key),
      () => this.#joinTable(name, key),
    ])()
  }

  #joinStreams(name: string, key: Json): void {
    const random = this.#random
    const other = this.#like(name, (handle) => handle.kind === 'stream' && handle.key === key && !handle.value.endsWith('?'))
    const within = { within: seconds(random, 1, 5), ...(random.chance(0.5) && { grace: seconds(random, 1, 20) }) }
    this.#add(random.pick(['join', 'leftJoin', 'outerJoin']), [name, other], { ...within, value: random.pick(valueTypes) })
  }

  #joinTable(name: string, key: Json): void {
    const random = this.#random
    const table = this.#like(
      name,
      ({ kind, key: other, window }) => kind === 'globalTable' || (kind === 'table' && other === key && !window),
    )
    if (table === name) return
    this.#add(random.pick(['join', 'leftJoin']), [name, table], {
      value: random.pick(valueTypes),
      ...(this.#isVersioned(table) && { grace: '2s' }),
    })
  }

  #isVersioned(name: string): boolean {
    const store = this.#project.steps.find((step) => step.name === name)?.options.store
    return this.#project.stores.some((each) => each.name === store && each.kind === 'versioned')
  }

  #ofTable(name: string, { key, window = false }: Handle): void {
    const random = this.#random
    if (window) {
      random.pick([
        () => this.#add('suppress', [name], random.chance(0.5) ? { until: 'windowClose' } : { timeLimit: seconds(random, 1, 5) }),
        () => this.#add('toStream', [name], { key: 'string' }),
        () => this.#add('mapValues', [name], { value: random.pick(valueTypes) }),
      ])()
      return
    }
    const join = (foreign: boolean) => {
      const other = this.#like(name, (handle) => handle.kind === 'table' && !handle.window && (foreign || handle.key === key))
      if (other === name && !foreign) return
      const kinds = foreign ? ['join', 'leftJoin'] : ['join', 'leftJoin', 'outerJoin']
      this.#add(random.pick(kinds), [name, other], {
        value: random.pick(valueTypes),
        ...(foreign && { on: true }),
        ...this.#maybe(['keyValue']),
      })
    }
    random.pick([
      () => this.#add(random.pick(['filter', 'filterNot']), [name], this.#maybe(['keyValue'])),
      () => this.#add('mapValues', [name], { value: random.pick(valueTypes), ...this.#maybe(['keyValue']) }),
      () => this.#add('toStream', [name]),
      () => this.#add('groupBy', [name], { key: random.pick(keyTypes) }),
      () => this.#add('groupBy', [name], { key: random.pick(keyTypes) }),
      () => this.#add('suppress', [name], { timeLimit: seconds(random, 1, 5) }),
      () => join(false),
      () => join(true),
      () => join(true),
    ])()
  }

  #ofGrouped(name: string, { key, ofTable = false }: Handle): void {
    const random = this.#random
    const window = ofTable || random.chance(0.3) ? undefined : this.window()
    const kinds = window === undefined ? ['keyValue'] : 'session' in window ? ['session'] : ['window']
    const options = { ...(window && { window }), ...this.#maybe(kinds) }
    random.pick([
      () => this.#add('count', [name], options),
      () => this.#add('reduce', [name], options),
      () => this.#add('aggregate', [name], { value: random.pick(valueTypes), ...options }),
      () => {
        const other = this.#like(name, (handle) => handle.kind === 'grouped' && !handle.ofTable && handle.key === key)
        if (!ofTable) this.#add('cogroup', [...new Set([name, other])], { value: random.pick(valueTypes), ...options })
      },
    ])()
  }

  window(): Record<string, string> {
    const random = this.#random
    const size = random.int(1, 4) * 2
    const grace = random.chance(0.6) ? { grace: seconds(random, 1, 30) } : {}
    return random.pick<Record<string, string>>([
      { tumbling: `${size}s`, ...grace },
      { hopping: `${size}s`, advance: `${size / 2}s`, ...grace },
      { sliding: `${size}s`, ...grace },
      { session: `${size}s`, ...grace },
    ])
  }

  #sink(name: string): void {
    const topic = this.#name('out')
    this.#project.topics.push({ name: topic, key: 'string', partitions: 2, encoding: this.#random.pick(encodings) })
    this.#add('sink', [name], { topic })
  }

  /** What no step takes yet, but for groupings. */
  #ends(): readonly string[] {
    const taken = new Set(this.#project.steps.flatMap(({ inputs }) => inputs))
    return [...handlesOf(this.#project)].flatMap(([name, { kind }]) =>
      taken.has(name) || kind === 'grouped' || kind === 'globalTable' ? [] : [name],
    )
  }

  /** Another than `name`, if there is one. */
  #like(name: string, fits: (handle: Handle) => boolean): string {
    const others = [...handlesOf(this.#project)].filter(([other, handle]) => other !== name && fits(handle))
    return others.length === 0 ? name : this.#random.pick(others)[0]
  }

  #maybe(kinds: readonly string[]): { readonly store?: string } {
    return this.#random.chance(0.6) ? this.#store(kinds) : {}
  }

  #store(kinds: readonly string[]): { readonly store: string } {
    const random = this.#random
    const name = this.#name('kept')
    const kind = random.pick(kinds)
    this.#project.stores.push({
      name,
      kind,
      ...(kind === 'versioned' && { historyRetention: '1h' }),
      ...((kind === 'window' || kind === 'session') && random.chance(0.4) && { retention: '2m' }),
      ...(random.chance(0.3) && { persistence: 'memory' }),
      ...(random.chance(0.15) && { logging: false }),
      ...(kind !== 'versioned' && random.chance(0.2) && { caching: true }),
    })
    return { store: name }
  }

  /** Of a processor's. */
  #ownStore(): string {
    const random = this.#random
    const name = this.#name('own')
    const kind = random.pick(['keyValue', 'timestampedKeyValue', 'window', 'session', 'versioned'])
    const more = { window: { windowSize: '1s', retention: '1m' }, session: { retention: '1m' }, versioned: { historyRetention: '1h' } }
    this.#project.stores.push({
      name,
      kind,
      key: random.pick(keyTypes),
      value: random.pick(valueTypes),
      ...(more[kind as keyof typeof more] ?? {}),
      ...(random.chance(0.3) && { persistence: 'memory' }),
      ...(random.chance(0.15) && { logging: false }),
    })
    return name
  }

  #add(operator: string, inputs: string[], options: Step['options'] = {}, name = this.#name(operator)): void {
    this.#project.steps.push({ name, operator, inputs, options })
  }

  #name(base: string): string {
    const { topics, stores, steps } = this.#project
    const used = new Set(
      [...topics, ...stores, ...steps].map(({ name }) => name).concat(steps.flatMap(({ options }) => (options.into as string[]) ?? [])),
    )
    for (let number = 1; ; number += 1) if (!used.has(`${base}${number}`)) return `${base}${number}`
  }
}
