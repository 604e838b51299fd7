/**
 * Goal: topics are read and written in every compression of Kafka's. Method: the broker compresses what it gets plain, and decompresses what
 * it gets compressed, by Java's codecs; where a package is missing, the error says which.
 */
import anyTest from 'ava'
import { findCodec } from '#runtime/client/kafkajs/compression.js'
import { kafkajsClient } from '#runtime/kafkajs.js'
import { missingForSharedKafka, sharedKafka } from '../../helpers/kafka/shared.js'
import { requires } from '../../helpers/requires.js'
import { record } from './member.js'

const test = requires(anyTest, missingForSharedKafka)
const compressions = ['gzip', 'snappy', 'lz4', 'zstd'] as const

for (const compression of compressions) {
  test(`what Java compressed with ${compression} is read, and what is compressed here Java reads`, async (t) => {
    const client = kafkajsClient({ brokers: await sharedKafka() })
    t.teardown(() => client.close())
    // Some compress well, some not at all, and there are more than one of the codec's own blocks.
    const values = Array.from({ length: 3_000 }, (_, n) => `${n} ${n % 2 === 0 ? 'same '.repeat(20) : Math.sin(n) * 1e15}`)
    const by = { broker: `${compression}-by-broker-${Date.now()}`, us: `${compression}-by-us-${Date.now()}` }
    await client.admin().createTopics([
      { name: by.broker, partitions: 1, config: { 'compression.type': compression } },
      { name: by.us, partitions: 1, config: { 'compression.type': 'uncompressed' } },
    ])
    for (const topic of [by.broker, by.us]) {
      const producer = client.createProducer({ compression: topic === by.us ? compression : 'none' })
      for (const value of values) producer.send(record({ topic, partition: 0 }, value))
      t.deepEqual((await producer.flush()).failed, [])
      const reader = client.createReader()
      await reader.assign(new Map([[{ topic, partition: 0 }, 0]]))
      const seen: string[] = []
      while (seen.length < values.length) {
        for (const { records } of await reader.poll(200)) seen.push(...records.map((each) => Buffer.from(each.value!).toString()))
      }
      t.deepEqual(seen, values)
      await reader.close()
    }
  })
}

anyTest('a codec that is not installed is named, with what to install', async (t) => {
  const nothingInstalled = async (name: string) => {
    throw new Error(`Cannot find package '${name}'`)
  }
  const missing = { snappy: [2, 'kafkajs-snappy'], lz4: [3, 'lz4-napi'] } as const
  for (const [name, [number, packageName]] of Object.entries(missing)) {
    const error = await t.throwsAsync(findCodec(number, nothingInstalled))
    t.like(error, { code: 'COMPRESSION' })
    t.true(error.message.includes(name))
    t.true(error.message.includes(`npm install ${packageName}`))
  }
  // Newer versions of Node bring zstd along.
  await findCodec(4, nothingInstalled).catch((error: Error) => t.true(error.message.includes('npm install @bokuweb/zstd-wasm')))
  t.like(await t.throwsAsync(findCodec(7, nothingInstalled)), { code: 'COMPRESSION' })
})
