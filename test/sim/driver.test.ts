/**
 * Goal: whatever happens to the instances, what is committed in the end is what a plain model says.
 * Method: a seed draws the settings, the records, crashes within commits and between them, restarts with and without their state, and
 * rebalances; in the end stores, outputs and changelogs are held against Maps. ROUNDS=… plays more of them; SEED=… begins with another.
 */
import test from 'ava'
import { lmdbBackend } from '#runtime/lmdb.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import type { KeyValueStore } from '#runtime/stores/state-store.js'
import { Driver } from '#runtime/testing/driver.js'
import { buildTopology } from '#runtime/topology/build.js'
import type { Topology } from '#runtime/topology/topology.js'
import { type BreakAt, Breaking, durableMemory } from '../helpers/breaking.js'
import { Random } from '../helpers/random.js'
import { clicksOfUsers, wordCount } from '../helpers/specs.js'
import { countTopology, each, processor, source, store, subTopology, topology } from '../helpers/topologies.js'

const text = (name: string) => ({ name, key: stringSerde, value: stringSerde })
const long = (name: string) => ({ name, key: stringSerde, value: longSerde })

type Rows = ReadonlyMap<string, unknown>

/** A topology, its inputs, and what is left of them in a store, as plain code. */
interface World {
  readonly name: string
  readonly topology: Topology
  readonly inputs: readonly string[]
  readonly store: string
  /** Where each change of the store goes, if it does. */
  readonly output?: string
  /** Is a record that is processed twice seen in the store? */
  readonly counts: boolean
  /** Does all of it run in one sub-topology? Then state that is in place is exact, at least once too. */
  readonly direct: boolean
  value(random: Random): string | null
  apply(rows: Map<string, unknown>, topic: string, key: string, value: string | null): void
}

const increment = (rows: Map<string, unknown>, key: string) => rows.set(key, ((rows.get(key) as number | undefined) ?? 0) + 1)

const worlds: readonly World[] = [
  {
    name: 'counts',
    topology: countTopology(),
    inputs: ['in'],
    store: 'counts',
    output: 'out',
    counts: true,
    direct: true,
    value: () => 'x',
    apply: (rows, _topic, key) => increment(rows, key),
  },
  {
    name: 'counts of words',
    topology: buildTopology(wordCount),
    inputs: ['lines-on-kafka'],
    store: 'count-of-words',
    output: 'counts',
    counts: true,
    direct: false,
    value: (random) => Array.from({ length: random.int(1, 4) }, () => random.pick(['red', 'green', 'blue', 'grey', 'pink'])).join(' '),
    apply(rows, _topic, _key, value) {
      for (const word of value!.split(' ')) increment(rows, word)
    },
  },
  {
    name: 'flags, up and down',
    topology: flagTopology(),
    inputs: ['in'],
    store: 'flags',
    counts: false,
    direct: true,
    value: (random) => random.pick(['up', 'down']),
    apply(rows, _topic, key, value) {
      if (value === 'up') rows.set(key, 1)
      else rows.delete(key)
    },
  },
  {
    name: 'a table',
    topology: buildTopology(clicksOfUsers),
    inputs: ['users', 'clicks'],
    store: 'users',
    counts: false,
    direct: true,
    value: (random) => (random.chance(0.2) ? null : `v${random.int(0, 99)}`),
    apply(rows, topic, key, value) {
      if (topic !== 'users') return
      if (value === null) rows.delete(key)
      else rows.set(key, value)
    },
  },
]

function flagTopology(): Topology {
  const flagging = each((record, context) => {
    const flags = context.store<KeyValueStore<string, unknown>>('flags')
    flags.put(record.key, record.value === 'up' ? { value: 1, timestamp: record.timestamp } : null)
  })
  return topology([subTopology(0, [source('in', ['in']), processor('flag', ['in'], flagging, ['flags'])], [store('flags')])])
}

/** What a seed draws, so that it can be told when it fails. */
function settingsOf(random: Random) {
  const exactlyOnce = random.chance(0.5)
  return {
    world: random.pick(worlds),
    exactlyOnce,
    partitions: random.pick([1, 2, 3]),
    commit: random.pick(['manual', 'pipe', 1, 3, 20] as const),
    caching: random.chance(0.5),
    lmdb: random.chance(0.2),
    steps: random.int(20, 80),
    /** At least once, only these leave state that counts nothing twice. */
    keepsState: !exactlyOnce && random.chance(0.5),
  }
}

function play(random: Random): void {
  const settings = settingsOf(random)
  const { world, exactlyOnce, keepsState } = settings
  const breaking = new Breaking(settings.lmdb ? lmdbBackend : durableMemory())
  const driver = new Driver(world.topology, {
    partitions: settings.partitions,
    commit: settings.commit,
    caching: settings.caching,
    processingGuarantee: exactlyOnce ? 'exactlyOnce' : 'atLeastOnce',
    stateBackend: breaking.backend,
    seed: random.int(1, 1_000_000),
  })
  try {
    breaking.patch(driver)
    const model = run(driver, breaking, random, settings)
    check(driver, model, settings)
  } catch (error) {
    const shown = JSON.stringify({ ...settings, world: world.name, keepsState })
    throw new Error(`${shown}: ${error instanceof Error ? error.stack : error}`)
  } finally {
    breaking.at = 'none'
    driver.close()
  }
}

