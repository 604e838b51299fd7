/**
 * Goal: on Apache Kafka a job survives kills, rebalances, the loss of its state folder and a restart of the broker, and counts right.
 * Method: real processes over 200,000 events in two partitions; what a kill may count twice is derived from what was committed (`Window`).
 */
import { rmSync } from 'node:fs'
import anyTest, { type ExecutionContext } from 'ava'
import type { Client } from 'millrace'
import { kafkajsClient } from 'millrace/kafkajs'
import { temporaryDirectories } from '../../helpers/directories.js'
import { missingForKafka, type RunningKafka, startKafka } from '../../helpers/kafka/kafka.js'
import { Random } from '../../helpers/random.js'
import { requires } from '../../helpers/requires.js'
import { checkOutcome } from './check.js'
import { loginEvents, send } from './events.js'
import { JobProcess } from './job-process.js'
import { partitions } from './topics.js'
import { windowAfterKill } from './window.js'

const test = requires(anyTest, missingForKafka())
const newFolder = temporaryDirectories(anyTest)
const random = new Random()
const events = loginEvents(random)
const seed = `(seed ${random.seed})`
let kafka: RunningKafka
let client: Client

test.before(async () => {
  kafka = await startKafka()
  client = kafkajsClient({ brokers: kafka.brokers })
})
test.after.always(async () => {
  await client?.close()
  await kafka?.stop()
})

async function prepare(t: ExecutionContext, application: string) {
  await client.admin().createTopics(['logins', 'attempts'].map((name) => ({ name: `${application}-${name}`, partitions })))
  return {
    start: (stateDir: string, numStandbyReplicas = 0) =>
      new JobProcess(t, { application, stateDir, brokers: kafka.brokers, folder: '', numStandbyReplicas }),
    feed: (from: number, to: number) => send(client, `${application}-logins`, events.slice(from, to)),
    window: () => windowAfterKill(client, application),
  }
}

for (const lost of [false, true]) {
  const title = lost ? 'killed, its state folder deleted, a job restores from the changelog' : 'killed in the middle, a job goes on'
  test.serial(`${title} ${seed}`, async (t) => {
    const application = lost ? 'lost' : 'killed'
    const { start, feed, window } = await prepare(t, application)
    const stateDir = newFolder()
    await feed(0, events.length)
    const victim = start(stateDir)
    await victim.processed(80_000)
    t.deepEqual(await victim.end('SIGKILL'), [null, 'SIGKILL'])
    const cut = await window()
    t.true(cut.filtered.reduce((sum, offset) => sum + offset, 0) < events.length, 'it was killed in the middle')
    if (lost) rmSync(stateDir, { recursive: true })

    const successor = start(stateDir)
    const { rows, recordsRestored } = await successor.rows()
    if (lost) t.true(recordsRestored > 0)
    t.deepEqual(await successor.end('SIGTERM'), [0, null])
    await checkOutcome(t, client, { application, events, rows, window: cut, restored: lost })
  })
}

test.serial(`one of two instances leaves, another comes and is killed, the rest goes on ${seed}`, async (t) => {
  const application = 'two'
  const { start, feed, window } = await prepare(t, application)
  const leaver = start(newFolder())
  const stayer = start(newFolder())
  await Promise.all([leaver.running(), stayer.running()])
  await Promise.all([feed(0, 80_000), leaver.processed(10_000)])
  t.deepEqual(await leaver.end('SIGTERM'), [0, null])

  const victim = start(newFolder())
  await victim.running()
  const feeding = feed(80_000, 160_000)
  await victim.processed(20_000)
  t.deepEqual(await victim.end('SIGKILL'), [null, 'SIGKILL'])
  const cut = await window()
  await feeding
  // Only who has taken over all partitions can come to the end of these.
  await feed(160_000, events.length)
  const { rows } = await stayer.rows()
  t.deepEqual(await stayer.end('SIGTERM'), [0, null])
  await checkOutcome(t, client, { application, events, rows, window: cut, restored: true })
})

test.serial(`who has kept up the state of a killed instance takes it over without a restore ${seed}`, async (t) => {
  const application = 'standby'
  const { start, feed, window } = await prepare(t, application)
  const victim = start(newFolder(), 1)
  const heir = start(newFolder(), 1)
  await Promise.all([victim.running(), heir.running()])
  await feed(0, 150_000)
  await Promise.all([victim.rows(), heir.rows()])
  t.deepEqual(await Promise.all([victim.standbys(), heir.standbys()]), [1, 1])
  t.deepEqual(await victim.end('SIGKILL'), [null, 'SIGKILL'])
  const cut = await window()
  await feed(150_000, events.length)
  const { rows, recordsRestored } = await heir.rows()
  t.is(recordsRestored, 0)
  t.deepEqual(await heir.end('SIGTERM'), [0, null])
  await checkOutcome(t, client, { application, events, rows, window: cut, restored: true })
})

test.serial(`the broker is restarted under a running job ${seed}`, async (t) => {
  const application = 'restarted'
  const { start, feed, window } = await prepare(t, application)
  await feed(0, 120_000)
  const job = start(newFolder())
  await job.processed(40_000)
  const cut = await window()
  await kafka.restart()
  await feed(120_000, events.length)
  const { rows } = await job.rows()
  t.deepEqual(await job.end('SIGTERM'), [0, null])
  await checkOutcome(t, client, { application, events, rows, window: cut, restored: false })
})
