/** Goal: what can go wrong with an app has its code, its place and a way out, and loses nothing. Method: apps on the embedded broker, with faults. */
import { EventEmitter, once } from 'node:events'
import test from 'ava'
import type { StreamError, StreamRecord } from 'millrace'
import { embeddedClient } from 'millrace/embedded'
import { ByUser, CountingApp, counted, countingSpec, newBroker, newFolder, received, send } from '../../helpers/counting-app.js'

/** The error that stops an app; the app is in ERROR, and can be closed. */
async function failureOf(app: CountingApp): Promise<StreamError> {
  const failure = await new Promise<StreamError>((resolve) => app.on('error', resolve))
  return failure
}

class Poisoned extends ByUser {
  protected override groupKey(record: StreamRecord<string | null, string>): string {
    if (record.value === 'poison') throw new RangeError('no such user')
    return super.groupKey(record)
  }
}

test('a configuration that is wrong is refused with all its problems', (t) => {
  const wrong = {
    brokers: ['localhost'],
    commitIntervalMs: -1,
    comitInterval: 3,
    deadLetterTopic: '',
    onProcessingError: 'ignore',
    sasl: 'secret',
  }
  const error = t.throws(() => new CountingApp({ ...(wrong as object), client: {} as never }), { code: 'INVALID_CONFIG' })
  for (const problem of [
    /brokers must be a list of 'host:port', but is \["localhost"\]/,
    /commitIntervalMs must be milliseconds, a whole number from 0, but is -1/,
    /comitInterval is not an option/,
    /deadLetterTopic must be a text that is not empty, but is ""/,
    /onProcessingError must be 'fail', 'continue', 'deadLetter' or a function/,
    /sasl must be an object with mechanism/,
    /client must be a client/,
    /either brokers or client/,
  ]) {
    t.regex(error.message, problem)
  }
  t.throws(() => new CountingApp({}), { code: 'INVALID_CONFIG', message: /either brokers or client/ })
  const client = embeddedClient(newBroker())
  t.throws(() => new CountingApp({ client, processingGuarantee: 'twice' as never }), {
    message: /processingGuarantee must be 'atLeastOnce' or 'exactlyOnce', but is "twice"/,
  })
  t.throws(() => new CountingApp({ client, onProcessingError: 'deadLetter' }), {
    message: /deadLetterTopic must be given, since onProcessingError/,
  })
})

test('generated code of another version is refused', (t) => {
  const old = { ...countingSpec(), codegen: 0 as 1 }
  t.throws(() => new CountingApp({ client: embeddedClient(newBroker()) }, old), {
    code: 'CODEGEN_VERSION',
    message: /version 0.*\n.*gen again/,
  })
})

test('topics that are missing are all named with their partitions; a start after that is a new app', async (t) => {
  const broker = newBroker()
  broker.deleteTopic('events')
  broker.deleteTopic('counts')
  const app = new CountingApp({ client: embeddedClient(broker) })
  const error = await t.throwsAsync(app.start(), { code: 'TOPIC_MISSING' })
  t.regex(error.message, /events \(4 partitions\), counts \(4 partitions\)/)
  t.is(app.state, 'ERROR')
  await app.close()
  t.is(app.state, 'NOT_RUNNING')
  await using made = new CountingApp({ client: embeddedClient(broker), createTopics: true })
  await made.start()
  t.is(broker.describeTopic('events')?.partitions, 4)
})

test('a topic with another number of partitions than the manifest says is refused', async (t) => {
  const broker = newBroker(3)
  await using app = new CountingApp({ client: embeddedClient(broker) })
  await t.throwsAsync(app.start(), { code: 'PARTITION_MISMATCH', message: /events has 3 partitions, the manifest says 4/ })
})

