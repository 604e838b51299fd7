/**
 * Goal: the schemas of an application's state are kept where every version of it finds them, and nobody waits for them in vain. Method: the
 * component over a broker's log; apps and drivers on the embedded broker.
 */
import test from 'ava'
import { StreamError } from 'millrace'
import { EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { StateSchemas, type StateSchemasOptions } from '#runtime/app/state-schemas.js'
import { Driver } from '#runtime/testing/driver.js'
import { buildTopology } from '#runtime/topology/build.js'
import { codecOf } from '../../helpers/avro-codec.js'
import { CountingApp, newBroker } from '../../helpers/counting-app.js'
import { type Item, ItemsApp, itemSerde, itemsBroker, itemsSpec, schemas } from '../../helpers/items-app.js'

const topic = 'items-state-schemas'
const fingerprints = { v1: codecOf(schemas.v1).fingerprint, v2: codecOf(schemas.v2).fingerprint }
const item: Item = { id: 'a', user: 'ann', amount: 1 }

/** What is in the topic: fingerprint to schema, in order. */
function kept(broker: EmbeddedBroker): (readonly [string, string])[] {
  return broker.read(topic, 0, 0).records.map(({ key, value }) => [Buffer.from(key!).toString(), Buffer.from(value!).toString()] as const)
}

function schemasOver(broker: EmbeddedBroker, version: keyof typeof schemas, options: Partial<StateSchemasOptions> = {}) {
  const serde = itemSerde(version)
  let from = 0
  const parts = new StateSchemas({
    topology: buildTopology(itemsSpec(serde)),
    source: {
      endOffsets: (partitions) => partitions.map((at) => ({ ...at, offset: broker.endOffset(topic, 0) })),
      assign: (partitions) => {
        from = [...partitions.values()][0] ?? 0
      },
      poll: () => [broker.read(topic, 0, from)],
    },
    write: (records) => {
      for (const record of records) broker.append(topic, 0, record)
    },
    now: () => 0,
    ...options,
  })
  return { serde, schemas: parts }
}

function schemasBroker(): EmbeddedBroker {
  const broker = new EmbeddedBroker()
  broker.createTopic({ name: topic, partitions: 1 })
  return broker
}

test('a version writes what is missing, once, and learns what the others have written', (t) => {
  const broker = schemasBroker()
  const v1 = schemasOver(broker, 'v1')
  v1.schemas.open()
  t.deepEqual(kept(broker), [[fingerprints.v1, schemas.v1]])
  schemasOver(broker, 'v1').schemas.open()
  t.is(kept(broker).length, 1)

  const v2 = schemasOver(broker, 'v2')
  v2.schemas.open()
  t.deepEqual(
    kept(broker).map(([fingerprint]) => fingerprint),
    [fingerprints.v1, fingerprints.v2],
  )
  t.deepEqual(v2.serde.deserialize(v1.serde.serialize(item)), { ...item, note: '-' })

  // One that runs already hears of the other when it looks again.
  const row = v2.serde.serialize({ ...item, note: 'n' })
  t.like(
    t.throws(() => v1.serde.deserialize(row)),
    { code: 'DESERIALIZATION', details: { fingerprint: fingerprints.v2 } },
  )
  v1.schemas.refresh()
  t.deepEqual(v1.serde.deserialize(row), item)
})

test('a topic that was made anew is read from its beginning', (t) => {
  const broker = schemasBroker()
  const v1 = schemasOver(broker, 'v1')
  v1.schemas.open()
  v1.schemas.refresh()
  broker.deleteTopic(topic)
  broker.createTopic({ name: topic, partitions: 1 })
  v1.schemas.refresh()
  const v2 = schemasOver(broker, 'v2')
  v2.schemas.open()
  v1.schemas.refresh()
  v1.schemas.refresh()
  t.is(kept(broker).length, 1)
})

test('brokers that do not allow it are told with what to allow', (t) => {
  const refused = () => {
    throw new StreamError('NOT_AUTHORIZED', 'no')
  }
  for (const options of [{ write: refused }, { source: { endOffsets: refused, assign() {}, poll: () => [] } }]) {
    t.throws(() => schemasOver(schemasBroker(), 'v1', options).schemas.open(), {
      code: 'NOT_AUTHORIZED',
      message: /topic items-state-schemas: .*\n {2}Allow Create, Describe, Read and Write on topics whose names begin with items/,
    })
  }
})

test('an app makes the topic, compacted, with its schemas before its first task; a job without Avro in its state has none', async (t) => {
  const broker = itemsBroker()
  await using app = new ItemsApp({ client: embeddedClient(broker) }, itemsSpec(itemSerde('v1')))
  await app.start()
  t.like(broker.describeTopic(topic), { partitions: 1, config: { 'cleanup.policy': 'compact' } })
  t.deepEqual(kept(broker), [[fingerprints.v1, schemas.v1]])

  const plain = newBroker()
  await using counting = new CountingApp({ client: embeddedClient(plain) })
  await counting.start()
  t.deepEqual(
    plain.listTopics().filter((name) => name.includes('schemas')),
    [],
  )
})

test('a topic of that name that would lose schemas is refused', async (t) => {
  const broker = itemsBroker()
  broker.createTopic({ name: topic, partitions: 1, config: { 'cleanup.policy': 'delete' } })
  await using app = new ItemsApp({ client: embeddedClient(broker) }, itemsSpec(itemSerde('v1')))
  await t.throwsAsync(app.start(), { code: 'INTERNAL_TOPIC', message: /items-state-schemas: cleanup.policy is delete, expected compact/ })
})

test('the test driver keeps them too', (t) => {
  using driver = new Driver(buildTopology(itemsSpec(itemSerde('v1'))))
  t.deepEqual(kept(driver.broker), [[fingerprints.v1, schemas.v1]])
  driver.restart({ wipeState: true })
  t.is(kept(driver.broker).length, 1)
})
