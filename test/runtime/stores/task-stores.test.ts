/** Goal: what a task's stores give to the changelog, to the base and to caches' listeners is right at each step of a commit. */
import test from 'ava'
import { isStreamError, StreamError } from '#runtime/core/errors.js'
import { doubleSerde, longSerde, stringSerde } from '#runtime/serde/primitives.js'
import { lmdbBackend } from '#runtime/stores/lmdb-store.js'
import { memoryBackend } from '#runtime/stores/memory-store.js'
import type {
  CacheableStore,
  KeyValueStore,
  SessionStore,
  TimestampedKeyValueStore,
  VersionedKeyValueStore,
  WindowStore,
} from '#runtime/stores/state-store.js'
import type { StateBackend } from '#runtime/stores/store.js'
import type { StoreSpec } from '#runtime/stores/store-spec.js'
import { TaskStores } from '#runtime/stores/task-stores.js'
import { temporaryDirectories } from '../../helpers/directories.js'
import { jsonSerde, type LoggedChange, TestContext, TestStores } from '../../helpers/task-stores.js'

const temporary = temporaryDirectories(test)
const types = { key: stringSerde, value: longSerde }
const keyValue = { ...types, name: 's', kind: 'keyValue' } as const
const timestamped = { ...types, name: 's', kind: 'timestampedKeyValue' } as const

type Counts = KeyValueStore<string, number>

function shown(changes: readonly LoggedChange[]): unknown[] {
  return changes.map(({ key, value, timestamp }) => [
    Buffer.from(key).toString(),
    value === null ? null : longSerde.deserialize(value),
    timestamp,
  ])
}

test('the changelog gets each changed key once, with its last value and the timestamp of the record that wrote it', (t) => {
  const run = new TestStores([keyValue])
  const store = run.stores.get<Counts>('s')
  run.context.at(10)
  store.put('b', 1)
  store.put('a', 1)
  run.context.at(20)
  store.put('b', 2)
  t.deepEqual(shown(run.commit()), [
    ['b', 2, 20],
    ['a', 1, 10],
  ])
  t.deepEqual(run.commit(), [])
  store.delete('a')
  t.deepEqual(shown(run.commit()), [['a', null, 20]])
})

test('what comes and goes between two commits is not logged', (t) => {
  const run = new TestStores([keyValue])
  const store = run.stores.get<Counts>('s')
  store.put('a', 1)
  store.delete('a')
  store.delete('never')
  t.deepEqual(run.commit(), [])
  store.put('a', 1)
  run.drain()
  store.delete('a')
  t.deepEqual(shown(run.drain()), [['a', null, 0]], 'the changelog has it already, though the base has not')
  run.stores.commit(new Map())
  t.is(store.get('a'), undefined)
})

test('what is written after the drain belongs to the next commit', (t) => {
  const place = temporary()
  const run = new TestStores([keyValue], () => lmdbBackend(place))
  const store = run.stores.get<Counts>('s')
  store.put('a', 1)
  store.put('b', 1)
  run.drain()
  store.put('a', 2)
  store.put('c', 2)
  run.stores.commit(new Map([['input-0', 7]]))
  t.deepEqual(
    [...store.all()].map(({ key, value }) => [key, value]),
    [
      ['a', 2],
      ['b', 1],
      ['c', 2],
    ],
  )
  run.stores.close()
  const again = new TestStores([keyValue], () => lmdbBackend(place))
  t.deepEqual(
    [...again.stores.get<Counts>('s').all()].map(({ key, value }) => [key, value]),
    [
      ['a', 1],
      ['b', 1],
    ],
  )
  t.deepEqual([...again.stores.positions()], [['input-0', 7]])
  again.stores.close()
})

