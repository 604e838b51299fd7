import { code, runtimeType } from '../../model/code.js'
import type { Code } from '../../model/data-type.js'
import type { RuntimeSymbol } from '../../model/runtime-symbols.js'
import type { StoreModel, TopologyModel } from '../../model/topology.js'
import type { GeneratedFile } from './file.js'

/** A property of `context.stores` or `app.stores`. */
export interface StoreProperty {
  readonly doc: string
  readonly name: string
  readonly type: string
}

const processorTypes: Readonly<Record<StoreModel['kind'], RuntimeSymbol>> = {
  keyValue: 'KeyValueStore',
  timestampedKeyValue: 'TimestampedKeyValueStore',
  window: 'WindowStore',
  timestampedWindow: 'TimestampedWindowStore',
  session: 'SessionStore',
  versioned: 'VersionedKeyValueStore',
}

const queryableTypes: Readonly<Record<StoreModel['kind'], RuntimeSymbol>> = {
  keyValue: 'QueryableKeyValueStore',
  timestampedKeyValue: 'QueryableKeyValueStore',
  window: 'QueryableWindowStore',
  timestampedWindow: 'QueryableWindowStore',
  session: 'QueryableSessionStore',
  versioned: 'QueryableVersionedStore',
}

/** The stores that a processor asks for, as the type of its `context.stores`. */
export function storesType(names: readonly string[], topology: TopologyModel, step: string, file: GeneratedFile): readonly StoreProperty[] {
  return names.flatMap((name) => {
    const store = topology.stores.find((candidate) => candidate.name === name)
    if (store === undefined) return []
    const [key, value] = [topology.typescript(store.key), topology.typescript(store.value)]
    const isReader = store.global && store.owner !== step
    return [
      {
        doc: storeDoc(store),
        name: store.property,
        type: file.use(isReader ? readOnly(store, key, value) : processorStore(store, key, value)),
      },
    ]
  })
}

export function queryableStore(store: StoreModel, topology: TopologyModel): Code {
  return code`${runtimeType(queryableTypes[store.kind])}<${topology.typescript(store.key)}, ${topology.typescript(store.value)}>`
}

export function storeDoc({ name, owner }: StoreModel): string {
  return owner === undefined ? `Store \`${name}\`.` : `Store \`${name}\`, filled by step \`${owner}\`.`
}

function processorStore(store: StoreModel, key: Code, value: Code): Code {
  return code`${runtimeType(processorTypes[store.kind])}<${key}, ${value}>`
}

/** Only the step that fills a global store writes to it. */
function readOnly(store: StoreModel, key: Code, value: Code): Code {
  if (store.kind === 'keyValue') return code`${runtimeType('ReadOnlyKeyValueStore')}<${key}, ${value}>`
  if (store.kind === 'timestampedKeyValue') {
    return code`${runtimeType('ReadOnlyKeyValueStore')}<${key}, ${runtimeType('ValueAndTimestamp')}<${value}>>`
  }
  return processorStore(store, key, value)
}
