/**
 * Goal: instances that come, go and die lose no event, and stores, changelog and output agree in the end; with exactly-once each event is counted once,
 * and told of once.
 * Method: random events and random ends of up to three instances, from a printed seed.
 */
import test from 'ava'
import { type EmbeddedBroker, type EmbeddedClient, embeddedClient } from 'millrace/embedded'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import { CountingApp, countsOf, newBroker, newFolder, received, send } from '../../helpers/counting-app.js'
import { Random } from '../../helpers/random.js'

interface Place {
  readonly name: string
  readonly stateDir: string
  client: EmbeddedClient
  app: CountingApp | undefined
}

/** In order of keys, with the last value of each. */
const sorted = (rows: Iterable<readonly [string, number]>) => [...new Map(rows)].sort(([a], [b]) => (a < b ? -1 : 1))

const first = new Random().seed
const seeds = [first, first + 1, first + 2]

for (const seed of seeds) {
  for (const processingGuarantee of ['atLeastOnce', 'exactlyOnce'] as const) {
    test(`${processingGuarantee}: no event is lost, and all agree, whatever becomes of the instances (seed ${seed})`, async (t) => {
      const exact = processingGuarantee === 'exactlyOnce'
      const isolation = exact ? 'readCommitted' : 'readUncommitted'
      const random = new Random(seed)
      const broker = newBroker()
      const places: Place[] = ['a', 'b', 'c'].map((name) => ({
        name,
        stateDir: newFolder(),
        client: embeddedClient(broker),
        app: undefined,
      }))
      const sent = new Map<string, number>()
      const failures: unknown[] = []

      const start = async (place: Place) => {
        place.client = embeddedClient(broker)
        const app = new CountingApp({
          client: place.client,
          clientId: place.name,
          stateDir: place.stateDir,
          commitIntervalMs: random.int(1, 40),
          processingGuarantee,
          numStandbyReplicas: random.int(0, 2),
        })
        app.on('error', (error) => failures.push(error))
        place.app = app
        await app.start()
      }
      const end = async (place: Place) => {
        const { app } = place
        place.app = undefined
        if (app === undefined) return
        if (random.chance(0.5)) return app.close()
        const died = new Promise<void>((resolve) => app.on('error', () => resolve()))
        place.client.kill()
        for (const id of broker.group('counting').memberIds()) if (id.startsWith(place.name)) broker.faults.expireSession('counting', id)
        await died
        failures.length = 0
        await app.close()
      }

      await start(places[0]!)
      for (let step = 0; step < 25; step += 1) {
        const users = Array.from({ length: random.int(0, 120) }, () => `user${random.int(0, 30)}`)
        for (const user of users) sent.set(user, (sent.get(user) ?? 0) + 1)
        send(broker, users)
        const place = random.pick(places)
        if (random.chance(0.4)) await new Promise((resolve) => setTimeout(resolve, random.int(0, 20)))
        else if (place.app === undefined) await start(place)
        else if (places.filter(({ app }) => app !== undefined).length > 1) await end(place)
        t.deepEqual(failures, [])
      }

      for (const place of places.filter(({ app }) => app !== undefined).slice(1)) await place.app!.close()
      const last = places.find(({ app }) => app?.state !== undefined && app.state !== 'NOT_RUNNING')!.app!
      const total = [...sent.values()].reduce((sum, count) => sum + count, 0)
      const done = () => (exact ? received(broker, isolation).length >= total : allCommitted(broker))
      await until(() => done() && last.state === 'RUNNING' && last.metrics().tasks.length === 8)
      const stored = sorted((await countsOf(last)).map(({ key, value }) => [key, value]))
      await last.close()
      for (const [user, count] of sent) {
        const found = new Map(stored).get(user) ?? 0
        t.true(exact ? found === count : found >= count, `${user}: ${found} of ${count}`)
      }
      const outputs = received(broker, isolation)
      t.deepEqual(sorted(outputs.map(({ user, count }) => [user, count])), stored, 'the last outputs')
      if (exact)
        for (const [user, count] of sent)
          t.deepEqual(
            outputs.filter((output) => output.user === user).map((output) => output.count),
            upTo(count),
            user,
          )
      const changelog = partitions.flatMap(
        (partition) => broker.read('counting-counts-changelog', partition, 0, { maxBytes: 1e9, isolation }).records,
      )
      const changes = new Map<string, number>()
      for (const { key, value } of changelog) {
        // A tombstone takes back what a commit wrote that was cut off.
        if (value === null) changes.delete(stringSerde.deserialize(key!))
        else changes.set(stringSerde.deserialize(key!), longSerde.deserialize(value))
      }
      t.deepEqual(sorted([...changes]), stored, 'the changelog')
    })
  }
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

const partitions = [0, 1, 2, 3]

/** Has the group committed all there is to read? */
function allCommitted(broker: EmbeddedBroker): boolean {
  const inputs = ['events', 'counting-by-user-repartition'].flatMap((topic) => partitions.map((partition) => ({ topic, partition })))
  return inputs.every((input) => broker.endOffset(input.topic, input.partition) <= (broker.committedOffset('counting', input)?.offset ?? 0))
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}
