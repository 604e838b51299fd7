import { isList, isObject, type Json } from '../avro/json.js'

/** What is wrong with the shape of a lock: it may come from a stranger, and its names end up in commands. Undefined if nothing is. */
export function checkLockShape(lock: Json): string | undefined {
  try {
    lockShape(lock, 'it')
    return undefined
  } catch (error) {
    if (error instanceof ShapeError) return error.message
    throw error
  }
}

class ShapeError extends Error {}

type Shape = (value: Json, at: string) => void

const fail = (at: string, wanted: string): never => {
  throw new ShapeError(`${at.replace(/^it\./, '')} is not ${wanted}`)
}

const text: Shape = (value, at) => void (typeof value === 'string' || fail(at, 'a text'))
const flag: Shape = (value, at) => void (typeof value === 'boolean' || fail(at, 'true or false'))
const count: Shape = (value, at) => void ((typeof value === 'number' && value >= 0) || fail(at, 'a number'))
const any: Shape = () => undefined
/** Of a topic on Kafka, an application, a store: nothing that a shell would take for more. */
const name: Shape = (value, at) => void ((typeof value === 'string' && /^[A-Za-z0-9._-]{1,300}$/.test(value)) || fail(at, 'a name'))

function list(item: Shape): Shape {
  return (value, at) => {
    if (!isList(value)) return fail(at, 'a list')
    value.forEach((each, index) => void item(each, `${at}[${index}]`))
  }
}

function record(key: Shape, item: Shape): Shape {
  return (value, at) => {
    if (!isObject(value)) return fail(at, 'an object')
    for (const [each, content] of Object.entries(value)) {
      key(each, `${at}.${each}`)
      item(content, `${at}.${each}`)
    }
  }
}

/** An object of these members; those that may be missing are `optional`. Others are left alone. */
function object(required: Readonly<Record<string, Shape>>, optional: Readonly<Record<string, Shape>> = {}): Shape {
  return (value, at) => {
    if (!isObject(value)) return fail(at, 'an object')
    for (const [key, shape] of Object.entries(required))
      value[key] === undefined ? fail(`${at}.${key}`, 'there') : shape(value[key], `${at}.${key}`)
    for (const [key, shape] of Object.entries(optional)) if (value[key] !== undefined) shape(value[key], `${at}.${key}`)
  }
}

function either(test: (value: Json) => boolean, first: Shape, second: Shape): Shape {
  return (value, at) => (test(value) ? first : second)(value, at)
}

const type = either(
  (value) => typeof value === 'string',
  text,
  object({ type: text }, { nullable: flag, window: text, encoding: text, fingerprint: text }),
)
const side = either((value) => isObject(value) && 'of' in value, object({ format: text, of: list(type) }), type)
const topic = object({ topic: name, key: type, value: type }, { partitions: count })
const step = object({ operator: text }, { inputs: list(text), settings: record(any, any) })
const store = object(
  { kind: text, step: text, key: side, value: side, persistence: text },
  {
    windowSizeMs: count,
    retentionMs: count,
    historyRetentionMs: count,
    retainDuplicates: flag,
    global: flag,
    queryable: flag,
    caching: flag,
    changelog: name,
  },
)
const internalTopic = object({ kind: text, step: text }, { partitions: count, key: side, value: side })
const subTopology = object({ sources: list(name), stores: list(name) })
const topology = object({
  file: text,
  topics: record(name, topic),
  steps: record(name, step),
  stores: record(name, store),
  internalTopics: record(name, internalTopic),
  subTopologies: list(subTopology),
})
const schemas = list(object({ fingerprint: text, schema: any }))
const lockShape = object({ generator: text, topologies: record(name, topology), schemas: record(text, schemas) })
