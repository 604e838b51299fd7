/**
 * A job with a store of each kind, in versions that differ in the schema of all its values, and what they keep and send: for tests of schemas that
 * change over state.
 */
import {
  type AppConfig,
  type QueryableKeyValueStore,
  type QueryableSessionStore,
  type QueryableVersionedStore,
  type QueryableWindowStore,
  StreamApp,
} from 'millrace'
import { type AvroSerdeOptions, avroSerde, type Serde, type TopologySpec } from 'millrace/codegen'
import { EmbeddedBroker } from 'millrace/embedded'
import { stringSerde } from '#runtime/serde/primitives.js'
import { codecOf } from './avro-codec.js'
import { newFolder } from './counting-app.js'
import { logic } from './test-run.js'

export interface Item {
  readonly id: string
  readonly user: string
  readonly amount: number
  /** Of the second version. */
  readonly note?: string
}

const fields = '{"name":"id","type":"string"},{"name":"user","type":"string"}'
const schemaOf = (more: string) => `{"type":"record","name":"shop.Item","fields":[${fields},${more}]}`

/** The second adds a field, the third changes the type of one into what no reader of the others takes. */
export const schemas = {
  v1: schemaOf('{"name":"amount","type":"long"}'),
  v2: schemaOf('{"name":"amount","type":"long"},{"name":"note","type":"string","default":"-"}'),
  v3: schemaOf('{"name":"amount","type":"string"}'),
}

export interface ItemStores {
  readonly totals: QueryableKeyValueStore<string, Item>
  readonly windows: QueryableWindowStore<string, Item>
  readonly visits: QueryableSessionStore<string, Item>
  readonly prices: QueryableVersionedStore<string, Item>
  readonly owned: QueryableKeyValueStore<string, Item>
  readonly perUser: QueryableKeyValueStore<string, Item>
}

const sum = (left: Item, right: Item): Item => ({ ...left, ...right, id: `${left.id}${right.id}`, amount: left.amount + right.amount })
const less = (total: Item, old: Item): Item => ({ ...total, id: `${total.id}-${old.id}`, amount: total.amount - old.amount })
const reduce = logic({ reduce: sum, merge: sum, subtract: less })
const joining = logic({
  join: (left: Item, right: Item | null) => (right === null ? left : sum(left, right)),
  foreignKey: (item: Item) => item.user,
})
const grouping = logic({ groupKey: ({ value }: { value: Item }) => value.user })

const names = ['items', 'payments', 'prices', 'baskets', 'people', 'late', 'priced', 'paired']

/**
 * Items are summed by user (`totals`, `windows` of a second, `visits` of half a second, and `late`, which holds back for 10 s), joined with prices
 * (`priced`, after 100 ms) and with each other (`paired`, within a second). `baskets` is a table joined with `people` by foreign key into
 * `owned`, and summed by user into `perUser`.
 */
export function itemsSpec(value: Serde<Item>, key: Serde = stringSerde, partitions = 1): TopologySpec {
  const types = { key, value }
  const topic = (name: string) => ({ name, ...types, nullableKey: true, nullableValue: true, partitions })
  const store = { ...types, queryable: true }
  return {
    codegen: 1,
    application: 'items',
    topics: Object.fromEntries(names.map((name) => [name, topic(name)])),
    stores: {
      totals: { ...store, kind: 'timestampedKeyValue', name: 'totals', property: 'totals' },
      windows: { ...store, kind: 'timestampedWindow', name: 'windows', property: 'windows', windowSizeMs: 1_000, retentionMs: 3_600_000 },
      visits: { ...store, kind: 'session', name: 'visits', property: 'visits', retentionMs: 3_600_000 },
      prices: { ...store, kind: 'versioned', name: 'prices', property: 'prices', historyRetentionMs: 3_600_000 },
      owned: { ...store, kind: 'timestampedKeyValue', name: 'owned', property: 'owned' },
      'per-user': { ...store, kind: 'timestampedKeyValue', name: 'per-user', property: 'perUser' },
    },
    steps: [
      { operator: 'stream', name: 'items', topics: ['items'], ...types },
      { operator: 'groupBy', name: 'by-user', input: 'items', logic: grouping, ...types },
      { operator: 'reduce', name: 'totals', input: 'by-user', store: 'totals', logic: reduce, ...types },
      { operator: 'suppress', name: 'held', input: 'totals', until: { kind: 'timeLimit', limitMs: 10_000 }, ...types },
      { operator: 'toStream', name: 'released', input: 'held', ...types },
      { operator: 'sink', name: 'late', input: 'released', topic: 'late' },
      ...(['tumbling', 'session'] as const).map((kind) => {
        const [name, times] = kind === 'session' ? ['visits', { gapMs: 500 }] : ['windows', { sizeMs: 1_000 }]
        return {
          operator: 'reduce',
          name,
          input: 'by-user',
          store: name,
          window: { kind, ...times, graceMs: 60_000 },
          logic: reduce,
          ...types,
        } as never
      }),
      { operator: 'table', name: 'prices', topic: 'prices', store: 'prices', ...types },
      { operator: 'join', join: 'streamTable', name: 'priced', left: 'items', right: 'prices', graceMs: 100, logic: joining, ...types },
      { operator: 'sink', name: 'out', input: 'priced', topic: 'priced' },
      { operator: 'stream', name: 'payments', topics: ['payments'], ...types },
      {
        ...{ operator: 'leftJoin', join: 'streamStream', name: 'paired', left: 'items', right: 'payments', logic: joining, ...types },
        ...{ beforeMs: 1_000, afterMs: 1_000, graceMs: 60_000 },
      },
      { operator: 'sink', name: 'pairs', input: 'paired', topic: 'paired' },
      { operator: 'table', name: 'baskets', topic: 'baskets', ...types },
      { operator: 'table', name: 'people', topic: 'people', ...types },
      { operator: 'join', join: 'foreignKey', name: 'owned', left: 'baskets', right: 'people', store: 'owned', logic: joining, ...types },
      { operator: 'groupBy', name: 'baskets-by-user', input: 'baskets', logic: grouping, ...types },
      { operator: 'reduce', name: 'per-user', input: 'baskets-by-user', store: 'per-user', logic: reduce, ...types },
    ],
  }
}

/** The serde of a version; each call makes another, as another build has another. */
export function itemSerde(version: keyof typeof schemas, options?: AvroSerdeOptions): Serde<Item> {
  return avroSerde(codecOf<Item>(schemas[version]), options)
}

export class ItemsApp extends StreamApp<ItemStores> {
  constructor(config: Partial<AppConfig>, spec: TopologySpec) {
    super(spec, { stateDir: newFolder(), handleSignals: false, logger: quiet, commitIntervalMs: 50, ...config })
  }
}

const quiet = process.env.LOG === undefined ? { debug() {}, info() {}, warn() {}, error() {} } : console

export function itemsBroker(partitions = 1): EmbeddedBroker {
  const broker = new EmbeddedBroker()
  for (const name of names) broker.createTopic({ name, partitions })
  return broker
}
