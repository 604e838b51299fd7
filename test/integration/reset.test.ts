/**
 * Goal: Kafka's own tool resets an application: it takes all of its internal topics for what they are, and what runs next starts from nothing. Method: a
 * job with stores of all kinds, a foreign-key join and repartition topics; `kafka-streams-application-reset`, as `gen compat` names it.
 */
import anyTest from 'ava'
import type { Client } from '#runtime/client/client.js'
import { kafkajsClient } from '#runtime/kafkajs.js'
import { stringSerde } from '#runtime/serde/primitives.js'
import { partitionOf } from '#runtime/tasks/partitioner.js'
import { type Item, ItemsApp, itemSerde, itemsSpec } from '../helpers/items-app.js'
import { missingForKafka, runKafkaTool, startKafka } from '../helpers/kafka/kafka.js'
import { requires } from '../helpers/requires.js'

const test = requires(anyTest, missingForKafka())
const serde = itemSerde('v1')
const spec = itemsSpec(serde, stringSerde, 2)
const inputs = ['items', 'payments', 'prices', 'baskets', 'people']

test('the application reset tool of Kafka leaves nothing of an application but its record of schemas', async (t) => {
  const kafka = await startKafka()
  t.teardown(() => kafka.stop())
  const client = kafkajsClient({ brokers: kafka.brokers })
  t.teardown(() => client.close())
  const users = Object.values(spec.topics).map(({ name }) => name)
  await client.admin().createTopics(users.map((name) => ({ name, partitions: 2 })))
  for (const topic of inputs) await produce(client, topic, ['ann', 'bob'])

  const first = await ownedRows(kafka.brokers)
  const internal = (await client.admin().listTopics()).filter((name) => name.startsWith('items-'))
  t.true(internal.includes('items-owned-subscription-registration-topic') && internal.includes('items-owned-subscription-response-topic'))
  t.true(internal.includes('items-by-user-repartition') && internal.includes('items-owned-subscription-store-changelog'))

  const reset = ['--bootstrap-server', kafka.brokers.join(), '--application-id', 'items', '--input-topics', inputs.join()]
  runKafkaTool('org.apache.kafka.tools.StreamsResetter', reset)
  t.deepEqual(
    (await client.admin().listTopics()).filter((name) => name.startsWith('items-')),
    ['items-state-schemas'],
  )

  t.deepEqual(await ownedRows(kafka.brokers), first)
})

/** Runs the application with an empty state folder until both baskets have their owners and both users their sum; the rows. */
async function ownedRows(brokers: readonly string[]): Promise<(Item | undefined)[]> {
  await using app = new ItemsApp({ brokers }, spec)
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

async function produce(client: Client, topic: string, users: readonly string[]): Promise<void> {
  const producer = client.createProducer()
  for (const user of users) {
    const [key, value] = [stringSerde.serialize(user), serde.serialize({ id: user, user, amount: 1 })]
    producer.send({ topic, partition: partitionOf(key, 2), key, value, timestamp: 1_000, headers: [] })
  }
  await producer.flush()
  await producer.close()
}
