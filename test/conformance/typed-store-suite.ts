import type { ExecutionContext, TestFn } from 'ava'
import type { KeyValue, ValueAndTimestamp, Windowed } from '#runtime/core/record.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import type {
  KeyValueStore,
  SessionStore,
  TimestampedKeyValueStore,
  VersionedKeyValueStore,
  WindowStore,
} from '#runtime/stores/state-store.js'
import type { StoreSpec } from '#runtime/stores/store-spec.js'
import { Random } from '../helpers/random.js'
import { compacted, TestStores } from '../helpers/task-stores.js'
import { compareKeys, KeyValueModel, SessionModel, VersionedModel, WindowModel } from './store-models.js'
import type { BackendUnderTest } from './store-suite.js'

const types = { key: stringSerde, value: longSerde }
const keys = ['', 'a', 'a\0', 'a\0b', 'ab', 'b', 'ß', '😀', '\uffee']

/**
 * Goal: typed stores do what Kafka Streams' do, whatever is in the overlay, in the cache, drained or in the base, and after a restart
 * or a restore. Method: random operations on a store and on a plain model, with commits, drains and restarts in between.
 */
export function typedStoreSuite(test: TestFn, { label, place, open }: BackendUnderTest): void {
  /** One store, run with random interruptions: what is asked of it must not depend on them. */
  function interrupted(spec: StoreSpec, random: Random) {
    const where = place()
    let run = new TestStores([spec], () => open(where))
    return {
      get: <S>() => run.stores.get(spec.name) as S,
      context: () => run.context,
      interrupt() {
        const chance = random.next()
        if (chance < 0.1) run.commit()
        else if (chance < 0.15) run.drain()
        else if (chance < 0.2) run.stores.flushCaches()
        else if (chance < 0.22) {
          run.commit()
          run.stores.close()
          const { changelog } = run
          // An index by time may come or go with a new version of the topology.
          const opened = 'timeOrdered' in spec ? { ...spec, timeOrdered: random.chance(0.5) } : spec
          run = new TestStores([opened], () => open(where))
          run.changelog.push(...changelog)
          if (!run.stores.isPersistent(spec.name)) run.restore(spec.name, changelog)
        }
      },
      /** A second instance, from the changelog alone. */
      restored<S>(compact: boolean): S {
        run.commit()
        const other = new TestStores([spec], () => open(place()))
        const changelog = compact ? compacted(run.changelog) : run.changelog
        other.restore(spec.name, changelog, random.int(1, 50))
        if (random.chance(0.5)) other.restore(spec.name, changelog.slice(-random.int(1, 20)))
        return other.stores.get(spec.name) as S
      },
      close: () => run.stores.close(),
    }
  }

  for (const caching of [false, true]) {
    const title = (text: string) => `${label}${caching ? ', cached' : ''}: ${text}`

    test(title('a key-value store gives what a sorted map gives'), (t) => {
      const random = seeded(t)
      const run = interrupted({ ...types, name: 's', kind: 'keyValue', caching }, random)
      const model = new KeyValueModel<number>()
      for (let round = 0; round < 1500; round++) {
        const store = run.get<KeyValueStore<string, number>>()
        const key = random.pick(keys)
        const value = random.chance(0.2) ? 0 : random.int(-1e9, 1e9)
        const choice = random.next()
        if (choice < 0.3) {
          store.put(key, value)
          model.put(key, value)
        } else if (choice < 0.45) t.is(store.delete(key), model.delete(key))
        else if (choice < 0.55) t.is(store.putIfAbsent(key, value), model.putIfAbsent(key, value))
        else if (choice < 0.6) {
          const entries = Array.from({ length: 4 }, () => ({ key: random.pick(keys), value: random.chance(0.3) ? null : value }))
          store.putAll(entries)
          for (const entry of entries) model.put(entry.key, entry.value)
        }
        checkKeyValue(t, store, model, random)
        run.interrupt()
      }
      checkKeyValue(t, run.restored<KeyValueStore<string, never>>(random.chance(0.5)), model as KeyValueModel<never>, random)
      run.close()
    })

    test(title('a timestamped key-value store keeps timestamps'), (t) => {
      const random = seeded(t)
      const run = interrupted({ ...types, name: 's', kind: 'timestampedKeyValue', caching }, random)
      const model = new KeyValueModel<ValueAndTimestamp<number>>()
      for (let round = 0; round < 400; round++) {
        const store = run.get<TimestampedKeyValueStore<string, number>>()
        const key = random.pick(keys)
        const value = random.chance(0.3) ? null : { value: round, timestamp: random.pick([0, 1, 2 ** 31, 2 ** 32, 2 ** 52, -1]) }
        store.put(key, value)
        model.put(key, value)
        checkKeyValue(t, store, model, random)
        run.interrupt()
      }
      checkKeyValue(t, run.restored<KeyValueStore<string, never>>(random.chance(0.5)), model as KeyValueModel<never>, random)
      run.close()
    })

    test(title('a window store gives what windows by time give, and forgets those that expire'), (t) => {
      const random = seeded(t)
      const options = { windowSizeMs: random.pick([1, 10, 25]), retentionMs: random.pick([0, 10, 30, 100, 1000]) }
      const run = interrupted({ ...types, name: 's', kind: 'window', caching, ...options, timeOrdered: random.chance(0.5) }, random)
      const model = new WindowModel({ ...options, retainDuplicates: false })
      playWindows(t, run, model, random)
    })
  }

  test(`${label}: a window store with duplicates keeps them in order`, (t) => {
    const random = seeded(t)
    const options = { windowSizeMs: random.pick([1, 10, 25]), retentionMs: random.pick([10, 30, 100, 1000]), retainDuplicates: true }
    const run = interrupted({ ...types, name: 's', kind: 'window', ...options, timeOrdered: random.chance(0.5) }, random)
    playWindows(t, run, new WindowModel(options), random)
  })

  for (const caching of [false, true]) {
    test(`${label}${caching ? ', cached' : ''}: a session store gives what sessions by end give, and forgets those that expire`, (t) => {
      const random = seeded(t)
      const retentionMs = random.pick([1, 10, 50, 1000])
      const run = interrupted({ ...types, name: 's', kind: 'session', caching, retentionMs, timeOrdered: random.chance(0.5) }, random)
      const model = new SessionModel(retentionMs)
      let now = 0
      for (let round = 0; round < 800; round++) {
        const store = run.get<SessionStore<string, number>>()
        now += random.chance(0.1) ? random.int(0, retentionMs) : random.int(0, 3)
        const end = Math.max(0, now - random.int(0, retentionMs + 5))
        const known = model.pick(random)
        const session =
          known !== undefined && random.chance(0.3) ? known : { key: random.pick(keys), start: Math.max(0, end - random.int(0, 20)), end }
        const choice = random.next()
        if (choice < 0.6) {
          const value = random.chance(0.15) ? null : round
          const expired = run.context().expirations.length
          store.put(session, value)
          t.is(run.context().expirations.length - expired, model.put(session, value) ? 0 : 1)
        } else if (choice < 0.7) {
          store.remove(session)
          model.remove(session)
        }
        checkSessions(t, store, model, random, now)
        run.interrupt()
      }
      checkSessions(t, run.restored(random.chance(0.5)), model, random, now)
      run.close()
    })
  }

  test(`${label}: a versioned store answers for every time within its history`, (t) => {
    const random = seeded(t)
    const historyRetentionMs = random.pick([0, 5000, 30_000, 400_000])
    const run = interrupted({ ...types, name: 's', kind: 'versioned', historyRetentionMs }, random)
    const model = new VersionedModel(historyRetentionMs)
    const few = keys.slice(1, 5)
    let now = 0
    const check = (store: VersionedKeyValueStore<string, number>) => {
      const key = random.pick(few)
      t.deepEqual(store.get(key), model.get(key))
      const asOf = Math.max(0, now - random.int(-10, Math.ceil(historyRetentionMs * 1.2)))
      t.deepEqual(store.get(key, asOf), model.get(key, asOf), `${key} as of ${asOf} at ${now}`)
    }
    for (let round = 0; round < 1500; round++) {
      const store = run.get<VersionedKeyValueStore<string, number>>()
      now += random.int(0, Math.ceil(historyRetentionMs / random.pick([10, 50])))
      const key = random.pick(few)
      const timestamp = random.chance(0.4) ? now : Math.max(0, now - random.int(0, Math.ceil(historyRetentionMs * 1.1)))
      const known = model.pick(key, random)
      const at = known !== undefined && random.chance(0.2) ? known : timestamp
      const choice = random.next()
      if (choice < 0.15) t.deepEqual(store.delete(key, at), model.delete(key, at), `delete ${key} at ${at}`)
      else {
        const value = random.chance(0.2) ? null : round
        t.deepEqual(store.put(key, value, at), model.put(key, value, at), `put ${key} ${value} at ${at}`)
      }
      for (let query = 0; query < 4; query++) check(store)
      run.interrupt()
    }
    const restored = run.restored<VersionedKeyValueStore<string, number>>(false)
    for (let query = 0; query < 300; query++) check(restored)
    run.close()
  })

  function playWindows(t: ExecutionContext, run: ReturnType<typeof interrupted>, model: WindowModel, random: Random): void {
    const { windowSizeMs, retentionMs } = model.options
    let now = 0
    for (let round = 0; round < 800; round++) {
      const store = run.get<WindowStore<string, number>>()
      now += random.chance(0.05) ? random.int(0, retentionMs * 2) : random.int(0, windowSizeMs)
      const aligned = (time: number) => (random.chance(0.7) ? Math.floor(time / windowSizeMs) * windowSizeMs : time)
      const start = Math.max(0, aligned(now - (random.chance(0.5) ? 0 : random.int(0, retentionMs + 5))))
      const value = random.chance(0.2) ? null : round
      const key = random.pick(keys)
      const expired = run.context().expirations.length
      store.put(key, value, start)
      t.is(run.context().expirations.length - expired, model.put(key, value, start) ? 0 : 1)
      checkWindows(t, store, model, random, now)
      run.interrupt()
    }
    checkWindows(t, run.restored(random.chance(0.5)), model, random, now)
    run.close()
  }
}

