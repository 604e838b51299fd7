/** Goal: an instance tells where a key is, whoever runs its task, also where topics have keys in other bytes than stores. Method: apps on the embedded broker. */
import test from 'ava'
import type { Serde } from 'millrace/codegen'
import { embeddedClient } from 'millrace/embedded'
import { Placement } from '#runtime/app/placement.js'
import { partitionOf } from '#runtime/tasks/partitioner.js'
import { buildTopology } from '#runtime/topology/build.js'
import { CountingApp, counted, countingByKeySpec, newBroker, send } from '../../helpers/counting-app.js'

const users = Array.from({ length: 100 }, (_, n) => `user${n}`)

test('the host that runs the task of a key has it, the standby host is the other', async (t) => {
  const broker = newBroker()
  const hosts = ['a.example:1', 'b.example:2'] as const
  const apps = hosts.map(
    (applicationServer) =>
      new CountingApp({ client: embeddedClient(broker), applicationServer, numStandbyReplicas: 1, commitIntervalMs: 10 }),
  )
  const [first, second] = apps as [CountingApp, CountingApp]
  t.teardown(() => Promise.all(apps.map((app) => app.close())))
  await t.throwsAsync(first.stores.counts.queryMetadataForKey('user1'), { code: 'STORE_UNAVAILABLE' })
  await Promise.all(apps.map((app) => app.start()))
  while (!apps.every((app) => app.state === 'RUNNING' && app.metrics().tasks.length === 4))
    await new Promise((resolve) => setTimeout(resolve, 5))
  send(broker, users)
  await counted(apps, users.length)
  for (const user of users) {
    const found = await first.stores.counts.queryMetadataForKey(user)
    const here = found.activeHost === hosts[0]
    t.deepEqual([await first.stores.counts.get(user), await second.stores.counts.get(user)], here ? [1, undefined] : [undefined, 1], user)
    t.deepEqual(found.standbyHosts, [here ? hosts[1] : hosts[0]])
    t.is(found.isLocal, here)
    t.deepEqual({ ...(await second.stores.counts.queryMetadataForKey(user)), isLocal: here }, found, 'both say the same')
  }
  const all = await second.stores.counts.hosts()
  t.deepEqual(
    all.map(({ host }) => host),
    [...hosts],
  )
  t.deepEqual(all.flatMap(({ partitions }) => partitions).sort(), [0, 1, 2, 3])
  t.deepEqual(all[0]!.standbyPartitions, all[1]!.partitions)
})

test('a key lies where its bytes in the topic say, though the store has others', (t) => {
  const serde = (encoding: string, mark: string): Serde<string> => ({
    name: `${encoding} seed.Id`,
    serialize: (id) => Buffer.from(mark + id),
    deserialize: (bytes) => Buffer.from(bytes).toString().slice(mark.length),
  })
  const [json, avro] = [serde('json', '"'), serde('avro', '#')]
  const spec = countingByKeySpec()
  const { events, counts } = spec.topics
  const topology = buildTopology({
    ...spec,
    topics: { events: { ...events!, key: json }, counts: { ...counts!, key: avro } },
    stores: { counts: { ...spec.stores.counts!, key: avro } },
    steps: spec.steps.map((step) => ({ ...step, ...('key' in step && { key: avro }), ...(step.operator === 'stream' && { key: json }) })),
  })
  const placement = new Placement({ topology, counts: new Map([['events', 16]]), host: undefined })
  const tasks = Array.from({ length: 16 }, (_, partition) => `0_${partition}`)
  placement.update({ version: 1, tasks: [], standbys: [], hosts: { 'here:1': tasks.slice(0, 8), 'there:2': tasks.slice(8) } })
  for (const user of users) {
    const partition = partitionOf(json.serialize(user), 16)
    t.deepEqual(placement.ofKey('counts', user), {
      partition,
      activeHost: partition < 8 ? 'here:1' : 'there:2',
      standbyHosts: [],
      isLocal: false,
    })
  }
})
