/**
 * Goal: on the embedded broker on disk a job survives kills, of the broker too since it is the same process, and the loss of its state folder.
 * Method: as on Kafka (kafka.test.ts), between the lives of the process the test opens the broker's folder itself.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { Client } from 'millrace'
import { EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { temporaryDirectories } from '../../helpers/directories.js'
import { Random } from '../../helpers/random.js'
import { checkOutcome } from './check.js'
import { loginEvents, send } from './events.js'
import { JobProcess } from './job-process.js'
import { partitions } from './topics.js'
import { windowAfterKill } from './window.js'

const newFolder = temporaryDirectories(test)
const random = new Random()
const events = loginEvents(random)
const application = 'job'

/** Uses the broker of a folder while no job does. */
async function withBroker<T>(folder: string, use: (client: Client) => Promise<T>): Promise<T> {
  const broker = await EmbeddedBroker.open({ dir: folder })
  const client = embeddedClient(broker)
  try {
    return await use(client)
  } finally {
    await client.close()
    broker.close()
  }
}

for (const lost of [false, true]) {
  const title = lost ? 'killed, its state folder deleted, a job restores from the changelog' : 'killed in the middle, a job goes on'
  test.serial(`${title} (seed ${random.seed})`, async (t) => {
    const directory = newFolder()
    const folder = join(directory, 'broker')
    const stateDir = join(directory, 'state')
    await withBroker(folder, async (client) => {
      await client.admin().createTopics(['logins', 'attempts'].map((name) => ({ name: `${application}-${name}`, partitions })))
      await send(client, `${application}-logins`, events)
    })
    const start = () => new JobProcess(t, { application, stateDir, brokers: undefined, folder })
    const victim = start()
    await victim.processed(80_000)
    t.deepEqual(await victim.end('SIGKILL'), [null, 'SIGKILL'])
    const window = await withBroker(folder, (client) => windowAfterKill(client, application))
    t.true(window.filtered.reduce((sum, offset) => sum + offset, 0) < events.length, 'it was killed in the middle')
    if (lost) rmSync(stateDir, { recursive: true })

    const successor = start()
    const { rows, recordsRestored } = await successor.rows()
    if (lost) t.true(recordsRestored > 0)
    t.deepEqual(await successor.end('SIGTERM'), [0, null])
    await withBroker(folder, (client) => checkOutcome(t, client, { application, events, rows, window, restored: lost }))
  })
}
