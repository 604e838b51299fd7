import type { Json } from '#generator/avro/json.js'

/** A small project of a user's of `gen`, as data that can be changed: a few types, one topology. */
export interface Project {
  application: string
  /** The manifest, within the schema folder. */
  file: string
  types: NamedType[]
  topics: Topic[]
  stores: Store[]
  steps: Step[]
}

/** Of the namespace `shop`. */
export type NamedType =
  | { readonly kind: 'record'; name: string; fields: Field[]; aliases?: string[] }
  | { readonly kind: 'enum'; name: string; symbols: string[]; default?: string }

/** `type`: a primitive, the name of an enum, or one of these with a `?`. */
export interface Field {
  name: string
  type: string
  default?: Json
  aliases?: string[]
}

export interface Topic {
  name: string
  /** Its name on Kafka, if it is another. */
  kafka?: string
  key: string
  /** Absent: what its sinks give. */
  value?: string
  partitions: number
  encoding: 'avro' | 'avro-bare' | 'confluent' | 'json'
}

/** With the keys that the manifest has for a store. */
export interface Store {
  name: string
  kind: string
  [option: string]: Json
}

/** `options`: the keys that the manifest has beside the inputs and the logic. */
export interface Step {
  name: string
  operator: string
  /** Steps, or topics for sources. */
  inputs: string[]
  options: Record<string, Json>
}

/** What a step gives. */
export interface Handle {
  readonly kind: 'stream' | 'table' | 'globalTable' | 'grouped'
  /** A type, or one with its window: `{ timeWindowed: string, size: 1s }`. */
  readonly key: Json
  readonly value: string
  /** Is it a grouping of a table? */
  readonly ofTable?: boolean
  readonly window?: boolean
}

/** What each step gives, and each branch of one. */
export function handlesOf({ topics, steps }: Project): ReadonlyMap<string, Handle> {
  const handles = new Map<string, Handle>()
  const open = [...steps]
  for (let left = open.length + 1; open.length > 0 && left > 0; left -= 1) {
    for (const step of open.splice(0)) {
      const inputs = step.inputs.map((input) => (isSource(step) ? sourceHandle(step, topics) : handles.get(input)))
      if (inputs.some((input) => input === undefined)) open.push(step)
      else
        for (const name of (step.options.into as string[] | undefined) ?? [step.name]) handles.set(name, handleOf(step, inputs as Handle[]))
    }
  }
  return handles
}

export function isSource({ operator }: Step): boolean {
  return operator === 'stream' || operator === 'table' || operator === 'globalTable'
}

function sourceHandle({ operator, inputs }: Step, topics: readonly Topic[]): Handle | undefined {
  const topic = topics.find(({ name }) => name === inputs[0])
  return topic && { kind: operator as 'stream', key: topic.key, value: topic.value ?? 'string' }
}

function handleOf({ operator, options }: Step, [input, ...others]: readonly Handle[]): Handle {
  const { key = input!.key, value = input!.value } = options as { readonly key?: Json; readonly value?: string }
  switch (operator) {
    case 'groupBy':
    case 'groupByKey':
      return { kind: 'grouped', key, value, ofTable: input!.kind === 'table' }
    case 'count':
    case 'reduce':
    case 'aggregate':
    case 'cogroup': {
      const window = options.window as Record<string, string> | undefined
      const windowed: Json =
        window === undefined
          ? key
          : 'session' in window
            ? { sessionWindowed: key }
            : { timeWindowed: key, size: window.tumbling ?? window.hopping ?? window.sliding! }
      return { kind: 'table', key: windowed, value: operator === 'count' ? 'long' : value, window: window !== undefined }
    }
    case 'toStream':
      return { kind: 'stream', key, value: `${value.replace(/\?$/, '')}?` }
    case 'toTable':
      return { kind: 'table', key, value }
    case 'join':
    case 'leftJoin':
    case 'outerJoin':
      return { kind: input!.kind, key, value }
    case 'process':
      return { kind: 'stream', key, value }
    default:
      return { ...input!, key, value, ...(others.length > 0 && { kind: 'stream' as const }) }
  }
}
