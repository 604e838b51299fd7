import type { Json, JsonObject } from '#runtime/serde/json.js'
import type { Random } from '../../helpers/random.js'

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']
const typeNames = ['Order', 'Item', 'Map', 'Date', 'Record', 'class', 'Event', 'Reader', 'Writer', 'Decimal', 'order', 'ORDER', 'symbols']
const fieldNames = [
  'id',
  'class',
  'default',
  'user',
  'constructor',
  '__proto__',
  'value',
  'type',
  'toString',
  'user_id',
  'userId',
  'await',
  'null',
  '_',
]
const namespaces = ['', 'a', 'a.b', 'com.acme']
const symbols = ['A', 'B', 'a', 'constructor', '__proto__', 'default', 'NONE']
const logicalTypes: readonly JsonObject[] = [
  { type: 'int', logicalType: 'date' },
  { type: 'long', logicalType: 'timestamp-millis' },
  { type: 'long', logicalType: 'timestamp-micros' },
  { type: 'string', logicalType: 'uuid' },
  { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 3 },
  { type: 'bytes', logicalType: 'big-decimal' },
  { type: 'int', logicalType: 'uuid' },
]

type Mutable = { [key: string]: Json }

/** A random record with all that Avro has: names that collide, recursion, unions, defaults. */
export class RandomSchema {
  readonly #random: Random
  /** Names of types, and whether one is still being defined: a record within itself needs an array around it to end. */
  readonly #types = new Map<string, boolean>()
  /** Without logical types, every value of the underlying type is one. */
  readonly #logical: boolean
  #depth = 0

  constructor(random: Random, logical: boolean) {
    this.#random = random
    this.#logical = logical
  }

  record(namespace = ''): JsonObject {
    const { schema, within, fullName } = this.#named('record', namespace)
    this.#types.set(fullName, true)
    const fields = new Map<string, Json>()
    for (let left = this.#random.int(0, 5); left > 0; left -= 1) {
      const name = this.#random.pick(fieldNames)
      if (!fields.has(name)) fields.set(name, this.#field(name, this.#type(within)))
    }
    this.#types.set(fullName, false)
    return { ...schema, fields: [...fields.values()] }
  }

  #field(name: string, type: Json): Json {
    const value = this.#random.chance(0.3) ? defaultOf(type) : undefined
    return value === undefined ? { name, type } : { name, type, default: value }
  }

