// A process to be killed: writes to the broker in a folder as fast as it can, and prints what is acknowledged.
import { writeSync } from 'node:fs'
import { EmbeddedBroker, embeddedClient } from '#runtime/embedded.js'

const [dir, job] = process.argv.slice(2)
const broker = await EmbeddedBroker.open({ dir: dir! })
broker.createTopic({ name: 'in', partitions: 2, config: { 'segment.bytes': '20000' } })
broker.createTopic({ name: 'table', partitions: 1, config: { 'cleanup.policy': 'compact', 'segment.bytes': '20000' } })
const client = embeddedClient(broker)
const bytes = (text: string) => new TextEncoder().encode(text)
const say = (line: string) => writeSync(1, `${line}\n`)

const producer = client.createProducer(job === 'transactions' ? { transactionalId: 'tx' } : {})
if (job === 'transactions') await producer.initTransactions()
say('ready')
for (let n = 0; ; n++) {
  if (job === 'transactions') await producer.beginTransaction()
  for (const partition of [0, 1]) {
    for (let each = 0; each < 5; each++) {
      producer.send({ topic: 'in', partition, key: bytes(`${n}`), value: bytes(`${n}-${each}`), timestamp: n, headers: [] })
    }
  }
  producer.send({ topic: 'table', partition: 0, key: bytes(`${n % 7}`), value: bytes(`${n}`), timestamp: n, headers: [] })
  if (job === 'transactions') {
    await producer.sendOffsets('group', [{ topic: 'in', partition: 0, offset: n }])
    if (n % 3 === 2) {
      await producer.flush()
      await producer.abortTransaction()
      continue
    }
    await producer.commitTransaction()
  } else {
    await producer.flush()
    broker.commitOffsets('group', [{ topic: 'in', partition: 0, offset: n }])
    if (n % 50 === 49) broker.clean('table')
  }
  say(`${n}`)
}
