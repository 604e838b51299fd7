import { StreamError } from '../core/errors.js'
import type { StateStore } from '../stores/state-store.js'

const writing: ReadonlySet<string> = new Set(['put', 'putIfAbsent', 'putAll', 'delete', 'remove'])

/**
 * A global store as the processors of tasks see it: only its topic writes it, the same in each instance. Writing throws INVALID_STATE
 * (Kafka Streams: `UnsupportedOperationException`).
 */
export function readOnlyStore(store: StateStore): StateStore {
  const { name } = store
  const view: Record<string, unknown> = { name }
  for (let from = Object.getPrototypeOf(store); from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const method of Object.getOwnPropertyNames(from)) {
      if (method === 'constructor' || Object.hasOwn(view, method)) continue
      const value = (store as unknown as Record<string, unknown>)[method]
      if (typeof value !== 'function') view[method] = value
      else view[method] = writing.has(method) ? refuse : value.bind(store)
    }
  }
  return view as unknown as StateStore

  function refuse(): never {
    throw new StreamError('INVALID_STATE', `The global store ${name} can only be read here.`, {
      store: name,
      hint: 'Write to its topic instead.',
    })
  }
}