  #type(namespace: string): Json {
    this.#depth += 1
    const type = this.#depth > 5 ? this.#random.pick(primitives) : this.#anyType(namespace)
    this.#depth -= 1
    return type
  }

  #anyType(namespace: string): Json {
    switch (this.#random.int(0, 11)) {
      case 0:
        return this.#logical ? this.#random.pick(logicalTypes) : 'long'
      case 1:
        return { type: 'array', items: this.#type(namespace) }
      case 2:
        return { type: 'map', values: this.#type(namespace) }
      case 3: {
        const { schema } = this.#named('enum', namespace)
        return { ...schema, symbols: [...new Set([1, 2, 3].map(() => this.#random.pick(symbols)))] }
      }
      case 4: {
        const { schema } = this.#named('fixed', namespace)
        return { ...schema, size: this.#random.pick([0, 1, 12, 16]) }
      }
      case 5:
        return this.record(namespace)
      case 6:
      case 7:
        return this.#union(namespace)
      case 8: {
        const known = this.#known(namespace)
        if (known === undefined) return 'int'
        return this.#types.get(known) ? { type: 'array', items: known } : known
      }
      default:
        return this.#random.pick(primitives)
    }
  }

  /** A type by name; one of no namespace cannot be referred to from within another. */
  #known(namespace: string): string | undefined {
    const names = [...this.#types.keys()].filter((name) => name.includes('.') || namespace === '')
    return names.length === 0 ? undefined : this.#random.pick(names)
  }

  #union(namespace: string): Json {
    const branches = new Map<string, Json>(this.#random.chance(0.5) ? [['null', 'null']] : [])
    for (let left = 1 + this.#random.int(0, 2); left > 0; left -= 1) {
      const type = this.#type(namespace)
      const tag = tagOf(type, namespace)
      if (tag !== undefined && !branches.has(tag)) branches.set(tag, type)
    }
    return branches.size === 0 ? ['null'] : [...branches.values()]
  }

  #named(type: string, enclosing: string): { readonly schema: JsonObject; readonly within: string; readonly fullName: string } {
    const within = this.#random.chance(0.3) ? this.#random.pick(namespaces) : enclosing
    const wanted = this.#random.pick(typeNames)
    const full = (name: string) => (within === '' ? name : `${within}.${name}`)
    let name = wanted
    for (let number = 2; this.#types.has(full(name)); number += 1) name = `${wanted}${number}`
    this.#types.set(full(name), false)
    return { schema: { type, name, namespace: within }, within, fullName: full(name) }
  }
}

/** What makes a branch of a union its own; undefined of a union, which may not be one. */
function tagOf(type: Json, namespace: string): string | undefined {
  if (typeof type === 'string') return primitives.includes(type) || type.includes('.') || namespace === '' ? type : `${namespace}.${type}`
  if (Array.isArray(type)) return undefined
  const { name, namespace: own, type: kind } = type as JsonObject
  return typeof name === 'string' ? (own === '' ? name : `${own}.${name}`) : String(kind)
}

function defaultOf(type: Json): Json | undefined {
  const plain: JsonObject = {
    null: null,
    boolean: true,
    int: -1,
    long: 1_700_000_000_000,
    float: 1.5,
    double: 0.1,
    bytes: 'ÿ',
    string: 'é',
  }
  if (typeof type === 'string') return plain[type]
  if (Array.isArray(type)) return defaultOf(type[0])
  const { type: kind, symbols: known, logicalType } = type as JsonObject
  if (kind === 'array') return []
  if (kind === 'map') return {}
  if (kind === 'enum') return (known as readonly Json[])[0]
  return logicalType === undefined && typeof kind === 'string' ? plain[kind] : undefined
}

const wider: Readonly<Record<string, readonly Json[]>> = {
  null: [['null', 'int']],
  boolean: [['boolean', 'string'], 'int'],
  int: ['long', 'float', 'double', ['null', 'int'], 'string'],
  long: ['float', 'double', ['long', 'null'], 'int'],
  float: ['double', ['double', 'string'], 'long'],
  double: [['null', 'double'], 'float'],
  bytes: ['string', ['null', 'string']],
  string: ['bytes', ['bytes', 'null'], 'int'],
}

/** The schema after a few changes of the kinds that people make, right ones and wrong ones. */
export function evolve(schema: JsonObject, random: Random): JsonObject {
  const copy: Mutable = structuredClone(schema) as Mutable
  const places: { readonly type: Json; readonly set: (type: Json) => void }[] = []
  const visit = (type: Json, set: (type: Json) => void): void => {
    places.push({ type, set })
    if (typeof type !== 'object' || type === null) return
    const node = type as Mutable
    if (Array.isArray(type))
      for (const [index, branch] of type.entries()) visit(branch, (changed) => Object.assign(type, { [index]: changed }))
    else if (node.type === 'array') visit(node.items!, (items) => Object.assign(node, { items }))
    else if (node.type === 'map') visit(node.values!, (values) => Object.assign(node, { values }))
    else if (node.type === 'record')
      for (const field of node.fields as Mutable[]) visit(field.type!, (type) => Object.assign(field, { type }))
  }
  visit(copy, () => undefined)
  for (let left = 1 + random.int(0, 2); left > 0; left -= 1) {
    const { type, set } = random.pick(places)
    if (typeof type === 'string') set(structuredClone(random.pick(wider[type] ?? [type])))
    else if (Array.isArray(type)) (type as Json[]).reverse()
    else if ((type as Mutable).type === 'record') evolveRecord(type as Mutable, random, left)
    else if ((type as Mutable).type === 'enum') ((type as Mutable).symbols as Json[]).push(`NEW${left}`)
  }
  dropDefaults(copy)
  return copy
}

function evolveRecord(record: Mutable, random: Random, number: number): void {
  const fields = record.fields as Mutable[]
  const change = random.int(0, 3)
  if (change === 0) fields.push({ name: `added${number}`, type: ['null', 'string'], added: true, default: null })
  else if (change === 1) fields.reverse()
  else if (change === 2) fields.pop()
  else if (fields[0] !== undefined) Object.assign(fields[0], { aliases: [fields[0].name!], name: `renamed${number}` })
}

/** Defaults may be none of the changed types. */
function dropDefaults(node: Json): void {
  if (Array.isArray(node)) node.forEach(dropDefaults)
  else if (typeof node === 'object' && node !== null) {
    if ('default' in node && !('added' in node)) delete (node as Mutable).default
    Object.values(node).forEach(dropDefaults)
  }
}
