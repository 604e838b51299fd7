/** Goal: the service reads every kind of store by name, over all tasks, without timestamps. Method: stores in memory, as two tasks have them. */
import test from 'ava'
import { queryable as locatedQueryable, type OpenStores, type StoreLocator } from '#runtime/app/queries.js'
import type {
  QueryableKeyValueStore,
  QueryableSessionStore,
  QueryableVersionedStore,
  QueryableWindowStore,
  Rows,
} from '#runtime/app/queryable-store.js'
import { StreamError } from '#runtime/core/errors.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import type {
  KeyValueStore,
  SessionStore,
  StateStore,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
  VersionedKeyValueStore,
} from '#runtime/stores/state-store.js'
import type { StoreSpec } from '#runtime/stores/store-spec.js'
import { TestStores } from '../../helpers/task-stores.js'

/** Where stores are is placement.test.ts's matter. */
const nowhere: StoreLocator = { ofKey: () => ({ partition: 0, activeHost: undefined, standbyHosts: [], isLocal: true }), hosts: () => [] }
const queryable = (spec: StoreSpec, open: OpenStores) => locatedQueryable(spec, open, nowhere)

const types = { name: 's', key: stringSerde, value: longSerde } as const

/** The store of two tasks: `fill` puts into one of them. */
function twoTasks<S extends StateStore>(spec: StoreSpec) {
  const stores = [new TestStores([spec]), new TestStores([spec])].map((run) => run.stores.get<S>('s'))
  return { stores, open: (() => stores) as OpenStores }
}

const keys = async <K>(rows: Rows<{ readonly key: K }>) => (await rows.toArray()).map(({ key }) => key)

test('a key-value store: by key, ranges in both directions, prefixes, over all tasks', async (t) => {
  const spec = { ...types, kind: 'timestampedKeyValue' } as const
  const { stores, open } = twoTasks<TimestampedKeyValueStore<string, number>>(spec)
  const store = queryable(spec, open) as QueryableKeyValueStore<string, number>
  for (const [index, key] of ['a', 'ab', 'b', 'c'].entries()) stores[index % 2]!.put(key, { value: index, timestamp: 10 * index })
  t.is(await store.get('ab'), 1)
  t.is(await store.get('b'), 2)
  t.is(await store.get('z'), undefined)
  t.deepEqual(await store.getWithTimestamp('c'), { value: 3, timestamp: 30 })
  t.deepEqual(await store.all().toArray(), [
    { key: 'a', value: 0 },
    { key: 'b', value: 2 },
    { key: 'ab', value: 1 },
    { key: 'c', value: 3 },
  ])
  t.deepEqual(await keys(store.reverseAll()), ['b', 'a', 'c', 'ab'])
  t.deepEqual(await keys(store.range('ab', 'b')), ['b', 'ab'])
  t.deepEqual(await keys(store.reverseRange(undefined, 'b')), ['b', 'a', 'ab'])
  t.deepEqual(await keys(store.prefixScan('a')), ['a', 'ab'])
  t.is(await store.approximateNumEntries(), 4)
})

test('long ranges come in pages: each row once, while rows are put and deleted meanwhile', async (t) => {
  const spec = { ...types, kind: 'keyValue' } as const
  const { stores, open } = twoTasks<KeyValueStore<string, number>>(spec)
  const store = queryable(spec, open) as QueryableKeyValueStore<string, number>
  const name = (n: number) => `k${String(n).padStart(5, '0')}`
  for (let n = 0; n < 3_000; n += 1) stores[0]!.put(name(n), n)
  for (const [rows, expected] of [
    [store.all(), (n: number) => n],
    [store.reverseAll(), (n: number) => 2_999 - n],
  ] as const) {
    const seen: number[] = []
    for await (const { value } of rows) seen.push(value)
    t.deepEqual(
      seen,
      Array.from({ length: 3_000 }, (_, n) => expected(n)),
    )
  }
  const seen: string[] = []
  for await (const { key } of store.all()) {
    seen.push(key)
    stores[0]!.delete(key)
    stores[0]!.put(`a${key}`, 0)
  }
  t.deepEqual(
    seen,
    Array.from({ length: 3_000 }, (_, n) => name(n)),
  )
  await t.throwsAsync(store.getWithTimestamp('a'), { code: 'INVALID_STATE', message: /keeps no timestamps/ })
})

