/**
 * A process that runs login-attempts, for tests that kill it. Arguments: settings as JSON (`JobSettings`). It says JSON lines (`JobLine`) on stdout.
 * `rows` on stdin makes it say the rows of its store, as soon as the group has committed all that its inputs have; `standbys` how many it keeps, as soon as
 * they are not behind.
 */
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { type AppConfig, type Client, type QueryableKeyValueStore, StreamApp } from 'millrace'
import { EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { kafkajsClient } from 'millrace/kafkajs'
import { loginAttemptsTopology } from '../../../examples/login-attempts/generated/login-attempts/topology.js'
import { PerUser, SuspiciousIps } from '../../../examples/login-attempts/processors.js'
import { partitionsOf, renamed, repartitionTopic } from './topics.js'
import { recordsOf } from './window.js'

export interface JobSettings {
  readonly application: string
  readonly stateDir: string
  /** Kafka, or else the folder of an embedded broker. */
  readonly brokers: readonly string[] | undefined
  readonly folder: string
  readonly processingGuarantee?: AppConfig['processingGuarantee']
  readonly numStandbyReplicas?: number
}

export interface JobLine {
  readonly state?: string
  /** Records processed so far, of all its tasks. */
  readonly recordsIn?: number
  /** Read from changelogs. */
  readonly recordsRestored?: number
  readonly standbys?: number
  readonly rows?: readonly (readonly [user: string, count: number])[]
}

const settings: JobSettings = JSON.parse(process.argv[2] ?? '')
const { application, stateDir, processingGuarantee = 'atLeastOnce', numStandbyReplicas = 0 } = settings
const say = (line: JobLine) => console.log(JSON.stringify(line))

const broker = settings.brokers === undefined ? await EmbeddedBroker.open({ dir: settings.folder }) : undefined
const client: Client = broker === undefined ? kafkajsClient({ brokers: settings.brokers! }) : embeddedClient(broker)
const spec = loginAttemptsTopology({ suspicious: SuspiciousIps, byUser: PerUser })
const app = new StreamApp<{ attemptsPerUser: QueryableKeyValueStore<string, number> }>(
  { ...spec, topics: renamed(spec.topics, application) },
  {
    client,
    application,
    stateDir,
    processingGuarantee,
    numStandbyReplicas,
    // Short, so that a kill leaves few events to do again: among 40,000 users most are untouched by it then.
    commitIntervalMs: 100,
    storeCacheBytes: 2 ** 18,
    inputBufferBytes: 2 ** 20,
    // Tests read the whole repartition topic.
    repartitionPurgeIntervalMs: 2 ** 31 - 1,
    sessionTimeoutMs: 3_000,
  },
)
app.on('state', ({ state }) => {
  say({ state })
  if (state === 'NOT_RUNNING') broker?.close()
})

async function committed(topic: string, ends: readonly { readonly partition: number; readonly offset: number }[]): Promise<void> {
  for (;;) {
    const offsets = await client.admin().committedOffsets(application, partitionsOf(topic))
    if (ends.every((end) => (offsets.find(({ partition }) => partition === end.partition)?.offset ?? 0) >= end.offset)) return
    await wait(50)
  }
}

async function caughtUp(): Promise<void> {
  const [logins, regrouped] = [`${application}-logins`, repartitionTopic(application)]
  await committed(logins, await client.admin().endOffsets(partitionsOf(logins)))
  // Markers of transactions follow the last record of a partition.
  const last = new Map<number, number>()
  for (const { partition, offset } of await recordsOf(client, regrouped)) last.set(partition, offset)
  await committed(
    regrouped,
    [...last].map(([partition, offset]) => ({ partition, offset: offset + 1 })),
  )
}

async function keptUp(): Promise<number> {
  for (;;) {
    const { standbys } = app.metrics()
    if (standbys.length > 0 && standbys.every(({ lag }) => lag === 0)) return standbys.length
    await wait(20)
  }
}

createInterface({ input: process.stdin }).on('line', async (command) => {
  if (command === 'standbys') return say({ standbys: await keptUp() })
  await caughtUp()
  const rows = await app.stores.attemptsPerUser.all().toArray()
  say({ rows: rows.map(({ key, value }) => [key, value]), recordsRestored: app.metrics().recordsRestored })
})
process.stdin.unref?.()

await app.start()
let told = 0
setInterval(() => {
  const { recordsIn } = app.metrics()
  if (recordsIn !== told) say({ recordsIn })
  told = recordsIn
}, 20).unref()