test('a second instance with the same state directory is refused, the first goes on', async (t) => {
  const broker = newBroker()
  const config = { client: embeddedClient(broker), stateDir: newFolder() }
  await using first = new CountingApp(config)
  await first.start()
  await using second = new CountingApp(config)
  await t.throwsAsync(second.start(), { code: 'STATE_LOCKED' })
  send(broker, ['alice'])
  await counted([first], 1)
  t.is(first.state, 'RUNNING')
})

test('user code that throws stops the app, naming step and record; nothing of it is committed', async (t) => {
  const broker = newBroker(1)
  const stateDir = newFolder()
  send(broker, ['alice', 'poison', 'bob'])
  const app = new CountingApp({ client: embeddedClient(broker), stateDir }, countingSpec(Poisoned, 1))
  const failed = failureOf(app)
  await app.start()
  const error = await failed
  t.is(error.code, 'PROCESSING')
  t.like(error.details, { step: 'by-user', topic: 'events', partition: 0, offset: 1 })
  t.regex(error.message, /no such user/)
  t.is(app.state, 'ERROR')
  await t.throwsAsync(app.stores.counts.get('alice'), { code: 'STORE_UNAVAILABLE' })
  await app.close()

  await using next = new CountingApp({ client: embeddedClient(broker), stateDir, onProcessingError: 'continue' }, countingSpec(Poisoned, 1))
  await next.start()
  await counted([next], 2)
  t.is(next.metrics().recordsDropped, 1)
})

test('a record that does not decode goes where the handler says', async (t) => {
  const broker = newBroker(1)
  broker.createTopic({ name: 'dead', partitions: 2 })
  send(broker, ['alice'])
  broker.append('events', 0, { key: new Uint8Array([7]), value: null, timestamp: 5, headers: [] })
  send(broker, ['bob'])
  const spec = countingSpec(ByUser, 1)
  const failing = new CountingApp({ client: embeddedClient(broker) }, spec)
  const failed = failureOf(failing)
  await failing.start()
  const error = await failed
  t.is(error.code, 'DESERIALIZATION')
  t.like(error.details, { topic: 'events', partition: 0, offset: 1 })
  await failing.close()

  await using app = new CountingApp({ client: embeddedClient(broker), onDeserializationError: 'deadLetter', deadLetterTopic: 'dead' }, spec)
  await app.start()
  await counted([app], 2)
  await app.close()
  const letters = [0, 1].flatMap((partition) => broker.read('dead', partition, 0).records)
  t.deepEqual(
    letters.map(({ key, value }) => [key?.[0], value]),
    [[7, null]],
  )
  const header = letters[0]!.headers.find(({ key }) => key === '__streams.errors.offset')
  t.is(Buffer.from(header!.value!).toString(), '1')
})

test('a record that the broker refuses stops the app before its inputs are committed, or is dropped by the handler', async (t) => {
  const broker = newBroker(1)
  const spec = countingSpec(ByUser, 1)
  const stateDir = newFolder()
  send(broker, ['alice'])
  broker.faults.refuseNextRecord(new Error('too large'))
  const app = new CountingApp({ client: embeddedClient(broker), commitIntervalMs: 20, stateDir }, spec)
  const failed = failureOf(app)
  await app.start()
  const error = await failed
  t.is(error.code, 'PRODUCTION')
  t.regex(error.message, /counting-by-user-repartition-0 was refused: too large/)
  await app.close()

  await using next = new CountingApp({ client: embeddedClient(broker), commitIntervalMs: 20, stateDir }, spec)
  await next.start()
  await counted([next], 1)
  t.is(await next.stores.counts.get('alice'), 1)
  await next.close()

  send(broker, ['bob'])
  broker.faults.refuseNextRecord(new Error('too large'))
  await using lenient = new CountingApp(
    { client: embeddedClient(broker), commitIntervalMs: 20, stateDir, onProductionError: 'continue' },
    spec,
  )
  await lenient.start()
  send(broker, ['carol'])
  await counted([lenient], 2)
  t.is(await lenient.stores.counts.get('bob'), undefined)
  await lenient.close()
  t.is(lenient.metrics().recordsRefused, 1)
})