function run(
  driver: Driver,
  breaking: Breaking,
  random: Random,
  { world, exactlyOnce, keepsState, steps }: ReturnType<typeof settingsOf>,
): Rows {
  const model = new Map<string, unknown>()
  const steady: readonly BreakAt[] = exactlyOnce ? ['changelog', 'state', 'transaction'] : ['changelog', 'state', 'offsets']
  /** Does it; a kill on the way is followed by a new start, which may be killed as well. */
  const survive = (action: () => void): void => {
    let next = action
    for (;;) {
      try {
        next()
        return
      } catch (error) {
        if (!Breaking.isKill(error)) throw error
        breaking.at = 'none'
        driver.crash()
        const wipeState = !keepsState && random.chance(0.2)
        next = () => driver.restart({ wipeState })
        if (random.chance(0.2)) breaking.at = random.pick(steady)
      }
    }
  }
  let time = 0
  const keys = ['ann', 'bob', 'cy', 'di', 'eve', 'flo']
  for (let step = 0; step < steps; step++) {
    if (random.chance(0.15)) breaking.at = random.pick(steady)
    const chance = random.next()
    if (chance < 0.7) {
      for (const topic of world.inputs) {
        const records = Array.from({ length: random.int(0, 8) }, () => {
          time = Math.max(0, time + random.int(-3, 10))
          return { key: random.pick(keys), value: world.value(random), timestamp: time }
        })
        for (const { key, value } of records) world.apply(model, topic, key, value)
        survive(() => driver.input<string, string | null>(text(topic) as never).pipeAll(records))
      }
    } else if (chance < 0.8) survive(() => driver.commit())
    else if (chance < 0.87) {
      survive(() => {
        driver.crash()
        driver.restart({ wipeState: !keepsState && random.chance(0.3) })
      })
    } else if (chance < 0.92) survive(() => driver.restart({ wipeState: !keepsState && random.chance(0.3) }))
    else if (chance < 0.97 && !keepsState) survive(() => driver.rebalance())
    else survive(() => driver.advanceWallClock(random.int(0, 1_000)))
  }
  breaking.at = 'none'
  driver.commit()
  driver.commit()
  return model
}

function check(driver: Driver, model: Rows, { world, exactlyOnce, keepsState }: ReturnType<typeof settingsOf>): void {
  const rows = rowsOf(driver, world.store)
  const exact = exactlyOnce || !world.counts || (keepsState && world.direct)
  if (exact) same('store and model', rows, model)
  else {
    for (const [key, count] of model as ReadonlyMap<string, number>) {
      if (!((rows.get(key) as number) >= count)) throw new Error(`${key} was counted ${rows.get(key)} times, not ${count}`)
    }
  }
  if (world.output !== undefined) {
    const outputs = driver.output<string, number>(long(world.output)).readAll()
    same('store and last output', rows, new Map(outputs.map(({ key, value }) => [key, value])))
    if (exactlyOnce) rising(outputs)
  }
  driver.restart({ wipeState: true })
  same('store and changelog', rowsOf(driver, world.store), rows)
}

/** Each output of a key is of a later update than the one before. */
function rising(outputs: readonly { readonly key: string; readonly value: number }[]): void {
  const last = new Map<string, number>()
  for (const { key, value } of outputs) {
    if (value <= (last.get(key) ?? 0)) throw new Error(`the output of ${key} went from ${last.get(key)} to ${value}`)
    last.set(key, value)
  }
}

function rowsOf(driver: Driver, name: string): Rows {
  const stores = driver.stores(name) as unknown as readonly KeyValueStore<string, { readonly value: unknown }>[]
  return new Map(stores.flatMap((store) => [...store.all()].map(({ key, value }) => [key, value.value] as const)))
}

function same(what: string, found: Rows, expected: Rows): void {
  const show = (rows: Rows) => JSON.stringify([...rows].sort(([a], [b]) => (a < b ? -1 : 1)))
  if (show(found) !== show(expected)) throw new Error(`${what}: ${show(found)} is not ${show(expected)}`)
}

const rounds = Number(process.env.ROUNDS ?? 60)

test('stores, outputs and changelogs are what a plain model says, whatever happens', (t) => {
  t.timeout(120_000)
  const first = new Random().seed
  for (let round = 0; round < rounds; round++) {
    const seed = first + round
    try {
      play(new Random(seed))
    } catch (error) {
      t.fail(`SEED=${seed} ${error instanceof Error ? error.message : error}`)
      return
    }
  }
  t.pass()
})
