/** Measures the stores of a task: `node build/bench/stores.js`, after a build; a word as argument runs what has it in its name. Operations per second, one process, memory and LMDB (in a temporary folder). */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Headers } from '#runtime/core/headers.js'
import type { RecordOrigin } from '#runtime/core/record.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import { lmdbBackend } from '#runtime/stores/lmdb-store.js'
import { memoryBackend } from '#runtime/stores/memory-store.js'
import type { KeyValueStore, SessionStore, TimestampedKeyValueStore, WindowStore } from '#runtime/stores/state-store.js'
import type { StateBackend } from '#runtime/stores/store.js'
import type { StoreSpec } from '#runtime/stores/store-spec.js'
import { TaskStores } from '#runtime/stores/task-stores.js'

const wanted = process.argv[2] ?? ''
const keyCount = 100_000
const commitEvery = 20_000
const origin: RecordOrigin = { metadata: undefined, timestamp: 1, headers: Headers.empty }
const context = { recordOrigin: () => origin, runWith: (_origin: RecordOrigin, body: () => void) => body(), expired: () => {} }
const types = { key: stringSerde, value: longSerde }
const keys = Array.from({ length: keyCount }, (_, at) => `user-${(at * 7919) % keyCount}`)

const specs = {
  keyValue: { ...types, name: 's', kind: 'keyValue' },
  timestamped: { ...types, name: 's', kind: 'timestampedKeyValue' },
  cached: { ...types, name: 's', kind: 'timestampedKeyValue', caching: true },
  window: { ...types, name: 's', kind: 'window', windowSizeMs: 60_000, retentionMs: 120_000 },
  duplicates: { ...types, name: 's', kind: 'window', windowSizeMs: 10_000, retentionMs: 10_000, retainDuplicates: true },
  session: { ...types, name: 's', kind: 'session', retentionMs: 60_000 },
} as const satisfies Record<string, StoreSpec>

for (const kind of ['memory', 'lmdb'] as const) {
  console.log(`\n${kind}`)
  const withStore = (spec: StoreSpec, run: (stores: TaskStores) => void): void => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
    const open = (): StateBackend => (kind === 'memory' ? memoryBackend() : lmdbBackend(directory))
    const stores = new TaskStores({ stores: [{ spec, global: false }], persistent: open, memory: memoryBackend, context })
    try {
      run(stores)
    } finally {
      stores.close()
      rmSync(directory, { recursive: true, force: true })
    }
  }

  withStore(specs.keyValue, (stores) => {
    const store = stores.get<KeyValueStore<string, number>>('s')
    measure('put new keys, with commits', keyCount, (at) => store.put(keys[at]!, at), stores)
    measure('get, any key', 500_000, (at) => store.get(keys[at % keyCount]!))
    measure('get, one of 1,000 hot keys', 2_000_000, (at) => store.get(keys[at % 1000]!))
    measure('put, one of 1,000 hot keys', 2_000_000, (at) => store.put(keys[at % 1000]!, at), stores, 100_000)
    measure(
      'scan all, entries',
      10 * keyCount,
      scans(() => store.all()),
    )
    measure(
      'scan all with 1,000 uncommitted, entries',
      10 * keyCount,
      scans(
        () => store.all(),
        () => {
          for (let at = 0; at < 1000; at++) store.put(keys[at]!, at)
        },
      ),
    )
    measure('range of about 10, scans', 50_000, (at) => {
      for (const _ of store.range(keys[at], `${keys[at]}9`));
    })
  })

  for (const name of ['timestamped', 'cached'] as const) {
    withStore(specs[name], (stores) => {
      const store = stores.get<TimestampedKeyValueStore<string, number>>('s')
      const count = (at: number, of: number) => {
        const key = keys[(at * 31) % of]!
        store.put(key, { value: (store.get(key)?.value ?? 0) + 1, timestamp: at })
      }
      measure(`read-modify-write (${name}), any key, with commits`, 500_000, (at) => count(at, keyCount), stores)
      measure(`read-modify-write (${name}), 1,000 hot keys`, 1_000_000, (at) => count(at, 1000), stores)
    })
  }

  withStore(specs.window, (stores) => {
    const store = stores.get<WindowStore<string, number>>('s')
    measure(
      'count in tumbling windows',
      500_000,
      (at) => {
        const [key, start] = [keys[at % 10_000]!, Math.floor(at / 60_000) * 60_000]
        store.put(key, (store.fetch(key, start) ?? 0) + 1, start)
      },
      stores,
    )
  })

  withStore(specs.duplicates, (stores) => {
    const store = stores.get<WindowStore<string, number>>('s')
    measure(
      'join side: put and fetch ±5 s, a record each 5 ms',
      200_000,
      (at) => {
        const [key, time] = [keys[at % 1000]!, at * 5]
        for (const _ of store.fetchRange(key, time - 5000, time + 5000));
        store.put(key, at, time)
      },
      stores,
    )
  })

  withStore(specs.session, (stores) => {
    const store = stores.get<SessionStore<string, number>>('s')
    measure(
      'sessions: find, remove, put',
      200_000,
      (at) => {
        const [key, time] = [keys[at % 1000]!, at * 5]
        let start = time
        for (const session of [...store.findSessions(key, time - 10_000, time + 10_000)]) {
          start = Math.min(start, session.key.start)
          store.remove(session.key)
        }
        store.put({ key, start, end: time }, at)
      },
      stores,
    )
  })

  withStore(specs.timestamped, (stores) => {
    const batch = 50_000
    const records = Array.from({ length: 'restore'.includes(wanted) ? 1_000_000 : 0 }, (_, at) => ({
      key: Buffer.from(`user-${(at * 7919) % 1_000_000}`),
      value: longSerde.serialize(at),
      timestamp: at,
    }))
    measure(
      'restore of 1,000,000 keys, records',
      records.length / batch,
      (at) => {
        stores.restore('s', records.slice(at * batch, (at + 1) * batch), new Map([['changelog-0', at]]))
      },
      undefined,
      0,
      batch,
    )
  })
}

/** Runs it a few times to warm up where that is cheap, then `count` times; commits in between where `stores` are given. */
function measure(
  name: string,
  count: number,
  operation: (at: number) => unknown,
  stores?: TaskStores,
  every = commitEvery,
  each = 1,
): void {
  if (!name.includes(wanted)) return
  const start = process.hrtime.bigint()
  const before = process.cpuUsage()
  for (let at = 0; at < count; at++) {
    operation(at)
    if (stores !== undefined && at % every === every - 1) commit(stores)
  }
  if (stores !== undefined) commit(stores)
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  const { user, system } = process.cpuUsage(before)
  const rate = (count * each) / seconds
  const cpu = (user + system) / (count * each)
  console.log(`  ${name.padEnd(62)} ${Math.round(rate).toLocaleString('en').padStart(12)} /s ${cpu.toFixed(2).padStart(8)} µs of CPU`)
}

function commit(stores: TaskStores): void {
  stores.flushCaches()
  stores.drain(() => {})
  stores.commit(new Map())
}

/** Steps of scans as operations. */
function scans<T>(scan: () => Iterable<T>, before?: () => void): () => void {
  before?.()
  let iteration = scan()[Symbol.iterator]()
  return () => {
    if (iteration.next().done === true) iteration = scan()[Symbol.iterator]()
  }
}
