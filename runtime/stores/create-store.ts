import { TypedKeyValueStore } from './key-value-store.js'
import type { ManagedStore } from './managed-store.js'
import { TypedSessionStore } from './session-store.js'
import type { BytesStore } from './store.js'
import type { StoreContext } from './store-context.js'
import type { StoreSpec } from './store-spec.js'
import { plainCodec, timestampedCodec } from './value-codec.js'
import { TypedVersionedStore } from './versioned-store.js'
import { TypedWindowStore } from './window-store.js'

/** The typed store that a spec describes, over its bytes. */
export function createStore(spec: StoreSpec, base: BytesStore, context: StoreContext): ManagedStore {
  const common = { name: spec.name, key: spec.key, caching: spec.caching === true }
  switch (spec.kind) {
    case 'keyValue':
      return new TypedKeyValueStore({ ...common, codec: plainCodec(spec.name, spec.value) }, base, context)
    case 'timestampedKeyValue':
      return new TypedKeyValueStore({ ...common, codec: timestampedCodec(spec.name, spec.value) }, base, context)
    case 'window':
    case 'timestampedWindow': {
      const { windowSizeMs, retentionMs, retainDuplicates = false } = spec
      const codec = spec.kind === 'window' ? plainCodec(spec.name, spec.value) : timestampedCodec(spec.name, spec.value)
      return new TypedWindowStore(
        { ...common, codec, windowSizeMs, retentionMs, retainDuplicates, timeOrdered: spec.timeOrdered === true },
        base,
        context,
      )
    }
    case 'session':
      return new TypedSessionStore(
        { ...common, codec: plainCodec(spec.name, spec.value), retentionMs: spec.retentionMs, timeOrdered: spec.timeOrdered === true },
        base,
        context,
      )
    case 'versioned':
      return new TypedVersionedStore(
        { name: spec.name, key: spec.key, value: spec.value, historyRetentionMs: spec.historyRetentionMs },
        base,
        context,
      )
  }
}
