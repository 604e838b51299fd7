/**
 * How fast small records go through the client port, in and out: 1,000,000 records of about 100 bytes over two partitions.
 * `node build/bench/client.js [kafkajs|embedded] [records]`; a broker by KAFKA_BROKERS, else one is started. With `--cpu-prof` it shows where
 * the time goes. `port` is this project's adapter; `library` is kafkajs's own producer and consumer, as its documentation uses them.
 */
import { performance } from 'node:perf_hooks'
import kafkajs from 'kafkajs'
import type { Client, ProducedRecord } from '#runtime/client/client.js'
import { EmbeddedBroker, embeddedClient } from '#runtime/embedded.js'
import { kafkajsClient } from '#runtime/kafkajs.js'
import { startKafka } from '../test/helpers/kafka/kafka.js'

const partitions = 2
const value = new Uint8Array(80).fill(97)
const pollMs = 100

/** So much may be queued or under way before the loop waits, as a job would. */
const maxBufferedBytes = 8 * 1024 * 1024

interface Run {
  readonly name: string
  readonly records: number
  readonly seconds: number
  readonly cpuSeconds: number
}

async function measure(name: string, records: number, work: () => Promise<void>): Promise<Run> {
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { name, records, seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 }
}

function recordOf(topic: string, n: number): ProducedRecord {
  return { topic, partition: n % partitions, key: Buffer.from(`user-${n % 100_000}`), value, timestamp: 1_700_000_000_000 + n, headers: [] }
}

async function producePort(client: Client, topic: string, count: number): Promise<void> {
  const producer = client.createProducer()
  for (let n = 0; n < count; n += 1) {
    producer.send(recordOf(topic, n))
    if (n % 1_000 === 0) {
      do await new Promise((resolve) => setImmediate(resolve))
      while (producer.bufferedBytes > maxBufferedBytes)
    }
  }
  const { failed } = await producer.flush()
  if (failed.length > 0) throw failed[0]!.error
  await producer.close()
}

async function readPort(client: Client, topic: string, count: number): Promise<void> {
  const reader = client.createReader()
  await reader.assign(new Map(Array.from({ length: partitions }, (_, partition) => [{ topic, partition }, 0])))
  for (let seen = 0; seen < count; ) for (const { records } of await reader.poll(pollMs)) seen += records.length
  await reader.close()
}

async function consumePort(client: Client, topic: string, count: number): Promise<void> {
  const assignor = {
    name: 'all-to-one',
    userData: () => null,
    assign: (members: readonly { memberId: string }[]) =>
      new Map(
        members.map(({ memberId }) => [
          memberId,
          { partitions: Array.from({ length: partitions }, (_, partition) => ({ topic, partition })), userData: null },
        ]),
      ),
  }
  const consumer = client.createGroupConsumer({
    groupId: `bench-${topic}`,
    clientId: 'bench',
    topics: [topic],
    assignor,
    isolation: 'readUncommitted',
    offsetReset: () => 'earliest',
  })
  await consumer.start({ onAssigned: async () => {}, onRevoked: async () => {}, onLost: async () => {} })
  for (let seen = 0; seen < count; ) for (const { records } of await consumer.poll(pollMs)) seen += records.length
  await consumer.close()
}

async function produceLibrary(brokers: readonly string[], topic: string, count: number): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING })
  const partitioner =
    () =>
    ({ message }: { message: { partition?: number } }) =>
      message.partition!
  const producer = kafka.producer({ idempotent: true, createPartitioner: partitioner })
  await producer.connect()
  const perCall = 500
  for (let n = 0; n < count; n += perCall) {
    const messages = Array.from({ length: perCall }, (_, i) => {
      const { key, timestamp, partition } = recordOf(topic, n + i)
      return { key: key as Buffer, value: Buffer.from(value.buffer), timestamp: `${timestamp}`, partition }
    })
    await producer.send({ topic, messages })
  }
  await producer.disconnect()
}

async function consumeLibrary(brokers: readonly string[], topic: string, count: number): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `library-${topic}` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  let seen = 0
  await new Promise<void>((resolve) => {
    void consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        seen += batch.messages.length
        if (seen >= count) resolve()
      },
    })
  })
  await consumer.disconnect()
}

const [kind = 'kafkajs', total = '1000000'] = process.argv.slice(2)
const count = Number(total)
const topic = `bench-${Date.now()}`
const kafka = kind === 'embedded' || process.env.KAFKA_BROKERS !== undefined ? undefined : await startKafka()
const brokers = kafka?.brokers ?? process.env.KAFKA_BROKERS?.split(',') ?? []
const client = kind === 'embedded' ? embeddedClient(new EmbeddedBroker()) : kafkajsClient({ brokers })
const [warm, library] = [`${topic}-warm`, `${topic}-library`]
await client.admin().createTopics([topic, warm, library].map((name) => ({ name, partitions })))

await producePort(client, warm, 50_000)
await readPort(client, warm, 50_000)
const runs = [
  await measure('port: produce', count, () => producePort(client, topic, count)),
  await measure('port: read', count, () => readPort(client, topic, count)),
  await measure('port: consume', count, () => consumePort(client, topic, count)),
]
if (kind !== 'embedded' && !process.execArgv.includes('--cpu-prof')) {
  runs.push(
    await measure('library: produce', count, () => produceLibrary(brokers, library, count)),
    await measure('library: consume', count, () => consumeLibrary(brokers, topic, count)),
  )
}
for (const { name, records, seconds, cpuSeconds } of runs) {
  const rate = Math.round(records / seconds).toLocaleString('en')
  console.log(`${name.padEnd(18)} ${rate.padStart(10)} records/s   ${seconds.toFixed(2)} s   CPU ${cpuSeconds.toFixed(2)} s`)
}
await client.close()
await kafka?.stop()