test('a commit that finds no room can be tried again', (t) => {
  const memory = memoryBackend()
  let full = true
  const backend: StateBackend = {
    persistent: true,
    open: (name) => memory.open(name),
    positions: () => memory.positions(),
    commit(batch) {
      if (full) throw new StreamError('STATE_FULL', 'full')
      memory.commit(batch)
    },
    sizeBytes: () => memory.sizeBytes(),
    close: () => memory.close(),
  }
  const run = new TestStores([keyValue], () => backend)
  const store = run.stores.get<Counts>('s')
  store.put('a', 1)
  run.drain()
  t.throws(() => run.stores.commit(new Map([['input-0', 1]])), { message: /STATE_FULL/ })
  store.put('a', 2)
  full = false
  run.stores.commit(new Map([['input-0', 1]]))
  t.is(longSerde.deserialize(memory.open('s').get(Buffer.from('a'))!), 1)
  t.is(store.get('a'), 2)
})

test('stores without a changelog of their own are written, not logged', (t) => {
  const specs: StoreSpec[] = [
    { ...keyValue, name: 'unlogged', logging: false },
    { ...keyValue, name: 'source', changelogTopic: 'topic' },
    { ...keyValue, name: 'global' },
  ]
  const memory = memoryBackend()
  const stores = new TaskStores({
    stores: specs.map((spec) => ({ spec, global: spec.name === 'global' })),
    persistent: () => memory,
    memory: memoryBackend,
    context: new TestContext(),
  })
  for (const name of stores.names) stores.get<Counts>(name).put('a', 1)
  stores.drain((store) => t.fail(store))
  stores.commit(new Map())
  for (const name of stores.names) t.is(memory.open(name).count(), 1)
})

test('changelog records are those of Kafka Streams', (t) => {
  const run = new TestStores([
    { ...timestamped, name: 'timestamped' },
    { ...types, name: 'window', kind: 'timestampedWindow', windowSizeMs: 10, retentionMs: 1000 },
    { ...types, name: 'duplicates', kind: 'window', windowSizeMs: 10, retentionMs: 1000, retainDuplicates: true },
    { ...types, name: 'session', kind: 'session', retentionMs: 1000 },
    { ...types, name: 'versioned', kind: 'versioned', historyRetentionMs: 1000 },
  ])
  run.context.at(99)
  run.stores.get<TimestampedKeyValueStore<string, number>>('timestamped').put('k', { value: 1, timestamp: 5 })
  run.stores.get<WindowStore<string, { value: number; timestamp: number }>>('window').put('k', { value: 1, timestamp: 5 }, 258)
  run.stores.get<WindowStore<string, number>>('duplicates').put('k', 1, 258)
  run.stores.get<WindowStore<string, number>>('duplicates').put('k', 2, 258)
  run.stores.get<SessionStore<string, number>>('session').put({ key: 'k', start: 1, end: 258 }, 1)
  run.stores.get<VersionedKeyValueStore<string, number>>('versioned').put('k', 1, 5)
  run.stores.get<VersionedKeyValueStore<string, number>>('versioned').put('k', 2, 6)
  run.stores.get<VersionedKeyValueStore<string, number>>('versioned').delete('k', 7)
  const one = '0000000000000001'
  t.deepEqual(
    run.commit().map(({ store, key, value, timestamp }) => [store, hex(key), value && hex(value), timestamp]),
    [
      ['timestamped', '6b', one, 5],
      ['window', '6b000000000000010200000000', one, 5],
      ['duplicates', '6b000000000000010200000001', one, 99],
      ['duplicates', '6b000000000000010200000002', '0000000000000002', 99],
      ['session', '6b00000000000001020000000000000001', one, 99],
      ['versioned', '6b', one, 5],
      ['versioned', '6b', '0000000000000002', 6],
      ['versioned', '6b', null, 7],
    ],
  )
})

