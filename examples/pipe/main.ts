import { createInterface } from 'node:readline/promises'
import { stringSerde } from 'millrace/codegen'
import { example } from '../shared/example.js'
import { newValues, TopicWriter } from '../shared/topics.js'
import { Pipe } from './generated/pipe.js'

const about = {
  name: 'pipe',
  text: 'Sends each line of its input to the topic plaintext-input, copies that to pipe-output, and prints what comes there.',
}

await example(about, async ({ client, config, stopped, stop, start }) => {
  await using app = new Pipe({}, config)
  await start(app)

  const topic = { key: stringSerde, value: stringSerde, partitions: 1 }
  await using writer = new TopicWriter(client, { ...topic, name: 'plaintext-input' })
  const output = await newValues(client, { ...topic, name: 'pipe-output' }, stopped)
  let sent = 0
  let printed = 0
  let ended = false
  const printing = (async () => {
    for await (const line of output) {
      console.log(line)
      printed++
      if (ended && printed >= sent) stop()
    }
  })()

  const lines = createInterface({ input: process.stdin, signal: stopped })
  for await (const line of lines) {
    writer.send(null, line)
    sent++
    await writer.flush()
  }
  ended = true
  if (printed >= sent) stop()
  await printing
})