function seeded(t: ExecutionContext): Random {
  const random = new Random()
  t.log(`seed ${random.seed}`)
  return random
}

function checkKeyValue<V>(t: ExecutionContext, store: KeyValueStore<string, V>, model: KeyValueModel<V>, random: Random): void {
  const [from, to, key] = [random.pick([undefined, ...keys]), random.pick([undefined, ...keys]), random.pick(keys)]
  t.deepEqual(store.get(key), model.get(key))
  t.deepEqual([...store.range(from, to)], model.range(from, to))
  t.deepEqual([...store.reverseRange(from, to)], model.range(from, to).reverse())
  t.deepEqual([...store.all()], model.range())
  t.deepEqual([...store.reverseAll()], model.range().reverse())
  if (key !== '') t.deepEqual([...store.prefixScan(key)], model.prefix(key))
  t.is(store.approximateNumEntries(), model.range().length)
}

function checkWindows(t: ExecutionContext, store: WindowStore<string, number>, model: WindowModel, random: Random, now: number): void {
  const time = () => random.pick([-5, 0, now, Math.max(0, now - random.int(0, model.options.retentionMs + 20)), Number.MAX_SAFE_INTEGER])
  const [from, to, key] = [time(), time(), random.pick(keys)]
  const [fromKey, toKey] = [random.pick([undefined, ...keys]), random.pick([undefined, ...keys])]
  if (!model.options.retainDuplicates) t.is(store.fetch(key, from), model.fetch(key, from))
  t.deepEqual([...store.fetchRange(key, from, to)], model.fetchRange(key, from, to))
  t.deepEqual([...store.backwardFetchRange(key, from, to)], model.fetchRange(key, from, to).reverse())
  t.deepEqual([...store.fetchKeyRange(fromKey, toKey, from, to)], model.fetchKeys(fromKey, toKey, from, to))
  t.deepEqual([...store.backwardFetchKeyRange(fromKey, toKey, from, to)], model.fetchKeys(fromKey, toKey, from, to).reverse())
  t.deepEqual([...store.fetchAll(from, to)], model.fetchKeys(undefined, undefined, from, to))
  t.deepEqual([...store.backwardFetchAll(from, to)], model.fetchKeys(undefined, undefined, from, to).reverse())
  t.deepEqual([...store.all()], model.fetchKeys())
  t.deepEqual([...store.backwardAll()], model.fetchKeys().reverse())
}

