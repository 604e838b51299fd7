import type { Json } from '#generator/avro/json.js'
import type { Handle, Project, Step, Store } from './project.js'

/** The logic of a step, in place: made anew from the types of today, as its author would after a change. */
export function logicOf({ operator, inputs, options }: Step, project: Project, handles: ReadonlyMap<string, Handle>): Record<string, Json> {
  const [input, other] = inputs.map((name) => handles.get(name))
  const make = (type: Json, seed = 'JSON.stringify(key)') => made(String(type), seed, project)
  const { key = input?.key, value = input?.value } = options as { readonly key?: Json; readonly value?: string }
  switch (operator) {
    case 'filter':
    case 'filterNot':
      return { test: operator === 'filter' }
    case 'mapValues':
      return { with: value === input?.value ? 'value' : make(value!) }
    case 'map':
      return { with: `({ key: ${make(key!)}, value: ${value === input?.value ? 'value' : make(value!)} })` }
    case 'flatMapValues':
      return { with: `[${value === input?.value ? 'value' : make(value!)}]` }
    case 'selectKey':
      return { with: make(key!) }
    case 'peek':
      return { with: 'void key' }
    case 'branch':
      return { with: `JSON.stringify(value).length % 2 === 0 ? '${(options.into as string[])[0]}' : '${(options.into as string[])[1]}'` }
    case 'groupBy':
      return {
        groupKey: make(key!, 'JSON.stringify(key)'),
        ...(input?.kind === 'table' && options.value !== undefined && { groupValue: make(value!) }),
      }
    case 'reduce':
      return { with: 'value', ...(input?.ofTable && { subtract: 'aggregate' }) }
    case 'aggregate':
      return {
        initialize: make(value!, "''"),
        with: value === 'long' ? 'aggregate + 1' : make(value!),
        ...(input?.ofTable && { subtract: 'aggregate' }),
        ...(isSession(options) && { merge: 'left' }),
      }
    case 'cogroup':
      return {
        initialize: make(value!, "''"),
        with: Object.fromEntries(inputs.map((name) => [name, value === 'long' ? 'aggregate + 1' : make(value!)])),
        ...(isSession(options) && { merge: 'left' }),
      }
    case 'toStream':
      return options.key === undefined ? {} : { with: make(key!) }
    case 'join':
    case 'leftJoin':
    case 'outerJoin':
      return {
        ...(other?.kind === 'globalTable' && { globalKey: make(other.key) }),
        ...(options.on !== undefined && { on: make(other?.key ?? 'string', 'JSON.stringify(key)') }),
        with: make(value!),
      }
    case 'process':
    case 'processValues': {
      const puts = ((options.stores as string[] | undefined) ?? []).map((name) =>
        putInto(
          project.stores.find((store) => store.name === name),
          name,
          make,
        ),
      )
      return { with: [...puts, input?.kind === 'table' ? 'return value' : 'context.forward(record)'].join('\n') }
    }
    default:
      return {}
  }
}

function isSession({ window }: Step['options']): boolean {
  return window !== undefined && 'session' in (window as object)
}

function putInto(store: Store | undefined, name: string, make: (type: Json) => string): string {
  const place = `stores.${name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}`
  const value = make(store?.value ?? 'long')
  const key = make(store?.key ?? 'string')
  switch (store?.kind) {
    case 'window':
      return `${place}.put(${key}, ${value}, timestamp - timestamp % 1000)`
    case 'timestampedWindow':
      return `${place}.put(${key}, { value: ${value}, timestamp }, timestamp - timestamp % 1000)`
    case 'session':
      return `${place}.put({ key: ${key}, start: timestamp, end: timestamp }, ${value})`
    case 'versioned':
      return `${place}.put(${key}, ${value}, timestamp)`
    case 'timestampedKeyValue':
      return `${place}.put(${key}, { value: ${value}, timestamp })`
    default:
      return `${place}.put(${key}, ${value})`
  }
}

/** An expression that makes a value of a type, from a text. */
function made(type: string, seed: string, { types }: Project): string {
  const plain: Record<string, string> = { string: seed, int: '1', long: '1', double: '1.5', boolean: 'true' }
  const found = types.find(({ name }) => name === type.replace('?', ''))
  if (found === undefined) return plain[type.replace('?', '')] ?? seed
  if (found.kind === 'enum') return JSON.stringify(found.symbols[0])
  return `({ ${found.fields.map((field) => `${field.name}: ${made(field.type, seed, { types } as Project)}`).join(', ')} })`
}
