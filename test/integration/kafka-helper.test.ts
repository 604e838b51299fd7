/** Goal: what starts brokers for the other tests can be trusted. Method: start, kill and restart one, and look at its log of records. */
import anyTest from 'ava'
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs'
import { missingForKafka, startKafka } from '../helpers/kafka/kafka.js'
import { missingForSharedKafka, sharedKafka } from '../helpers/kafka/shared.js'
import { requires } from '../helpers/requires.js'

const test = requires(anyTest, missingForKafka() ?? missingForSharedKafka)
const connect = (brokers: readonly string[]) => new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })

async function endOffset(admin: Admin, topic: string): Promise<string | undefined> {
  return (await admin.fetchTopicOffsets(topic))[0]?.high
}

test('a broker comes back with its records after it was killed, and is gone when it is stopped', async (t) => {
  const kafka = await startKafka()
  t.teardown(() => kafka.stop())
  const client = connect(kafka.brokers)
  const admin = client.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }] })
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  await producer.send({ topic: 'kept', messages: [{ value: 'a' }, { value: 'b' }] })
  await producer.disconnect()
  await admin.disconnect()

  await kafka.kill()
  await kafka.restart()
  const again = connect(kafka.brokers).admin()
  await again.connect()
  t.is(await endOffset(again, 'kept'), '2')
  await again.disconnect()

  await kafka.stop()
  const refused = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin()
  await t.throwsAsync(refused.connect())
})

test('the shared broker answers', async (t) => {
  const brokers = await sharedKafka()
  const admin = connect(brokers).admin()
  await admin.connect()
  t.is((await admin.describeCluster()).brokers.length, 1)
  await admin.disconnect()
})
