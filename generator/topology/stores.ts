import type { Place, Report } from '../diagnostics.js'
import type { Declaration } from '../input/manifest.js'
import { entry, NodeReader, type Reference } from '../input/reader.js'
import { type InputNode, plain } from '../input/yaml.js'
import type { DataType, TypeSystem } from '../model/data-type.js'
import { formatDuration } from '../model/durations.js'
import type { StoreSpec } from '../model/runtime-symbols.js'
import { camelCase } from '../model/step-names.js'
import type { StoreModel } from '../model/topology.js'
import { nonNull } from '../model/types.js'
import type { StoreUse } from '../operators/operator.js'
import { readDuration } from '../operators/options.js'
import { neededRetention, windowSize } from '../operators/window.js'
import { suggest } from '../suggest.js'

export const storeKinds = ['keyValue', 'timestampedKeyValue', 'window', 'timestampedWindow', 'session', 'versioned'] as const
type StoreKind = (typeof storeKinds)[number]

const commonKeys = ['kind', 'key', 'value', 'queryable', 'persistence', 'logging', 'caching'] as const
const windowKeys = ['windowSize', 'retention', 'retainDuplicates'] as const
export const storeKeys: Readonly<Record<StoreKind, readonly string[]>> = {
  keyValue: commonKeys,
  timestampedKeyValue: commonKeys,
  window: [...commonKeys, ...windowKeys],
  timestampedWindow: [...commonKeys, ...windowKeys],
  session: [...commonKeys, 'retention'],
  versioned: [...commonKeys, 'historyRetention'],
}

/** A store as declared, before it is known what a step keeps in it. */
interface DeclaredStore extends Reference {
  readonly kind: StoreKind
  readonly key: DataType | undefined
  readonly value: DataType | undefined
  /** A type was written, but cannot be had: reported already. */
  readonly broken: boolean
  readonly options: Pick<StoreModel, 'queryable' | 'persistence' | 'logging' | 'caching' | 'retainDuplicates'>
  readonly windowSizeMs: number | undefined
  readonly retentionMs: number | undefined
  readonly historyRetentionMs: number | undefined
}

interface Owner {
  readonly step: string
  readonly place: Place
  readonly use: StoreUse
}

/** The kinds that can hold what a step keeps; the first is what it makes for itself. */
const kindsFor: Readonly<Record<StoreUse['holds'], readonly StoreKind[]>> = {
  table: ['keyValue', 'timestampedKeyValue', 'versioned'],
  globalTable: ['keyValue', 'timestampedKeyValue'],
  globalStore: ['keyValue', 'timestampedKeyValue', 'window', 'timestampedWindow', 'session', 'versioned'],
  window: ['window', 'timestampedWindow'],
  session: ['session'],
}

/** The stores of a manifest, while steps say what they keep in which. */
export class StoreTable {
  readonly #declared = new Map<string, DeclaredStore>()
  /** Names that were declared, if only with mistakes. */
  readonly #names: ReadonlySet<string>
  readonly #owners = new Map<string, Owner>()
  readonly #connected = new Map<string, Reference>()
  readonly #own = new Map<string, Owner>()
  readonly #reader: NodeReader
  readonly #types: TypeSystem

  constructor(declarations: readonly Declaration[], types: TypeSystem, report: Report) {
    this.#reader = new NodeReader(report)
    this.#types = types
    this.#names = new Set(declarations.map(({ name }) => name))
    for (const declaration of declarations) {
      const store = this.#read(declaration)
      if (store !== undefined) this.#declared.set(store.name, store)
    }
  }

  kind(name: string): StoreKind | undefined {
    return this.#declared.get(name)?.kind
  }

  /** Reports a name that is not declared. */
  isDeclared(reference: Reference): boolean {
    return this.#find(reference) !== undefined
  }

