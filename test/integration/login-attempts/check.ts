import type { ExecutionContext } from 'ava'
import type { Client } from 'millrace'
import { longSerde, stringSerde } from 'millrace/codegen'
import type { LoginEvent } from '../../../examples/login-attempts/generated/types/seed/login-event.js'
import { countsOf, loginSerde, placeOf } from './events.js'
import { changelogTopic, repartitionTopic } from './topics.js'
import { type PlacedRecord, recordsOf, type Window } from './window.js'

export interface Outcome {
  readonly application: string
  readonly events: readonly LoginEvent[]
  /** Of the stores, of all instances. */
  readonly rows: ReadonlyMap<string, number>
  /** Undefined: nothing was killed, and all must be counted once. */
  readonly window: Window | undefined
  /** Was state restored from the changelog after the kill? */
  readonly restored: boolean
}

/** Holds what a job has left behind against its events: see `Window` for what a kill may count twice. */
export async function checkOutcome(t: ExecutionContext, client: Client, outcome: Outcome): Promise<void> {
  const { application, events, rows, window, restored } = outcome
  t.deepEqual(differences(lastValues(await recordsOf(client, `${application}-attempts`)), rows), [], 'the output has what the store has')
  t.deepEqual(differences(lastValues(await recordsOf(client, changelogTopic(application))), rows), [], 'and so has the changelog')

  const regrouped = (await recordsOf(client, repartitionTopic(application))).map((record) => ({
    ...record,
    event: loginSerde.deserialize(record.value!),
  }))
  const times = new Map<number, number>()
  for (const { event } of regrouped) times.set(event.at, (times.get(event.at) ?? 0) + 1)
  const suspicious = events.filter(({ ip }) => ip.startsWith('10.'))
  t.deepEqual(suspicious.filter(({ at }) => !times.has(at)).slice(0, 3), [], 'no event is lost on its way')

  const twice = suspicious.filter(({ at }) => times.get(at)! > 1)
  const early = twice.filter((event) => placeOf(event).offset < (window?.filtered[placeOf(event).partition] ?? Number.POSITIVE_INFINITY))
  t.deepEqual(early.slice(0, 3), [], 'nothing is filtered again that was committed')

  const recounted = restored
    ? regrouped.filter(({ partition, offset }) => window!.counted[partition]! <= offset && offset < window!.readable[partition]!)
    : []
  const touched = new Set([...twice, ...recounted.map(({ event }) => event)].map(({ user }) => user))
  const expected = countsOf(events)
  const wrong = [...expected].filter(([user, count]) => (touched.has(user) ? rows.get(user)! < count : rows.get(user) !== count))
  t.deepEqual(wrong.slice(0, 3), [], 'users that the kill did not touch have exact counts, others not less')
  t.is(rows.size, expected.size)

  // What comes beyond is known too: each time that an event was sent on again, and at most once more what was counted again.
  const sent = countsOf(regrouped.map(({ event }) => event))
  const again = countsOf(recounted.map(({ event }) => event))
  const off = [...rows].filter(([user, count]) => count < sent.get(user)! || count > sent.get(user)! + (again.get(user) ?? 0))
  t.deepEqual(off.slice(0, 3), [], 'each record of the repartition topic is counted once, or twice where the changelog was ahead')

  t.log(
    `${touched.size} of ${expected.size} users touched: ${twice.length} events sent on again, ${recounted.length} in reach of a recount`,
  )
  t.true(expected.size - touched.size > 1_000, 'enough users are untouched to tell')
}

/** Holds what a job that counts exactly once has left behind against its events, as a reader of committed records finds it. */
export async function checkExactly(
  t: ExecutionContext,
  client: Client,
  { application, events, rows }: Pick<Outcome, 'application' | 'events' | 'rows'>,
): Promise<void> {
  const committed = (topic: string) => recordsOf(client, topic, 'readCommitted')
  const expected = countsOf(events)
  t.deepEqual(differences(rows, expected), [], 'each event is counted once')
  t.deepEqual(differences(lastValues(await committed(changelogTopic(application))), expected), [], 'and so says the changelog')

  const regrouped = (await committed(repartitionTopic(application))).map(({ value }) => loginSerde.deserialize(value!).at)
  t.is(new Set(regrouped).size, regrouped.length, 'no event is sent on twice')
  t.is(
    regrouped.length,
    [...expected.values()].reduce((sum, count) => sum + count, 0),
    'none is lost',
  )

  const told = new Map<string, number>()
  const wrong: unknown[] = []
  for (const { key, value, partition, offset } of await committed(`${application}-attempts`)) {
    const [user, count] = [stringSerde.deserialize(key!), longSerde.deserialize(value!)]
    if (count !== (told.get(user) ?? 0) + 1) wrong.push({ user, count, after: told.get(user), partition, offset })
    told.set(user, count)
  }
  t.deepEqual(wrong.slice(0, 3), [], 'each count is told once, in order')
  t.deepEqual(differences(told, expected), [], 'up to the last')
}

/** What a topic says of each user; a tombstone takes back what a commit wrote that was cut off. */
function lastValues(records: readonly PlacedRecord[]): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  for (const { key, value } of records) {
    if (value === null) values.delete(stringSerde.deserialize(key!))
    else values.set(stringSerde.deserialize(key!), longSerde.deserialize(value))
  }
  return values
}

/** The first few users for whom two tables differ. */
function differences(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): readonly unknown[] {
  const users = new Set([...left.keys(), ...right.keys()])
  return [...users]
    .filter((user) => left.get(user) !== right.get(user))
    .map((user) => ({ user, left: left.get(user), right: right.get(user) }))
    .slice(0, 3)
}
