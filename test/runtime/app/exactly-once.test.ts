/**
 * Goal: with `exactlyOnce` each event is counted once and told of once, to who reads what is committed, whatever fails on the way of a commit. Method: apps on
 * the embedded broker, with faults; group.test.ts has instances that come, go and die, test/integration real processes on Kafka.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { StreamError } from 'millrace'
import { embeddedClient } from 'millrace/embedded'
import { lmdbBackend } from 'millrace/lmdb'
import { ExactlyOnce } from '#runtime/app/exactly-once.js'
import { OutputTopics } from '#runtime/app/output-topics.js'
import { OutputTotals } from '#runtime/app/outputs.js'
import type { Operation } from '#runtime/client/embedded/faults.js'
import { CountingApp, counted, countingByKeySpec, countingSpec, newBroker, newFolder, received, send } from '../../helpers/counting-app.js'

const processingGuarantee = 'exactlyOnce'
const committed = (broker: ReturnType<typeof newBroker>) => received(broker, 'readCommitted').map(({ user, count }) => `${user} ${count}`)

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('what was not committed is not there for who reads what is committed', async (t) => {
  const broker = newBroker(1)
  const app = new CountingApp({ client: embeddedClient(broker), processingGuarantee, commitIntervalMs: 600_000 }, countingByKeySpec(1))
  await app.start()
  broker.append('events', 0, { key: Buffer.from('bob'), value: Buffer.from('1'), timestamp: 5, headers: [] })
  await counted([app], 1)
  await until(() => received(broker).length === 1)
  t.deepEqual(committed(broker), [])
  await app.close()
  t.deepEqual(committed(broker), ['bob 1'])
})

const faults: readonly (readonly [Operation, boolean])[] = [
  ['produce', false],
  ['sendOffsets', false],
  ['commitTransaction', false],
  ['commitTransaction', true],
]
for (const [operation, done] of faults) {
  for (const persistence of ['lmdb', 'memory'] as const) {
    test(`${operation} fails${done ? ', though it is done' : ''}: all is counted and told once; state in ${persistence}`, async (t) => {
      const broker = newBroker(1)
      const spec = countingSpec(undefined, 1)
      const stores = { counts: { ...spec.stores.counts!, persistence } }
      const config = { client: embeddedClient(broker), processingGuarantee, commitIntervalMs: 10 } as const
      await using app = new CountingApp(config, { ...spec, stores })
      await app.start()
      send(broker, ['alice', 'bob'])
      await until(() => committed(broker).length === 2)
      // Once for the task that regroups, once for the one that counts.
      for (let time = 1; time <= 2; time += 1) {
        broker.faults.failNext(operation, new StreamError('TASK_MIGRATED', 'a newer producer has come'), { done })
        send(broker, ['alice'])
        await until(() => committed(broker).length === 2 + time)
      }
      await counted([app], 4)
      t.deepEqual(committed(broker), ['alice 1', 'bob 1', 'alice 2', 'alice 3'])
      t.is(await app.stores.counts.get('alice'), 3)
    })
  }
}

test('a record that stops the app leaves nothing behind; the next start counts all before it once', async (t) => {
  const broker = newBroker(1)
  const spec = countingSpec(undefined, 1)
  const stateDir = newFolder()
  const config = { client: embeddedClient(broker), processingGuarantee, stateDir, commitIntervalMs: 600_000 } as const
  send(broker, ['alice', 'alice'])
  broker.append('events', 0, { key: null, value: null, timestamp: 5, headers: [] })
  const app = new CountingApp(config, spec)
  const failed = new Promise<StreamError>((resolve) => app.on('error', resolve))
  await app.start()
  t.is((await failed).code, 'DESERIALIZATION')
  await app.close()
  t.deepEqual(broker.read('counting-by-user-repartition', 0, 0, { isolation: 'readCommitted' }).records, [])

  broker.createTopic({ name: 'dead', partitions: 1 })
  const lenient = { onDeserializationError: 'deadLetter', deadLetterTopic: 'dead', commitIntervalMs: 10 } as const
  await using next = new CountingApp({ ...config, ...lenient }, spec)
  await next.start()
  await until(() => committed(broker).length === 2)
  t.deepEqual(committed(broker), ['alice 1', 'alice 2'])
  t.is(broker.read('dead', 0, 0, { isolation: 'readCommitted' }).records.length, 1)
})

test('a state that cannot be read is made anew from what is committed', async (t) => {
  const broker = newBroker(1)
  const spec = countingSpec(undefined, 1)
  const stateDir = newFolder()
  const config = { client: embeddedClient(broker), processingGuarantee, stateDir, stateBackend: lmdbBackend, commitIntervalMs: 10 } as const
  const app = new CountingApp(config, spec)
  await app.start()
  send(broker, ['alice', 'bob'])
  await until(() => committed(broker).length === 2)
  await app.close()
  writeFileSync(join(stateDir, '1_0', 'data.mdb'), 'no longer a database')

  await using next = new CountingApp(config, spec)
  await next.start()
  send(broker, ['alice'])
  await until(() => committed(broker).length === 3)
  t.deepEqual(committed(broker), ['alice 1', 'bob 1', 'alice 2'])
  t.true(next.metrics().recordsRestored > 0)
})

test('who takes up a task undoes what the one before had open, and shuts it out', async (t) => {
  const broker = newBroker(1)
  const client = embeddedClient(broker)
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const handlers = { deserialization: 'fail', processing: 'fail', production: 'fail' } as const
  const outputs = {
    totals: new OutputTotals(),
    topics: new OutputTopics(client.admin(), new Map([['counts', 1]])),
    changelogs: new Set<string>(),
    handlers,
    logger,
  }
  const instance = () => new ExactlyOnce({ client, groupId: 'counting', transactionTimeoutMs: 60_000, outputs })
  const record = (text: string) => ({ topic: 'counts', partition: 0, key: null, value: Buffer.from(text), timestamp: 1, headers: [] })
  const read = () => broker.read('counts', 0, 0, { isolation: 'readCommitted' }).records.map(({ value }) => `${Buffer.from(value!)}`)

  const [zombie, successor] = [instance(), instance()]
  await zombie.claim(['0_0'])
  zombie.outputOf('0_0').send(record('undone'))
  await zombie.doorsOf('0_0').flush()
  await successor.claim(['0_0'])
  successor.outputOf('0_0').send(record('done'))
  await successor.doorsOf('0_0').commitTransaction()
  zombie.outputOf('0_0').send(record('too late'))
  await t.throwsAsync(async () => zombie.doorsOf('0_0').commitTransaction(), { code: 'TASK_MIGRATED' })
  t.deepEqual(read(), ['done'])
  await Promise.all([zombie.close(), successor.close()])
})
