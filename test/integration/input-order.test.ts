/**
 * Goal: on Kafka too a stream does not overtake a table whose rows were there before, and nobody waits for partitions without any. Method: a
 * stream-table join over a table that takes several fetches, and one partition of it that is empty.
 */
import { randomUUID } from 'node:crypto'
import anyTest from 'ava'
import { kafkajsClient } from '#runtime/kafkajs.js'
import { ClicksApp, produce, valuesOf } from '../helpers/clicks-app.js'
import { missingForSharedKafka, sharedKafka } from '../helpers/kafka/shared.js'
import { requires } from '../helpers/requires.js'
import { clicksOfUsers } from '../helpers/specs.js'

const test = requires(anyTest, missingForSharedKafka)
const count = 20_000
const long = 'n'.repeat(100)

test('a join on Kafka sees all rows of its table that were there at the start', async (t) => {
  const brokers = await sharedKafka()
  const client = kafkajsClient({ brokers })
  t.teardown(() => client.close())
  const run = randomUUID().slice(0, 8)
  const topics = Object.fromEntries(Object.entries(clicksOfUsers.topics).map(([key, topic]) => [key, { ...topic, name: `${key}-${run}` }]))
  await client.admin().createTopics(Object.values(topics).map(({ name }) => ({ name, partitions: name === `out-${run}` ? 1 : 2 })))
  const users = Array.from({ length: count }, (_, n) => ({ key: `u${n}`, value: long, timestamp: 1_000 }))
  await produce(client, `users-${run}`, users)
  await produce(
    client,
    `clicks-${run}`,
    users.map(({ key }) => ({ key, value: key, timestamp: 2_000 })),
  )
  await produce(client, `clicks-${run}`, [{ key: 'x', value: 'x', timestamp: 1, partition: 1 }])
  await using app = new ClicksApp({ brokers }, { ...clicksOfUsers, application: `clicks-${run}`, topics })
  await app.start()
  const values = await valuesOf(client, `out-${run}`, count + 1)
  t.deepEqual(
    values.filter((value) => !value.endsWith(` by ${long}`)),
    ['x by null'],
  )
})
