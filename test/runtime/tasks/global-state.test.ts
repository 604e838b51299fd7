/** Goal: global stores are filled by their topics alone, go on from where they were, and survive bad records. Method: a global by hand, in the driver and alone. */
import test from 'ava'
import { ManualClock, type StreamError } from 'millrace'
import { silentLogger } from '#runtime/core/logger.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import { memoryBackend } from '#runtime/stores/memory-store.js'
import type { KeyValueStore, TimestampedKeyValueStore } from '#runtime/stores/state-store.js'
import { GlobalState } from '#runtime/tasks/global-state.js'
import { failingHandlers } from '#runtime/tasks/handlers.js'
import { TaskMetrics } from '#runtime/tasks/metrics.js'
import { bytesTopic, Driver } from '#runtime/testing/driver.js'
import type { Topology } from '#runtime/topology/topology.js'
import { durableMemory } from '../../helpers/breaking.js'
import { batchOf } from '../../helpers/tasks.js'
import { each, processor, source, store, subTopology, topology } from '../../helpers/topologies.js'

const text = (name: string) => ({ name, key: stringSerde, value: stringSerde })

/** A global store of `g`, and a processor of `in` that has it. */
function globals(
  read: (store: KeyValueStore<string, unknown>, key: string) => void,
  value = stringSerde as typeof stringSerde | typeof longSerde,
): Topology {
  const fill = each((record, context) => {
    const { key, value, timestamp } = record
    context.store<KeyValueStore<string, unknown>>('g').put(key, value === null ? null : { value, timestamp })
  })
  const reading = each((record, context) => read(context.store('g'), record.key))
  const use = subTopology(0, [source('in', ['in']), processor('read', ['in'], reading, ['g'])])
  const global = {
    source: source('g', ['g'], { value, onDeserializationError: 'deadLetter' }),
    processor: processor('g/fill', ['g'], fill, ['g']),
    store: 'g',
  }
  return topology([use], { globals: [global], stores: [{ ...store('g', value), global: true }] })
}

test('processors of tasks can read a global store, not write it', (t) => {
  const seen: unknown[] = []
  const driver = new Driver(
    globals((global, key) => {
      seen.push(global.name, global.get(key), [...global.all()].length)
      global.put(key, null)
    }),
  )
  t.teardown(() => driver.close())
  driver.input(text('g')).pipe('k', 'v', { timestamp: 3 })
  const error = t.throws(() => driver.input(text('in')).pipe('k', 'x')) as StreamError
  t.deepEqual(seen, ['g', { value: 'v', timestamp: 3 }, 1])
  t.is((error.cause as StreamError).code, 'INVALID_STATE')
  t.regex(error.message, /global store g can only be read here/)
})

test('a record that does not decode goes to the dead-letter topic, and the store goes on', (t) => {
  const driver = new Driver(
    globals(() => {}, longSerde),
    { handlers: { deadLetterTopic: 'dead' } },
  )
  t.teardown(() => driver.close())
  driver.input(bytesTopic('g')).pipeBytes(Buffer.from('k'), Buffer.from('bad'))
  driver.input(bytesTopic('g')).pipeBytes(Buffer.from('k'), Buffer.alloc(8))
  t.deepEqual(driver.output(text('dead')).readValues(), ['bad'])
  t.is((driver.stores('g')[0] as TimestampedKeyValueStore<string, number>).get('k')?.value, 0)
})

test('what is committed is there again, with the position to go on from', (t) => {
  const disk = durableMemory()
  const open = () => {
    const state = new GlobalState({
      application: 'test',
      topology: globals(() => {}),
      partitions: [
        { topic: 'g', partition: 0 },
        { topic: 'g', partition: 1 },
      ],
      backends: { lmdb: () => disk('global'), memory: memoryBackend },
      clock: new ManualClock(),
      logger: silentLogger,
      handlers: failingHandlers,
      metrics: new TaskMetrics(),
    })
    state.open()
    return state
  }
  const positions = (state: GlobalState) => [...state.positions()].map(([{ partition }, position]) => [partition, position])
  const first = open()
  first.update(batchOf(0, ['a', 'b'], 'g'))
  first.update(batchOf(0, ['c'], 'g', 1))
  t.true(first.dirtyBytes > 0)
  first.commit()
  first.update(batchOf(2, ['d'], 'g'))
  first.close()
  first.close()
  const second = open()
  t.deepEqual(positions(second), [
    [0, 2],
    [1, 1],
  ])
  const rows = [...(second.store('g') as KeyValueStore<string, unknown>).all()].map(({ key }) => key)
  t.deepEqual(rows, ['a', 'b', 'c'])
  t.is(second.store('other'), undefined)
  t.is((t.throws(() => second.update(batchOf(0, ['x'], 'other'))) as StreamError).code, 'INVALID_ARGUMENT')
  second.close()
})