  /** `step` fills the store named by `reference`; or, without one, a store of its own that others may ask for by the step's name. */
  fill(reference: Reference | undefined, step: string, place: Place, use: StoreUse): string | undefined {
    if (reference === undefined) {
      this.#own.set(step, { step, place, use })
      return undefined
    }
    const store = this.#find(reference)
    if (store === undefined) return undefined
    const kinds = kindsFor[use.holds]
    if (!kinds.includes(store.kind)) {
      const holds = {
        table: 'a table',
        globalTable: 'a global table',
        globalStore: 'a global store',
        window: 'windows',
        session: 'sessions',
      }[use.holds]
      return this.#reader.error(
        'wrong-store-kind',
        reference.place,
        `Step \`${step}\` keeps ${holds}; store \`${store.name}\` is of kind \`${store.kind}\`.`,
        `Declare it with \`kind: ${kinds[0]}\`.`,
      )
    }
    const before = this.#owners.get(store.name)
    if (before !== undefined) {
      return this.#reader.error(
        'store-conflict',
        reference.place,
        `Store \`${store.name}\` is filled by step \`${before.step}\` already.`,
        'Give each of them a store of its own.',
      )
    }
    this.#owners.set(store.name, { step, place: reference.place, use })
    if (use.holds !== 'globalStore') this.#checkTypes(store, step, use)
    return store.name
  }

  /** A processor asks for a store of the manifest, or for the one that a step keeps under its own name. */
  connect(reference: Reference, isStep: (name: string) => boolean): string | undefined {
    if (!this.#names.has(reference.name) && isStep(reference.name)) {
      this.#connected.set(reference.name, reference)
      return reference.name
    }
    const store = this.#find(reference)
    if (store === undefined) return undefined
    this.#connected.set(store.name, reference)
    return store.name
  }

  /** All stores that generated code declares; reports those that nobody uses, and those whose types nobody knows. */
  finish(): readonly StoreModel[] {
    const models: StoreModel[] = []
    for (const store of this.#declared.values()) {
      const owner = this.#owners.get(store.name)
      if (owner === undefined && !this.#connected.has(store.name)) {
        this.#reader.warning(
          'unused-store',
          store.place,
          `No step uses store \`${store.name}\`.`,
          'Name it as the `store` of a step or among its `stores`, or remove it.',
        )
        continue
      }
      const model = this.#model(store, owner)
      if (model !== undefined) models.push(model)
    }
    for (const [step, owner] of this.#own) {
      const connected = this.#connected.has(step) && !this.#names.has(step)
      if (connected || owner.use.retentionMs !== undefined) models.push(this.#ownStore(step, owner))
    }
    for (const reference of this.#connected.values()) {
      if (this.#names.has(reference.name) || this.#own.has(reference.name)) continue
      this.#reader.error(
        'unknown-store',
        reference.place,
        `Step \`${reference.name}\` keeps no store of its own name.`,
        'Name one of `stores`: the one that the step fills, if it names one.',
      )
    }
    return models
  }

  #find(reference: Reference): DeclaredStore | undefined {
    if (this.#names.has(reference.name)) return this.#declared.get(reference.name)
    return this.#reader.error(
      'unknown-store',
      reference.place,
      `There is no store \`${reference.name}\`.`,
      suggest(reference.name, this.#names) ?? 'Declare it under `stores`.',
    )
  }

  #read({ name, place, node }: Declaration): DeclaredStore | undefined {
    const reader = this.#reader
    const kindNode = entry(node, 'kind')
    if (kindNode === undefined) return reader.error('missing-key', place, `Store \`${name}\` does not say its \`kind\`.`)
    const kind = reader.choice(kindNode, '`kind`', storeKinds)
    if (kind === undefined) return undefined
    reader.unknownKeys(node, storeKeys[kind], `a store of kind \`${kind}\``)
    let broken = false
    const type = (written: InputNode): DataType | undefined => {
      const resolved = this.#types.resolve(plain(written), written.place)
      if ('type' in resolved) return resolved.type
      for (const diagnostic of resolved.diagnostics) reader.report(diagnostic)
      broken = true
      return undefined
    }
    const at = <T>(key: string, read: (written: InputNode) => T): T | undefined => {
      const written = storeKeys[kind].includes(key) ? entry(node, key) : undefined
      return written && read(written)
    }
    const flag = (key: string) => at(key, (written) => reader.boolean(written, `\`${key}\``))
    const time = (key: string) => at(key, (written) => readDuration(written, { reader, what: `\`${key}\`` }))
    const persistence = at('persistence', (written) => reader.choice(written, '`persistence`', ['lmdb', 'memory']))
    const logging = flag('logging')
    const caching = flag('caching')
    const retainDuplicates = flag('retainDuplicates')
    return {
      name,
      place,
      kind,
      key: at('key', type),
      value: at('value', type),
      broken,
      windowSizeMs: time('windowSize'),
      retentionMs: time('retention'),
      historyRetentionMs: time('historyRetention'),
      options: {
        queryable: flag('queryable') ?? false,
        ...(persistence && { persistence }),
        ...(logging === undefined ? {} : { logging }),
        ...(caching === undefined ? {} : { caching }),
        ...(retainDuplicates === undefined ? {} : { retainDuplicates }),
      },
    }
  }

  #checkTypes(store: DeclaredStore, step: string, use: StoreUse): void {
    for (const side of ['key', 'value'] as const) {
      const declared = store[side]
      if (declared === undefined || this.#types.equal(nonNull(declared), nonNull(use[side]))) continue
      this.#reader.error(
        'store-conflict',
        store.place,
        `Store \`${store.name}\` declares ${side}s of type \`${this.#types.describe(declared)}\`; step \`${step}\` keeps \`${this.#types.describe(nonNull(use[side]))}\` in it.`,
        `Leave \`${side}\` out: it is inferred.`,
      )
    }
  }

  #model(store: DeclaredStore, owner: Owner | undefined): StoreModel | undefined {
    const { name, place } = store
    const inferred = owner?.use.holds === 'globalStore' ? undefined : owner?.use
    const key = store.key ?? inferred?.key
    const value = store.value ?? inferred?.value
    if (key === undefined || value === undefined) {
      if (store.broken) return undefined
      const missing = key === undefined ? (value === undefined ? '`key` and `value`' : '`key`') : '`value`'
      return this.#reader.error(
        'missing-key',
        place,
        `Store \`${name}\` does not say its ${missing}.`,
        'Only a store that a table or an aggregation fills has its types inferred.',
      )
    }
    return {
      name,
      place,
      property: camelCase(name),
      kind: finalKind(store.kind, owner),
      key: nonNull(key),
      value: nonNull(value),
      ...store.options,
      ...this.#times(store, owner),
      ...(owner && { owner: owner.step }),
      global: isGlobal(owner),
    }
  }

  #ownStore(step: string, owner: Owner): StoreModel {
    const kind = finalKind(kindsFor[owner.use.holds][0]!, owner)
    const { window, retentionMs } = owner.use
    return {
      name: step,
      place: owner.place,
      property: camelCase(step),
      kind,
      key: nonNull(owner.use.key),
      value: nonNull(owner.use.value),
      queryable: false,
      ...(window && timesOf(window, retentionMs ?? neededRetention(window))),
      owner: step,
      global: isGlobal(owner),
    }
  }

  #times(store: DeclaredStore, owner: Owner | undefined): Pick<StoreModel, 'windowSizeMs' | 'retentionMs' | 'historyRetentionMs'> {
    const reader = this.#reader
    const missing = (key: string) => void reader.error('missing-key', store.place, `Store \`${store.name}\` does not say its \`${key}\`.`)
    if (store.kind === 'versioned') {
      if (store.historyRetentionMs === undefined) missing('historyRetention')
      return { historyRetentionMs: store.historyRetentionMs ?? 0 }
    }
    if (store.kind !== 'session' && store.kind !== 'window' && store.kind !== 'timestampedWindow') return {}
    const window = owner?.use.window
    if (window === undefined) {
      if (store.retentionMs === undefined) missing('retention')
      if (store.kind === 'session') return { retentionMs: store.retentionMs ?? 0 }
      if (store.windowSizeMs === undefined) missing('windowSize')
      const [windowSizeMs, retentionMs] = [store.windowSizeMs ?? 0, store.retentionMs ?? 0]
      if (store.windowSizeMs !== undefined && store.retentionMs !== undefined && retentionMs < windowSizeMs) {
        reader.error(
          'invalid-window',
          store.place,
          `Store \`${store.name}\` keeps windows of ${formatDuration(windowSizeMs)} for ${formatDuration(retentionMs)} only.`,
        )
      }
      return { windowSizeMs, retentionMs }
    }
    const needed = neededRetention(window)
    const retentionMs = store.retentionMs ?? owner?.use.retentionMs ?? needed
    if (retentionMs < needed) {
      reader.error(
        'invalid-window',
        store.place,
        `Store \`${store.name}\` keeps windows for ${formatDuration(retentionMs)}; step \`${owner!.step}\` needs ${formatDuration(needed)}.`,
      )
    }
    if (store.windowSizeMs !== undefined && store.windowSizeMs !== windowSize(window)) {
      reader.error(
        'invalid-window',
        store.place,
        `Store \`${store.name}\` declares windows of ${formatDuration(store.windowSizeMs)}; those of step \`${owner!.step}\` are ${formatDuration(windowSize(window))}.`,
        'Leave `windowSize` out: it is inferred.',
      )
    }
    return timesOf(window, retentionMs)
  }
}

function timesOf(window: NonNullable<StoreUse['window']>, retentionMs: number): Pick<StoreModel, 'windowSizeMs' | 'retentionMs'> {
  return window.kind === 'session' ? { retentionMs } : { windowSizeMs: windowSize(window), retentionMs }
}

/** A table or an aggregation keeps timestamps anyway. */
function finalKind(kind: StoreKind, owner: Owner | undefined): StoreSpec['kind'] {
  if (owner === undefined || owner.use.holds === 'globalStore') return kind
  if (kind === 'keyValue') return 'timestampedKeyValue'
  return kind === 'window' ? 'timestampedWindow' : kind
}

function isGlobal(owner: Owner | undefined): boolean {
  return owner?.use.holds === 'globalTable' || owner?.use.holds === 'globalStore'
}
