/**
 * Goal: on Kafka too a new version reads the state of an old one, and the old one that of the new. Method: two versions of one job in turns, each
 * restoring what the other wrote from changelogs.
 */
import { randomUUID } from 'node:crypto'
import anyTest from 'ava'
import type { Client } from '#runtime/client/client.js'
import { kafkajsClient } from '#runtime/kafkajs.js'
import { stringSerde } from '#runtime/serde/primitives.js'
import { codecOf } from '../helpers/avro-codec.js'
import { type Item, ItemsApp, itemSerde, itemsSpec, schemas } from '../helpers/items-app.js'
import { missingForSharedKafka, sharedKafka } from '../helpers/kafka/shared.js'
import { requires } from '../helpers/requires.js'

const test = requires(anyTest, missingForSharedKafka)
const history = [{ fingerprint: codecOf(schemas.v1).fingerprint, schema: schemas.v1 }]
const run = randomUUID().slice(0, 8)

test('v1, v2, and v1 again on Kafka: each restores the rows of the other', async (t) => {
  const brokers = await sharedKafka()
  const client = kafkajsClient({ brokers })
  t.teardown(() => client.close())
  const topics = Object.values(itemsSpec(itemSerde('v1')).topics)
  await client.admin().createTopics(topics.map(({ name }) => ({ name: `${name}-${run}`, partitions: 1 })))
  const totals: (Item | undefined)[] = []
  for (const [round, version] of (['v1', 'v2', 'v1'] as const).entries()) {
    const serde = itemSerde(version, version === 'v1' ? {} : { history })
    const spec = itemsSpec(serde)
    const named = Object.fromEntries(Object.entries(spec.topics).map(([key, topic]) => [key, { ...topic, name: `${topic.name}-${run}` }]))
    await using app = new ItemsApp({ brokers }, { ...spec, application: `items-${run}`, topics: named })
    await app.start()
    totals.push(await app.stores.totals.get('ann'))
    const item = { id: `${round}`, user: 'ann', amount: 10 ** round, ...(version === 'v2' && { note: 'n' }) }
    await produce(client, `items-${run}`, serde.serialize(item), round * 2_000)
    while ((await app.stores.totals.get('ann'))?.id.endsWith(`${round}`) !== true) await new Promise((resolve) => setTimeout(resolve, 20))
    totals.push(await app.stores.totals.get('ann'))
  }
  t.deepEqual(totals, [
    undefined,
    { id: '0', user: 'ann', amount: 1 },
    { id: '0', user: 'ann', amount: 1, note: '-' },
    { id: '01', user: 'ann', amount: 11, note: 'n' },
    { id: '01', user: 'ann', amount: 11 },
    { id: '012', user: 'ann', amount: 111 },
  ])
  const description = (await client.admin().describeTopics([`items-${run}-state-schemas`])).get(`items-${run}-state-schemas`)
  t.is(description?.config['cleanup.policy'], 'compact')
})

async function produce(client: Client, topic: string, value: Uint8Array, timestamp: number): Promise<void> {
  const producer = client.createProducer()
  producer.send({ topic, partition: 0, key: stringSerde.serialize('ann'), value, timestamp, headers: [] })
  await producer.flush()
  await producer.close()
}