test('a cache gives one update per key, in order of the last ones, under the origin of its record', (t) => {
  const run = new TestStores([{ ...timestamped, caching: true }])
  const store = run.stores.get<TimestampedKeyValueStore<string, number> & CacheableStore<string, number>>('s')
  t.true(store.cached)
  const flushed: unknown[] = []
  store.setFlushListener((key, newValue, oldValue, timestamp) =>
    flushed.push([key, newValue, oldValue, timestamp, run.context.origin.timestamp]),
  )
  const put = (timestamp: number, key: string, value: number | null) => {
    run.context.at(timestamp)
    store.put(key, value === null ? null : { value, timestamp: timestamp + 100 })
  }
  put(1, 'a', 1)
  put(2, 'b', 1)
  put(3, 'c', 1)
  put(4, 'a', 2)
  put(5, 'c', null)
  t.deepEqual(flushed, [])
  run.commit()
  t.deepEqual(flushed.splice(0), [
    ['b', 1, null, 102, 2],
    ['a', 2, null, 104, 4],
  ])
  put(6, 'a', 3)
  put(7, 'b', null)
  run.stores.flushCaches()
  t.deepEqual(flushed.splice(0), [
    ['a', 3, 2, 106, 6],
    ['b', null, 1, 7, 7],
  ])
  run.stores.flushCaches()
  t.deepEqual(flushed, [])
  t.is(run.context.origin.timestamp, 7)
})

test('a flush may put into stores downstream, before or after it, and into its own', (t) => {
  const run = new TestStores([
    { ...keyValue, name: 'last', caching: true },
    { ...keyValue, name: 'first', caching: true },
    { ...keyValue, name: 'middle', caching: true },
  ])
  const [first, middle, last] = (['first', 'middle', 'last'] as const).map((name) =>
    run.stores.get<Counts & CacheableStore<string, number>>(name),
  ) as [Counts & CacheableStore<string, number>, Counts & CacheableStore<string, number>, Counts & CacheableStore<string, number>]
  const flushed: string[] = []
  first.setFlushListener((key, value) => {
    flushed.push(`first ${key} ${value}`)
    middle.put(key, value)
    if (value === 1) {
      first.put('b', 3)
      first.put('c', 2)
    }
  })
  middle.setFlushListener((key, value) => {
    flushed.push(`middle ${key} ${value}`)
    last.put(key, value)
  })
  last.setFlushListener((key, value) => flushed.push(`last ${key} ${value}`))
  first.put('a', 1)
  first.put('b', 2)
  run.stores.flushCaches()
  t.deepEqual(
    flushed.filter((line) => line.startsWith('first')),
    ['first a 1', 'first b 2', 'first b 3', 'first c 2'],
  )
  t.deepEqual(
    [...last.all()].map(({ key, value }) => [key, value]),
    [
      ['a', 1],
      ['b', 3],
      ['c', 2],
    ],
  )
  t.deepEqual(flushed.slice(-1), ['last c 2'])
})

test('windows and sessions flush with their windows as keys', (t) => {
  const run = new TestStores([
    { ...types, name: 'window', kind: 'timestampedWindow', windowSizeMs: 10, retentionMs: 1000, caching: true },
    { ...types, name: 'session', kind: 'session', retentionMs: 1000, caching: true },
    { ...types, name: 'duplicates', kind: 'window', windowSizeMs: 10, retentionMs: 1000, caching: true, retainDuplicates: true },
  ])
  const flushed: unknown[] = []
  for (const name of ['window', 'session'] as const) {
    run.stores.get<CacheableStore<unknown, unknown>>(name).setFlushListener((...update) => flushed.push(update))
  }
  run.stores.get<WindowStore<string, { value: number; timestamp: number }>>('window').put('k', { value: 1, timestamp: 5 }, 20)
  run.stores.get<SessionStore<string, number>>('session').put({ key: 'k', start: 3, end: 7 }, 2)
  run.commit()
  t.deepEqual(flushed, [
    [{ key: 'k', start: 20, end: 30 }, 1, null, 5],
    [{ key: 'k', start: 3, end: 7 }, 2, null, 0],
  ])
  t.false(run.stores.get<CacheableStore<unknown, unknown>>('duplicates').cached)
})

test('objects put, or got, may be changed without changing the store', (t) => {
  const run = new TestStores([{ name: 's', kind: 'keyValue', key: jsonSerde, value: jsonSerde }])
  const store = run.stores.get<KeyValueStore<{ items: number[] }, { items: number[] }>>('s')
  for (const committed of [false, true]) {
    const [key, value] = [{ items: [1] }, { items: [1] }]
    store.put(key, value)
    if (committed) run.commit()
    key.items.push(2)
    value.items.push(2)
    t.deepEqual(store.get({ items: [1] }), { items: [1] })
    store.get({ items: [1] })?.items.push(3)
    for (const entry of store.all()) entry.value.items.push(3)
    t.deepEqual(store.get({ items: [1] }), { items: [1] })
    t.is(store.get({ items: [1, 2] }), undefined)
  }
})

