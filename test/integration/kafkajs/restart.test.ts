/**
 * Goal: a broker that dies and comes back costs time, and nothing else. Method: kill and restart a real one under producers and a
 * member of a group that go on meanwhile, and look for every record once and in order.
 */
import anyTest from 'ava'
import { kafkajsClient } from '#runtime/kafkajs.js'
import { missingForKafka, startKafka } from '../../helpers/kafka/kafka.js'
import { requires } from '../../helpers/requires.js'
import { Member, record } from './member.js'

const test = requires(anyTest, missingForKafka())
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `${from + n}`)

test('a member and a producer go on over a restart and a kill of the broker, with each record once and in order', async (t) => {
  const kafka = await startKafka()
  t.teardown(() => kafka.stop())
  const client = kafkajsClient({ brokers: kafka.brokers })
  t.teardown(() => client.close())
  await client.admin().createTopics([{ name: 'numbers', partitions: 1 }])
  const at = { topic: 'numbers', partition: 0 }
  const member = new Member(client, 'numbers', { groupId: 'readers', isolation: 'readUncommitted' })
  await member.start()
  const producer = client.createProducer()
  const send = async (from: number, to: number) => {
    for (const each of numbers(from, to)) producer.send(record(at, each))
    t.deepEqual((await producer.flush()).failed, [])
  }

  await send(0, 100)
  await member.pollUntil(() => member.values.length >= 100)
  for (const [round, bringBack] of [kafka.restart, async () => kafka.kill().then(kafka.restart)].entries()) {
    const from = 100 * (round + 1)
    const back = bringBack()
    // While the broker is away: a flush waits for it, a poll finds nothing, a commit is tried until it is there.
    const sent = send(from, from + 100)
    await member.pollUntil(() => member.values.length >= from + 100)
    await member.commit()
    await Promise.all([back, sent])
  }
  t.deepEqual(member.values, numbers(0, 300))
  t.false(member.events.includes('lost'))
  t.deepEqual(await client.admin().committedOffsets('readers', [at]), [{ ...at, offset: 300, metadata: '' }])
})

test('a transaction over a kill of the broker is committed once, with its offsets', async (t) => {
  const kafka = await startKafka()
  t.teardown(() => kafka.stop())
  const client = kafkajsClient({ brokers: kafka.brokers })
  t.teardown(() => client.close())
  await client.admin().createTopics([{ name: 'numbers', partitions: 1 }])
  const at = { topic: 'numbers', partition: 0 }
  const producer = client.createProducer({ transactionalId: 'writer' })
  await producer.initTransactions()
  await producer.beginTransaction()
  for (const each of numbers(0, 50)) producer.send(record(at, each))
  await producer.flush()
  await kafka.kill()
  const back = kafka.restart()
  for (const each of numbers(50, 100)) producer.send(record(at, each))
  await producer.sendOffsets('inputs', [{ topic: 'numbers', partition: 0, offset: 7 }])
  await producer.commitTransaction()
  await back

  await producer.beginTransaction()
  producer.send(record(at, 'aborted'))
  await producer.abortTransaction()
  await producer.beginTransaction()
  producer.send(record(at, '100'))
  await producer.commitTransaction()
  const member = new Member(client, 'numbers', { groupId: 'readers' })
  await member.start()
  await member.pollUntil(() => member.values.length >= 101)
  t.deepEqual(member.values, numbers(0, 101))
  t.is((await client.admin().committedOffsets('inputs', [at]))[0]?.offset, 7)
})
