/**
 * Goal: Kafka's own tool and ours reset an application: they take all of its internal topics for what they are, and what runs next starts from nothing.
 * Method: a job with stores of all kinds, a foreign-key join and repartition topics, on Kafka.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import anyTest from 'ava'
import type { TopologySpec } from 'millrace/codegen'
import type { Client } from '#runtime/client/client.js'
import { kafkajsClient } from '#runtime/kafkajs.js'
import { stringSerde } from '#runtime/serde/primitives.js'
import { partitionOf } from '#runtime/tasks/partitioner.js'
import { type Item, ItemsApp, itemSerde, itemsSpec } from '../helpers/items-app.js'
import { missingForKafka, type RunningKafka, runKafkaTool, startKafka } from '../helpers/kafka/kafka.js'
import { requires } from '../helpers/requires.js'

const test = requires(anyTest, missingForKafka())
const bin = join(import.meta.dirname, '../../../runtime/dist/bin.js')
const serde = itemSerde('v1')
const inputs = ['items', 'payments', 'prices', 'baskets', 'people']
let kafka: RunningKafka
let client: Client

test.before(async () => {
  kafka = await startKafka()
  client = kafkajsClient({ brokers: kafka.brokers })
  const users = Object.values(itemsSpec(serde).topics).map(({ name }) => name)
  await client.admin().createTopics(users.map((name) => ({ name, partitions: 2 })))
  for (const topic of inputs) await produce(topic, ['ann', 'bob'])
})

test.after.always(async () => {
  await client?.close()
  await kafka?.stop()
})

for (const [application, tool] of [
  ['by-kafka', (args: readonly string[]) => runKafkaTool('org.apache.kafka.tools.StreamsResetter', args)],
  ['by-millrace', (args: readonly string[]) => execFileSync(process.execPath, [bin, 'reset', ...args])],
] as const) {
  test(`${application}: the reset leaves nothing of an application but its record of schemas`, async (t) => {
    const spec = { ...itemsSpec(serde, stringSerde, 2), application }
    const first = await ownedRows(spec)
    const internal = async () => (await client.admin().listTopics()).filter((name) => name.startsWith(`${application}-`))
    const before = await internal()
    for (const name of [
      'owned-subscription-registration-topic',
      'owned-subscription-response-topic',
      'owned-subscription-store-changelog',
      'by-user-repartition',
    ]) {
      t.true(before.includes(`${application}-${name}`), name)
    }

    tool(['--bootstrap-server', kafka.brokers.join(), '--application-id', application, '--input-topics', inputs.join()])
    t.deepEqual(await internal(), [`${application}-state-schemas`])

    t.deepEqual(await ownedRows(spec), first)
  })
}

/** Runs the application with an empty state folder until both baskets have their owners and both users their sum; the rows. */
async function ownedRows(spec: TopologySpec): Promise<(Item | undefined)[]> {
  await using app = new ItemsApp({ brokers: kafka.brokers }, spec)
  await app.start()
  const { owned, totals } = app.stores
  const rows = () => Promise.all(['ann', 'bob'].flatMap((user) => [owned.get(user), totals.get(user)]))
  let found = await rows()
  while (found.includes(undefined)) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    found = await rows()
  }
  return found
}

async function produce(topic: string, users: readonly string[]): Promise<void> {
  const producer = client.createProducer()
  for (const user of users) {
    const [key, value] = [stringSerde.serialize(user), serde.serialize({ id: user, user, amount: 1 })]
    producer.send({ topic, partition: partitionOf(key, 2), key, value, timestamp: 1_000, headers: [] })
  }
  await producer.flush()
  await producer.close()
}