test('keys that serialize alike are the same, keys that do not are not', (t) => {
  const strings = new TestStores([keyValue]).stores.get<Counts>('s')
  strings.put('\ud800', 1)
  t.is(strings.get('?'), 1, 'an unpaired surrogate is written as a question mark')
  strings.put('?', 2)
  t.is(strings.get('\ud800'), 2)
  const doubles = new TestStores([{ ...keyValue, key: doubleSerde }]).stores.get<KeyValueStore<number, number>>('s')
  doubles.put(0, 1)
  doubles.put(-0, 2)
  t.is(doubles.get(0), 1)
  t.is(doubles.get(-0), 2)
})

test('an iteration sees the store as it was when it began', (t) => {
  const run = new TestStores([keyValue])
  const store = run.stores.get<Counts>('s')
  for (const committed of [false, true]) {
    for (const key of ['a', 'b', 'c']) store.put(key, 1)
    if (committed) run.commit()
    const seen: string[] = []
    for (const { key, value } of store.all()) {
      seen.push(`${key}${value}`)
      store.put(`${key}${key}`, 2)
      store.put('b', 2)
      store.delete('c')
      if (committed) run.commit()
    }
    t.deepEqual(seen, ['a1', 'b1', 'c1'])
    for (const { key } of store.all()) store.delete(key)
    t.deepEqual([...store.all()], [])
    run.commit()
  }
})

test('restores tombstones, records without a key, and records that are there already', (t) => {
  const source = { ...timestamped, changelogTopic: 'topic' }
  const run = new TestStores([source])
  const record = (key: string | null, value: number | null, timestamp: number) => ({
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : longSerde.serialize(value),
    timestamp,
  })
  const records = [
    record('a', 1, 5),
    record('b', 1, 6),
    record(null, 1, 7),
    record('a', null, 8),
    record('b', 2, 9),
    record('none', null, 9),
  ]
  for (let time = 0; time < 2; time++) {
    run.stores.restore('s', records, new Map([['topic-0', 6]]))
    t.deepEqual([...run.stores.get<TimestampedKeyValueStore<string, number>>('s').all()], [{ key: 'b', value: { value: 2, timestamp: 9 } }])
  }
  t.is(run.stores.positions().get('topic-0'), 6)
})

test('after a restart a window store still knows what has expired, and finds windows of another size', (t) => {
  const place = temporary()
  const spec = (windowSizeMs: number): StoreSpec => ({ ...types, name: 's', kind: 'window', windowSizeMs, retentionMs: 100 })
  const first = new TestStores([spec(10)], () => lmdbBackend(place))
  const store = first.stores.get<WindowStore<string, number>>('s')
  for (let start = 0; start <= 500; start += 10) store.put('k', start, start)
  store.put('k', null, 550)
  first.commit()
  first.stores.close()
  const second = new TestStores([spec(25)], () => lmdbBackend(place))
  const again = second.stores.get<WindowStore<string, number>>('s')
  t.is(again.fetch('k', 450), undefined)
  t.is(again.fetch('k', 460), 460)
  t.deepEqual(
    [...again.fetchRange('k', 0, 1000)].map(({ start }) => start),
    [460, 470, 480, 490, 500],
  )
  again.put('k', 1, 450)
  t.deepEqual(second.context.expirations, ['s'])
  again.put('k', 1, 601)
  t.deepEqual(
    [...again.all()].map(({ key }) => key),
    [{ key: 'k', start: 601, end: 626 }],
  )
  second.stores.close()
})