test('an error without a listener makes the process end with exit code 1, and is logged', async (t) => {
  const broker = newBroker(1)
  const errors: string[] = []
  const logger = { debug() {}, info() {}, warn() {}, error: (message: string) => errors.push(message) }
  await using app = new CountingApp({ client: embeddedClient(broker), logger }, countingSpec(Poisoned, 1))
  await app.start()
  const stopped = new Promise<void>((resolve) => app.on('state', ({ state }) => state === 'ERROR' && resolve()))
  send(broker, ['poison'])
  await stopped
  t.is(process.exitCode, 1)
  process.exitCode = 0
  t.regex(errors.join(), /PROCESSING/)
})

test('an instance with another topology is refused by the group, which goes on', async (t) => {
  const broker = newBroker()
  await using running = new CountingApp({ client: embeddedClient(broker) })
  await running.start()
  const spec = countingSpec()
  const { counts } = spec.stores
  const renamed = {
    ...spec,
    stores: { tallies: { ...counts!, name: 'tallies' } },
    steps: spec.steps.map((step) => (step.operator === 'count' ? { ...step, store: 'tallies' } : step)),
  }
  await using other = new CountingApp({ client: embeddedClient(broker) }, renamed)
  await t.throwsAsync(other.start(), { code: 'TOPOLOGY_MISMATCH', message: /Other members of the group run another topology/ })
  await other.close()
  send(broker, ['alice'])
  await counted([running], 1)
  t.is(running.state, 'RUNNING')
  t.is(running.metrics().tasks.length, 8)
})

test('an app whose group took it for dead drops its tasks without a commit and comes back', async (t) => {
  const broker = newBroker()
  await using app = new CountingApp({ client: embeddedClient(broker), commitIntervalMs: 10 })
  await app.start()
  send(broker, ['alice', 'bob'])
  await counted([app], 2)
  const lost = new Promise<void>((resolve) => app.on('state', ({ state }) => state === 'REBALANCING' && resolve()))
  broker.faults.expireSession('counting')
  await lost
  send(broker, ['alice'])
  await counted([app], 3)
  t.is(await app.stores.counts.get('alice'), 2)
})

test('state of topics that were made anew is dropped', async (t) => {
  const stateDir = newFolder()
  const old = newBroker()
  send(old, ['alice', 'alice', 'bob'])
  const before = new CountingApp({ client: embeddedClient(old), stateDir })
  await before.start()
  await counted([before], 3)
  await before.close()

  const broker = newBroker()
  send(broker, ['alice'])
  await using app = new CountingApp({ client: embeddedClient(broker), stateDir })
  await app.start()
  await counted([app], 1)
  t.deepEqual(received(broker), [{ user: 'alice', count: 1 }])
})

test('brokers that are not there are named, with how long they were tried', async (t) => {
  await using app = new CountingApp({ brokers: ['127.0.0.1:9', '127.0.0.1:10'], connectTimeoutMs: 300 })
  const error = await t.throwsAsync(app.start(), { code: 'BROKER_UNREACHABLE' })
  t.regex(error.message, /127\.0\.0\.1:9.*127\.0\.0\.1:10/s)
  t.log(error.message)
})

test('an app that waits for a broker can be closed, and one that has only just been told to start', async (t) => {
  const refused = new EventEmitter()
  const logger = { debug: () => refused.emit('told'), info() {}, warn() {}, error() {} }
  for (const moment of [once(refused, 'told'), undefined]) {
    const app = new CountingApp({ brokers: ['127.0.0.1:9'], connectTimeoutMs: 600_000, logger })
    const started = t.throwsAsync(app.start(), { code: 'INVALID_STATE', message: /closed before/ })
    await moment
    await app.close()
    await started
    t.is(app.state, 'NOT_RUNNING')
  }
})
