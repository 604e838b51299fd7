/**
 * Goal: the record cache changes how many updates go downstream, never where they end. Method: replay each vector with stores with the cache on and
 * one commit at the end; the stores end as Kafka Streams' do without a cache, each key's last record is the same, and no more records are sent.
 * Left out by name, each with why: topologies that make something of each single update.
 */
import test from 'ava'
import { canonical, type Vector, type VectorRecord, type VectorRow, VectorRun } from './replay.js'
import { specOf } from './topologies.js'
import { loadVectors } from './vectors.js'

const folded = 'an aggregate of a table takes in each update of it, one by one, so leaving some out leaves its traces'
const timed = 'suppress sends by the time of the updates it gets'
const versions = 'a versioned store keeps each update that the cache lets through'
const expired = 'windows that have expired by the commit find no partner any more'
const seesUpdates: Readonly<Record<string, string>> = {
  'cogroup-hopping':
    'one input takes for open what the store, at the time of the other, has forgotten: such an update is sent, but kept by no cache',
  'filter-map-group-join': folded,
  'fk-left-group': folded,
  'group-aggregate-rekey-stream': 'its keys are made of the updates',
  'group-relaxed': 'each update is a record of a join of streams',
  'session-suppress-group': timed,
  'sliding-session-cogroup': folded,
  'stream-table-self-join': 'a stream and the changes of a table write to one topic, and the cache moves the changes behind',
  'suppress-bytes-window': timed,
  'suppress-max-records-only': timed,
  'suppress-table-join': timed,
  'suppress-then-aggregate': timed,
  'suppress-time-limit': timed,
  'suppress-windowed-join': expired,
  'table-filter-groupby': folded,
  'table-filter-groupby-and-stream': folded,
  'table-fk-inner-join-count': folded,
  'table-group-two': folded,
  'table-groupby-aggregate': folded,
  'table-groupby-count': folded,
  'table-groupby-null-key': folded,
  'table-groupby-reduce': folded,
  'table-outer-chain-group': folded,
  'table-roundtrip': folded,
  'table-table-left-join-aggregate': folded,
  'transform-group': folded,
  'versioned-outer-join-store': versions,
  'versioned-table-aggregate': folded,
  'window-then-session': 'each update of a window is an event of a session',
  'windowed-table-join': expired,
}

/** What a commit sends on to a repartition topic is in a cache again, until the next commit. */
const commitsUntilQuiet = 5

const vectors = loadVectors().filter(({ name, stores }) => seesUpdates[name] === undefined && Object.keys(stores).length > 0)
const specs = new Map(await Promise.all(vectors.map(async ({ name }) => [name, (await specOf(name))!] as const)))

for (const vector of vectors) {
  test(`${vector.name}, seed ${vector.seed}: ends the same with the record cache on, in no more records`, (t) => {
    using run = new VectorRun(vector, specs.get(vector.name)!, { caching: true, commit: 'manual' })
    const sent = vector.steps.flatMap((step) => run.play(step))
    for (let commit = 0; commit < commitsUntilQuiet; commit++) {
      run.driver.commit()
      sent.push(...run.sent())
    }
    t.deepEqual(storesOf(vector, run), expectedStores(vector))
    t.deepEqual(lastValues(sent), lastValues(vector.expected.flat()))
    t.true(sent.length <= vector.expected.flat().length)
  })
}

function expectedStores({ stores }: Vector): unknown {
  return JSON.parse(canonical(Object.fromEntries(Object.entries(stores).map(([name, rows]) => [name, withoutTimestamps(rows)]))))
}

function storesOf(vector: Vector, run: VectorRun): unknown {
  return JSON.parse(canonical(Object.fromEntries(Object.keys(vector.stores).map((name) => [name, withoutTimestamps(run.rows(name))]))))
}

function lastValues(records: readonly VectorRecord[]): Readonly<Record<string, unknown>> {
  const values = new Map(records.map(({ topic, key, value }) => [`${topic} ${canonical(key)}`, value]))
  return Object.fromEntries([...values].filter(([, value]) => value !== null).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** A join's timestamp is that of the updates it has seen, and the cache leaves some out. */
function withoutTimestamps(rows: readonly VectorRow[]): readonly VectorRow[] {
  return rows.map(({ timestamp: _, ...row }) => row)
}