test('duplicates are not overwritten by those put after a restart or a restore', (t) => {
  const place = temporary()
  const spec: StoreSpec = { ...types, name: 's', kind: 'window', windowSizeMs: 10, retentionMs: 100, retainDuplicates: true }
  const values = (run: TestStores) => [...run.stores.get<WindowStore<string, number>>('s').fetchRange('k', 0, 9)].map(({ value }) => value)
  const first = new TestStores([spec], () => lmdbBackend(place))
  const store = first.stores.get<WindowStore<string, number>>('s')
  // Nothing is kept of it, but it brings time forward: the changelog has that behind the rows.
  store.put('other', null, 9)
  for (const value of [1, 2, 3]) store.put('k', value, 5)
  first.commit()
  first.stores.close()
  const second = new TestStores([spec], () => lmdbBackend(place))
  const third = new TestStores([spec])
  third.restore('s', first.changelog)
  for (const run of [second, third]) {
    run.stores.get<WindowStore<string, number>>('s').put('k', 4, 5)
    t.deepEqual(values(run), [1, 2, 3, 4])
    run.stores.close()
  }
})

test('bytes that wait for a commit are counted', (t) => {
  const run = new TestStores([{ ...keyValue, caching: true }])
  const store = run.stores.get<Counts>('s')
  t.is(run.stores.dirtyBytes, 0)
  store.put('a', 1)
  const one = run.stores.dirtyBytes
  t.true(one >= 9)
  store.put('a', 2)
  t.is(run.stores.dirtyBytes, one)
  store.put('b', 1)
  t.is(run.stores.dirtyBytes, 2 * one)
  run.stores.flushCaches()
  t.true(run.stores.dirtyBytes >= 18)
  run.commit()
  t.is(run.stores.dirtyBytes, 0)
})

test('wrong arguments are INVALID_ARGUMENT, rows that cannot be read DESERIALIZATION with the store', (t) => {
  const memory = memoryBackend()
  const run = new TestStores(
    [
      keyValue,
      { ...types, name: 'session', kind: 'session', retentionMs: 10 },
      { ...types, name: 'window', kind: 'window', windowSizeMs: 1, retentionMs: 10 },
    ],
    () => memory,
  )
  const store = run.stores.get<KeyValueStore<string | null, number>>('s')
  const sessions = run.stores.get<SessionStore<string, number>>('session')
  const wrong = [
    () => store.get(null),
    () => store.put(null, 1),
    () => store.prefixScan(''),
    () => sessions.put({ key: 'k', start: 2, end: 1 }, 1),
    () => sessions.put({ key: 'k', start: -1, end: 1 }, 1),
    () => sessions.fetchKeyRange('b', 'a'),
    () => run.stores.get<WindowStore<string, number>>('window').put('k', 1, 0.5),
  ]
  for (const action of wrong) t.true(code(t.throws(action)) === 'INVALID_ARGUMENT', String(action))
  memory.commit({ mutations: new Map([['s', [[Buffer.from('k'), Buffer.from('short')]]]]), positions: new Map() })
  const error = t.throws(() => store.get('k'), { message: /store s/ })
  t.is(code(error), 'DESERIALIZATION')
})

test('closed stores refuse every operation, and what was not committed is gone', (t) => {
  const place = temporary()
  const run = new TestStores([keyValue], () => lmdbBackend(place))
  const store = run.stores.get<Counts>('s')
  store.put('a', 1)
  store.get('b')
  run.stores.close()
  run.stores.close()
  const operations: (() => unknown)[] = [
    () => store.get('a'),
    () => store.put('a', 2),
    () => store.put('new', 2),
    () => store.delete('b'),
    () => [...store.all()],
    () => store.approximateNumEntries(),
    () => run.stores.get('s'),
    () => run.drain(),
    () => run.commit(),
    () => run.stores.positions(),
    () => run.stores.restore('s', [], new Map()),
  ]
  for (const operation of operations) t.is(code(t.throws(operation)), 'INVALID_STATE', String(operation))
  const again = new TestStores([keyValue], () => lmdbBackend(place))
  t.is(again.stores.get<Counts>('s').get('a'), undefined)
  again.stores.close()
})

function code(error: unknown): string | undefined {
  return isStreamError(error) ? error.code : String(error)
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
