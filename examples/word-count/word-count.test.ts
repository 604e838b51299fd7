/** Goal: words are counted, and the counts can be asked for. Method: the generated driver; the HTTP service over a store of fixed rows. */
import test from 'ava'
import type { QueryableKeyValueStore } from 'millrace'
import { WordCountDriver } from './generated/word-count/driver.js'
import { SplitWords } from './processors.js'
import { serveCounts } from './service.js'

test('each word of a line is counted, whatever its case', (t) => {
  using driver = new WordCountDriver({ words: SplitWords })
  driver.inputs.lines.pipe(null, 'To be, or not to be')
  driver.inputs.lines.pipe(null, '…')
  t.deepEqual(driver.outputs.counts.readKeyValues(), [
    { key: 'to', value: 1 },
    { key: 'be', value: 1 },
    { key: 'or', value: 1 },
    { key: 'not', value: 1 },
    { key: 'to', value: 2 },
    { key: 'be', value: 2 },
  ])
  t.is(driver.stores.countsPerWord.get('be'), 2)
  t.is(driver.stores.countsPerWord.get('question'), undefined)
})

test('a word is counted in one place, wherever its lines come from', (t) => {
  using driver = new WordCountDriver({ words: SplitWords }, { partitions: 2 })
  driver.inputs.lines.pipe(null, 'one two', { partition: 0 })
  driver.inputs.lines.pipe(null, 'two', { partition: 1 })
  t.deepEqual(driver.outputs.counts.readTable(), new Map([['one', 1], ['two', 2]])) // biome-ignore format: a table
})

test('the service answers from the store', async (t) => {
  const counts = new Map([['be', 2], ['to', 3]]) // biome-ignore format: a table
  const store = {
    get: async (word: string) => counts.get(word),
    range: (from = '', to = '\uffff') => ({
      toArray: async () => [...counts].filter(([word]) => from <= word && word <= to).map(([key, value]) => ({ key, value })),
    }),
  } as unknown as QueryableKeyValueStore<string, number>
  const taken: string[] = []
  await using service = await serveCounts(store, async (line) => void taken.push(line), 0)
  const ask = async (path: string, init?: RequestInit) => (await fetch(service.url + path, init)).json()

  t.deepEqual(await ask('/counts/be'), { word: 'be', count: 2 })
  t.deepEqual(await ask('/counts/question'), { word: 'question', count: 0 })
  t.deepEqual(await ask('/counts?from=a&to=c'), { be: 2 })
  t.deepEqual(await ask('/lines', { method: 'POST', body: 'to be\n\nor not\n' }), { lines: 2 })
  t.deepEqual(taken, ['to be', 'or not'])
  t.is((await fetch(`${service.url}/elsewhere`)).status, 404)
})
