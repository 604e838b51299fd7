/**
 * Goal: a crash between any two steps of a commit loses nothing, and with its state in place a task counts nothing twice.
 * Method: counting by key, at once or through a repartition topic; the commit is broken at each step, the instance is killed and started again, and in the
 * end the counts, the outputs and the changelog are held against the input.
 */
import test from 'ava'
import { lmdbBackend } from '#runtime/lmdb.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import type { KeyValueStore, TimestampedKeyValueStore, WindowStore } from '#runtime/stores/state-store.js'
import { Driver } from '#runtime/testing/driver.js'
import type { TopologyTestDriverOptions } from '#runtime/testing/options.js'
import type { Topology } from '#runtime/topology/topology.js'
import { type BreakAt, Breaking } from '../../helpers/breaking.js'
import { countTopology, each, processor, source, store, subTopology, topology } from '../../helpers/topologies.js'

const input = { name: 'in', key: stringSerde, value: stringSerde }
const output = { name: 'out', key: stringSerde, value: longSerde }

/** What is sent again to the repartition topic is counted again, at least once. */
const rekeyed = countTopology((record) => record.value)

const users = ['ann', 'bob', 'cy', 'di']

/** Runs the input with a break in each of the first commits. */
function play(graph: Topology, at: BreakAt, options: TopologyTestDriverOptions, afterCrash: (driver: Driver) => void) {
  const breaking = new Breaking(lmdbBackend)
  const driver = new Driver(graph, {
    ...options,
    commit: 'manual',
    stateBackend: (directory) => breaking.backend(directory),
  })
  breaking.patch(driver)
  const expected = new Map<string, number>()
  for (let round = 0; round < 6; round++) {
    for (let index = 0; index < 10; index++) {
      const user = users[(round * 7 + index * index) % users.length]!
      driver.input(input).pipe(user, user, { timestamp: round * 100 + index })
      expected.set(user, (expected.get(user) ?? 0) + 1)
    }
    breaking.at = round % 2 === 0 ? at : 'none'
    try {
      driver.commit()
    } catch (error) {
      if (!Breaking.isKill(error)) throw error
      driver.crash()
      afterCrash(driver)
      continue
    }
    if (at === 'none') {
      driver.crash()
      afterCrash(driver)
    }
  }
  breaking.at = 'none'
  driver.commit()
  driver.commit()
  return { driver, expected, hits: breaking.hits }
}

function counts(driver: Driver): Map<string, number> {
  const stores = driver.stores('counts') as readonly TimestampedKeyValueStore<string, number>[]
  return new Map(stores.flatMap((store) => [...store.all()].map(({ key, value }) => [key, value.value] as const)))
}

const sorted = (map: ReadonlyMap<string, number>) => [...map].sort()

for (const partitions of [1, 2]) {
  for (const at of ['none', 'changelog', 'state', 'offsets'] as const) {
    test(`at least once, ${partitions} partitions, killed before ${at}: the state counts nothing twice`, (t) => {
      const { driver, expected, hits } = play(countTopology(), at, { partitions }, (killed) => killed.restart())
      t.teardown(() => driver.close())
      t.is(hits, at === 'none' ? 0 : 3)
      t.deepEqual(sorted(counts(driver)), sorted(expected))
      driver.restart({ wipeState: true })
      t.deepEqual(sorted(counts(driver)), sorted(expected), 'the changelog agrees with the state')
    })

    test(`at least once, ${partitions} partitions, killed before ${at} and the state lost: no count is too low`, (t) => {
      const { driver, expected } = play(rekeyed, at, { partitions }, (killed) => killed.restart({ wipeState: true }))
      t.teardown(() => driver.close())
      const found = counts(driver)
      for (const [user, count] of expected) t.true(found.get(user)! >= count, `${user}: ${found.get(user)} < ${count}`)
      const outputs = driver.output<string, number>(output).readAll()
      for (const [user, count] of found) t.is(outputs.findLast(({ key }) => key === user)?.value, count, 'output and state agree')
    })
  }

  for (const at of ['none', 'changelog', 'state', 'transaction'] as const) {
    for (const wipeState of [false, true]) {
      test(`exactly once, ${partitions} partitions, killed before ${at}${wipeState ? ', state lost' : ''}: each count once`, (t) => {
        const { driver, expected } = play(rekeyed, at, { partitions, processingGuarantee: 'exactlyOnce' }, (killed) =>
          killed.restart({ wipeState }),
        )
        t.teardown(() => driver.close())
        t.deepEqual(sorted(counts(driver)), sorted(expected))
        const next = new Map<string, number>()
        for (const { key, value } of driver.output<string, number>(output).readAll()) {
          t.is(value, (next.get(key) ?? 0) + 1, `output of ${key}`)
          next.set(key, value)
        }
        t.deepEqual(sorted(next), sorted(expected))
      })
    }
  }
}

test('what a failed commit left in the changelog does not come back with a restore', (t) => {
  const breaking = new Breaking(lmdbBackend)
  const stores = [store('flags'), store('windows', longSerde, { kind: 'window', windowSizeMs: 10, retentionMs: 1_000 })]
  const flagging = each((record, context) => {
    const flags = context.store<TimestampedKeyValueStore<string, number>>('flags')
    const windows = context.store<WindowStore<string, number>>('windows')
    flags.put(record.key, record.value === 'up' ? { value: 1, timestamp: record.timestamp } : null)
    windows.put(record.key, record.value === 'up' ? 1 : null, 0)
  })
  const nodes = [source('in', ['in']), processor('flag', ['in'], flagging, ['flags', 'windows'])]
  const driver = new Driver(topology([subTopology(0, nodes, stores)]), {
    commit: 'manual',
    stateBackend: (directory) => breaking.backend(directory),
  })
  t.teardown(() => driver.close())
  breaking.patch(driver)
  driver.input(input).pipe('before', 'up')
  driver.commit()
  driver.input(input).pipe('k', 'up')
  driver.input(input).pipe('before', 'down')
  breaking.at = 'state'
  t.throws(() => driver.commit(), { message: /killed before state/ })
  driver.crash()
  driver.restart()
  // Now both changes of `k` fall into one commit, of which the changelog hears nothing.
  driver.input(input).pipe('k', 'down')
  driver.input(input).pipe('before', 'up')
  driver.commit()
  for (const wipeState of [false, true]) {
    driver.restart({ wipeState })
    const [flags, windows] = [driver.stores('flags'), driver.stores('windows')] as unknown as [
      KeyValueStore<string, unknown>[],
      WindowStore<string, unknown>[],
    ]
    t.deepEqual(
      [...flags[0]!.all()].map(({ key }) => key),
      ['before'],
    )
    t.deepEqual(
      [...windows[0]!.all()].map(({ key }) => key.key),
      ['before'],
    )
  }
})