test('a window store: by key and time, without timestamps', async (t) => {
  const spec = { ...types, kind: 'timestampedWindow', windowSizeMs: 10, retentionMs: 1_000 } as const
  const { stores, open } = twoTasks<TimestampedWindowStore<string, number>>(spec)
  const store = queryable(spec, open) as QueryableWindowStore<string, number>
  stores[0]!.put('a', { value: 1, timestamp: 3 }, 0)
  stores[0]!.put('a', { value: 2, timestamp: 13 }, 10)
  stores[1]!.put('b', { value: 3, timestamp: 14 }, 10)
  t.is(await store.fetch('a', 10), 2)
  t.is(await store.fetch('a', 20), undefined)
  t.deepEqual(await store.fetchWithTimestamp('b', 10), { value: 3, timestamp: 14 })
  t.deepEqual(await store.fetchRange('a', 0, 10).toArray(), [
    { start: 0, value: 1 },
    { start: 10, value: 2 },
  ])
  t.deepEqual(await store.backwardFetchRange('a', 0, 9).toArray(), [{ start: 0, value: 1 }])
  t.deepEqual(await store.all().toArray(), [
    { key: { key: 'a', start: 0, end: 10 }, value: 1 },
    { key: { key: 'a', start: 10, end: 20 }, value: 2 },
    { key: { key: 'b', start: 10, end: 20 }, value: 3 },
  ])
  t.is((await store.fetchAll(10, 10).toArray()).length, 2)
  t.is((await store.fetchKeyRange('b', undefined, 0, 100).toArray()).length, 1)
})

test('a session store and a versioned store', async (t) => {
  const sessionSpec = { ...types, kind: 'session', retentionMs: 1_000 } as const
  const sessions = twoTasks<SessionStore<string, number>>(sessionSpec)
  const bySession = queryable(sessionSpec, sessions.open) as QueryableSessionStore<string, number>
  sessions.stores[1]!.put({ key: 'a', start: 5, end: 9 }, 7)
  t.is(await bySession.fetchSession('a', 5, 9), 7)
  t.deepEqual(await bySession.fetch('a').toArray(), [{ key: { key: 'a', start: 5, end: 9 }, value: 7 }])
  t.deepEqual(await bySession.findSessions('a', 10, 20).toArray(), [])

  const versionedSpec = { ...types, kind: 'versioned', historyRetentionMs: 1_000 } as const
  const versions = twoTasks<VersionedKeyValueStore<string, number>>(versionedSpec)
  const byTime = queryable(versionedSpec, versions.open) as QueryableVersionedStore<string, number>
  versions.stores[1]!.put('a', 1, 10)
  versions.stores[1]!.put('a', 2, 20)
  t.is(await byTime.get('a'), 2)
  t.is(await byTime.get('a', 15), 1)
  t.deepEqual(await byTime.getVersion('a', 15), { value: 1, timestamp: 10, validTo: 20 })
})

test('a query says so when its store leaves while it is read, or is not there', async (t) => {
  const spec = { ...types, kind: 'keyValue' } as const
  const { stores } = twoTasks<KeyValueStore<string, number>>(spec)
  for (let n = 0; n < 2_000; n += 1) stores[0]!.put(`k${n}`, n)
  let here: readonly StateStore[] = stores
  const store = queryable(spec, () => here) as QueryableKeyValueStore<string, number>
  await t.throwsAsync(
    async () => {
      for await (const _row of store.all()) here = []
    },
    { code: 'STORE_UNAVAILABLE', message: /moved/ },
  )
  const closed = queryable(spec, () => {
    throw new StreamError('STORE_UNAVAILABLE', 'not running')
  }) as QueryableKeyValueStore<string, number>
  await t.throwsAsync(closed.get('k'), { code: 'STORE_UNAVAILABLE' })
  await t.throwsAsync(closed.all().toArray(), { code: 'STORE_UNAVAILABLE' })
})
