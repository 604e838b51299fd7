// kafkajs on a real Apache Kafka is a Client.
import test from 'ava'
import { kafkajsClient } from '#runtime/kafkajs.js'
import { missingForSharedKafka, sharedKafka } from '../helpers/kafka/shared.js'
import { requires } from '../helpers/requires.js'
import { eventually } from './client/harness.js'
import { clientSuite } from './client-suite.js'

const missing = missingForSharedKafka
const connect = async () => kafkajsClient({ brokers: await sharedKafka() })

if (missing !== undefined) requires(test, missing)('the suite of clients, on a real Kafka', (t) => t.pass())
else {
  clientSuite({
    connect,
    lastStableOffset: true,
    dropsSilentMembers: true,
    refusesOffsetsOutOfRange: true,
    // Segments end by the time of their records: the broker's own, since those of the tests stand still.
    compactedConfig: { 'segment.ms': '1', 'message.timestamp.type': 'LogAppendTime', 'min.cleanable.dirty.ratio': '0.01' },
    // The cleaner of the broker comes by itself; it has been there when records are gone.
    async compact(topic) {
      const client = await connect()
      await eventually(async () => {
        const reader = client.createReader()
        await reader.assign(new Map([[{ topic, partition: 0 }, 0]]))
        let [count, next] = [0, 0]
        while (next < 101) {
          for (const { records, nextOffset } of await reader.poll(200)) [count, next] = [count + records.length, nextOffset]
        }
        await reader.close()
        return count < 101
      })
      await client.close()
    },
  })
}
