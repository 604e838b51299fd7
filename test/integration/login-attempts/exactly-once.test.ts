/**
 * Goal: on Apache Kafka a job with `exactlyOnce` counts each event once and tells of each count once, to who reads what is committed, whatever happens to its
 * processes, its state and the broker. Method: real processes over 200,000 events in two partitions; one is stopped until it is taken for dead, and
 * then let go on.
 */
import { rmSync } from 'node:fs'
import anyTest, { type ExecutionContext } from 'ava'
import type { Client } from 'millrace'
import { kafkajsClient } from 'millrace/kafkajs'
import { temporaryDirectories } from '../../helpers/directories.js'
import { missingForKafka, type RunningKafka, startKafka } from '../../helpers/kafka/kafka.js'
import { Random } from '../../helpers/random.js'
import { requires } from '../../helpers/requires.js'
import { checkExactly } from './check.js'
import { loginEvents, send } from './events.js'
import { JobProcess } from './job-process.js'
import { partitions } from './topics.js'

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
  const settings = { application, brokers: kafka.brokers, folder: '', processingGuarantee: 'exactlyOnce' } as const
  return {
    start: (stateDir: string) => new JobProcess(t, { ...settings, stateDir }),
    feed: (from: number, to: number) => send(client, `${application}-logins`, events.slice(from, to)),
  }
}

test.serial(`killed again and again, its state folder deleted once ${seed}`, async (t) => {
  const application = 'exact-killed'
  const { start, feed } = await prepare(t, application)
  const stateDir = newFolder()
  await feed(0, events.length)
  for (const [kill, processed] of [30_000, 50_000, 20_000].entries()) {
    const victim = start(stateDir)
    await victim.processed(processed)
    t.deepEqual(await victim.end('SIGKILL'), [null, 'SIGKILL'])
    if (kill === 1) rmSync(stateDir, { recursive: true })
  }
  const last = start(stateDir)
  const { rows } = await last.rows()
  t.deepEqual(await last.end('SIGTERM'), [0, null])
  await checkExactly(t, client, { application, events, rows })
})

test.serial(`one that is taken for dead, and goes on without knowing it, changes nothing ${seed}`, async (t) => {
  const application = 'exact-zombie'
  const { start, feed } = await prepare(t, application)
  const zombie = start(newFolder())
  const other = start(newFolder())
  await Promise.all([zombie.running(), other.running()])
  await Promise.all([feed(0, 100_000), zombie.processed(10_000)])
  zombie.signal('SIGSTOP')
  await feed(100_000, 150_000)
  // Only who has taken over all partitions can come to the end of these.
  await other.rows()
  zombie.signal('SIGCONT')
  await zombie.line(({ state }) => state === 'REBALANCING')
  await zombie.running()
  await feed(150_000, 180_000)
  t.deepEqual(await zombie.end('SIGTERM'), [0, null])
  await feed(180_000, events.length)
  const { rows } = await other.rows()
  t.deepEqual(await other.end('SIGTERM'), [0, null])
  await checkExactly(t, client, { application, events, rows })
})

test.serial(`the broker is restarted under a running job ${seed}`, async (t) => {
  const application = 'exact-restarted'
  const { start, feed } = await prepare(t, application)
  await feed(0, 120_000)
  const job = start(newFolder())
  await job.processed(40_000)
  await kafka.restart()
  await feed(120_000, events.length)
  const { rows } = await job.rows()
  t.deepEqual(await job.end('SIGTERM'), [0, null])
  await checkExactly(t, client, { application, events, rows })
})
