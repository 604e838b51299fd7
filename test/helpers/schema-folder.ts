import { Random } from './random.js'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Values stand alone (enums, fixeds, small records); entities are made of values; events tell of entities. */
type Layer = 'value' | 'entity' | 'event'

interface Named {
  readonly fullName: string
  readonly layer: Layer
  readonly isRecord: boolean
}

const domains = ['orders', 'payments', 'customers', 'inventory', 'shipping', 'pricing', 'catalog', 'returns', 'loyalty', 'support']
const nouns = [
  'Account',
  'Address',
  'Basket',
  'Carrier',
  'Discount',
  'Invoice',
  'Item',
  'Label',
  'Offer',
  'Parcel',
  'Price',
  'Quote',
  'Stock',
]
const words = ['amount', 'code', 'count', 'currency', 'name', 'note', 'number', 'origin', 'rank', 'reason', 'region', 'total', 'weight']
const states = ['OPEN', 'PENDING', 'ACCEPTED', 'REJECTED', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'EXPIRED']

const plain: readonly Json[] = ['string', 'string', 'string', 'int', 'long', 'double', 'boolean', 'bytes']
const logical: readonly Json[] = [
  { type: 'long', logicalType: 'timestamp-millis' },
  { type: 'int', logicalType: 'date' },
  { type: 'string', logicalType: 'uuid' },
  { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 },
]
const id = { name: 'id', type: 'string' }

/**
 * A folder as a company's grows to be: `count` schemas, a type a file, a folder a domain, with references across files and domains; and a topology a domain, half of
 * them with inline logic. In the order of references, which some compilers want. The same count and seed give the same files.
 */
export function schemaFolder(count: number, seed = 42): ReadonlyMap<string, string> {
  return new SchemaFolder(new Random(seed), count).files
}

class SchemaFolder {
  readonly files = new Map<string, string>()
  readonly #random: Random
  readonly #types: Named[] = []

  constructor(random: Random, count: number) {
    this.#random = random
    for (let number = 0; number < count; number += 1) {
      this.#add(number, number < 0.35 * count ? 'value' : number < 0.8 * count ? 'entity' : 'event')
    }
    domains.forEach((domain, index) => {
      const events = this.#types.filter(({ fullName, layer }) => layer === 'event' && fullName.startsWith(`shop.${domain}.`))
      if (events.length > 0) this.files.set(`${domain}.topology.yaml`, topology(domain, random.pick(events).fullName, index % 2 === 0))
    })
  }

  #add(number: number, layer: Layer): void {
    const domain = domains[number % domains.length]!
    const name = `${this.#random.pick(nouns)}${layer === 'event' ? 'Changed' : ''}${number}`
    const content = layer === 'value' && this.#random.chance(0.6) ? this.#small() : this.#record(layer, name)
    const schema = { ...content, name, namespace: `shop.${domain}`, doc: `${name}, of ${domain}.` }
    this.files.set(`${domain}/${name}.avsc`, `${JSON.stringify(schema, null, 2)}\n`)
    this.#types.push({ fullName: `shop.${domain}.${name}`, layer, isRecord: content.type === 'record' })
  }

  #small(): { readonly [key: string]: Json } {
    if (this.#random.chance(0.15)) return { type: 'fixed', size: this.#random.pick([8, 16, 32]) }
    return { type: 'enum', symbols: states.slice(0, this.#random.int(3, states.length)), default: states[0]! }
  }

  #record(layer: Layer, name: string): { readonly [key: string]: Json } {
    const count = layer === 'value' ? this.#random.int(2, 5) : this.#random.int(5, 16)
    const fields = Array.from({ length: count }, (_, at) => this.#field(layer, name, at))
    return { type: 'record', fields: [id, ...fields, ...(layer === 'event' ? [this.#happened()] : [])] }
  }

  #field(layer: Layer, owner: string, at: number): Json {
    const random = this.#random
    const name = `${random.pick(words)}${at}`
    const doc = random.chance(0.3) ? { doc: `The ${name} of ${owner}, as its source gave it.` } : {}
    const draw = random.next()
    if (draw < 0.35) return { name, type: random.pick(plain), ...doc }
    if (draw < 0.5) return { name, type: random.pick(logical), ...doc }
    if (draw < 0.65) return { name, type: ['null', random.pick(plain)], default: null, ...doc }
    if (layer === 'value') return { name, type: 'string', ...doc }
    const other = this.#other(layer === 'event' && random.chance(0.3) ? 'entity' : 'value')
    if (draw < 0.75) return { name, type: other, ...doc }
    if (draw < 0.82) return { name, type: ['null', other], default: null, ...doc }
    if (draw < 0.88) return { name, type: { type: 'array', items: random.pick(['string', other]) }, default: [], ...doc }
    if (draw < 0.94) return { name, type: { type: 'map', values: random.pick(['long', other]) }, default: {}, ...doc }
    const fields = Array.from({ length: random.int(2, 5) }, (_, index) => ({
      name: `${random.pick(words)}${index}`,
      type: random.pick(plain),
    }))
    return { name, type: { type: 'record', name: `${owner}Part${at}`, fields }, ...doc }
  }

  #other(layer: Layer): string {
    return this.#random.pick(this.#types.filter((type) => type.layer === layer)).fullName
  }

  /** What an event tells of: a union of records. */
  #happened(): Json {
    const records = this.#types.filter(({ layer, isRecord }) => layer === 'entity' && isRecord)
    const branches = new Set(Array.from({ length: this.#random.int(2, 5) }, () => this.#random.pick(records).fullName))
    return { name: 'happened', type: ['null', ...branches], default: null }
  }
}

function topology(name: string, type: string, isInline: boolean): string {
  const [test, groupKey] = isInline ? [", test: value.id.startsWith('1')", ', groupKey: value.id.slice(-4)'] : ['', '']
  return `application: ${name}
output: ../generated
topics:
  in: { key: string, value: ${type}, partitions: 4 }
  out: { key: { timeWindowed: string, size: 5m }, value: long, partitions: 4 }
stores:
  totals: { kind: window, queryable: true }
steps:
  events: { stream: in }
  wanted: { filter: events${test} }
  by-group: { groupBy: wanted, key: string${groupKey} }
  counts: { count: by-group, store: totals, window: { tumbling: 5m, grace: 1m } }
  out: { sink: counts, topic: out }
`
}
