/**
 * A process that counts 20,000 events by key on an embedded broker in a folder; killed and started by survival.test.ts.
 * Says a line `counted <n>` now and then, and `done <counts>` when all are counted.
 */
import { join } from 'node:path'
import { PeekLogic } from 'millrace/codegen'
import { EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { CountingApp, countingByKeySpec, countsOf } from '../../helpers/counting-app.js'

const [folder = '', until = 'forever'] = process.argv.slice(2)
const events = 20_000
const users = 700
const partitions = 2

/** Slow enough to be killed at many points. */
class Slowly extends PeekLogic<string | null, string> {
  protected override peek(): void {
    for (const end = performance.now() + 0.03; performance.now() < end; );
  }
}

const broker = await EmbeddedBroker.open({ dir: join(folder, 'broker') })
if (broker.describeTopic('events') === undefined) {
  for (const name of ['events', 'counts']) broker.createTopic({ name, partitions })
  const utf8 = new TextEncoder()
  for (let n = 0; n < events; n += 1) {
    const user = n % users
    broker.append('events', user % partitions, {
      key: utf8.encode(`user${user}`),
      value: utf8.encode(`event${n}`),
      timestamp: n,
      headers: [],
    })
  }
}
const app = new CountingApp(
  { client: embeddedClient(broker), stateDir: join(folder, 'state'), commitIntervalMs: 15, handleSignals: true, inputBufferBytes: 4_000 },
  countingByKeySpec(partitions, Slowly),
)
app.on('state', ({ state }) => {
  console.log(state)
  if (state === 'NOT_RUNNING') broker.close()
})
await app.start()
for (let told = -1; ; await new Promise((resolve) => setTimeout(resolve, 2))) {
  const rows = await countsOf(app)
  const total = rows.reduce((sum, { value }) => sum + value, 0)
  if (total !== told) console.log(`counted ${total}`)
  told = total
  if (total < events) continue
  if (until === 'done') await app.close()
  console.log(`done ${JSON.stringify(Object.fromEntries(rows.map(({ key, value }) => [key, value])))}`)
  break
}
