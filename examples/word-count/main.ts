import { stringSerde } from 'millrace/codegen'
import { example } from '../shared/example.js'
import { TopicWriter } from '../shared/topics.js'
import { WordCount } from './generated/word-count.js'
import { SplitWords } from './processors.js'
import { serveCounts } from './service.js'

const about = {
  name: 'word-count',
  text: 'Counts the words of the lines sent to it, and answers how often it has seen each: over HTTP, from its own store.',
  options: { port: { value: 'N', about: 'where it listens, 0 for any free port', default: 8080 } },
}

await example(about, async ({ client, config, options, place, stopped, start }) => {
  await using app = new WordCount({ words: SplitWords }, config)
  await start(app)

  await using lines = new TopicWriter(client, { name: 'lines', key: stringSerde, value: stringSerde, partitions: 2 })
  const take = async (line: string) => {
    lines.send(null, line)
    await lines.flush()
  }
  await using service = await serveCounts(app.stores.countsPerWord, take, options.port)

  console.log(`word-count on ${place} listens at ${service.url}. Try:`)
  console.log(`  curl -d 'to be or not to be' ${service.url}/lines`)
  console.log(`  curl ${service.url}/counts/be`)
  console.log(`  curl '${service.url}/counts?from=a&to=f'`)
  if (!stopped.aborted) await new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }))
})