function checkSessions(t: ExecutionContext, store: SessionStore<string, number>, model: SessionModel, random: Random, now: number): void {
  const time = () => random.pick([-5, 0, now, Math.max(0, now - random.int(0, 50)), Number.MAX_SAFE_INTEGER])
  const [earliest, latest, key] = [time(), time(), random.pick(keys)]
  const [from, to] = [random.pick([undefined, ...keys]), random.pick([undefined, ...keys])]
  const of = (all: KeyValue<Windowed<string>, number>[], wanted: string) => all.filter((entry) => entry.key.key === wanted)
  const found = model.find(earliest, latest)
  t.deepEqual([...store.findSessions(key, earliest, latest)], of(found, key))
  t.deepEqual([...store.backwardFindSessions(key, earliest, latest)], of(found, key).reverse())
  t.deepEqual([...store.fetch(key)], of(model.find(), key))
  t.deepEqual([...store.backwardFetch(key)], of(model.find(), key).reverse())
  const between = (entry: KeyValue<Windowed<string>, number>) =>
    (from === undefined || compareKeys(from, entry.key.key) <= 0) && (to === undefined || compareKeys(entry.key.key, to) <= 0)
  t.deepEqual([...store.findSessionsInKeyRange(from, to, earliest, latest)], found.filter(between))
  if (from === undefined || to === undefined || compareKeys(from, to) <= 0) {
    t.deepEqual([...store.fetchKeyRange(from, to)], model.find().filter(between))
  } else t.throws(() => store.fetchKeyRange(from, to), { message: /INVALID_ARGUMENT/ })
  t.deepEqual(
    [...store.findSessionsByEnd(earliest, latest)],
    model.find().filter((entry) => entry.key.end >= earliest && entry.key.end <= latest),
  )
  const known = model.pick(random) ?? { key, start: 0, end: 0 }
  t.is(store.fetchSession(known.key, known.start, known.end), model.fetchSession(known))
}
