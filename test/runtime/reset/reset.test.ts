/**
 * Goal: `millrace reset` takes an application back to its start, touches nothing else, and refuses what would harm. Method: the command, with the embedded
 * broker in the place of Kafka (test/integration/reset.test.ts has Kafka).
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { type EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { run } from '#runtime/reset/cli.js'
import { CountingApp, counted, newBroker, newFolder, send } from '../../helpers/counting-app.js'

async function millrace(broker: EmbeddedBroker, ...args: string[]) {
  const told = { out: '', err: '', security: {}, brokers: [] as readonly string[] }
  const code = await run(args, {
    stdout: (text) => (told.out += text),
    stderr: (text) => (told.err += text),
    connect(brokers, security) {
      Object.assign(told, { brokers, security })
      return embeddedClient(broker)
    },
  })
  return { code, ...told }
}

/** A broker on which an application has counted ten events of ann, and is closed. */
async function hasRun(): Promise<EmbeddedBroker> {
  const broker = newBroker()
  send(broker, Array(10).fill('ann'))
  await countAll(broker, 'counting')
  return broker
}

async function countAll(broker: EmbeddedBroker, application: string): Promise<void> {
  await using app = new CountingApp({ client: embeddedClient(broker), application })
  await app.start()
  await counted([app], 10)
}

const users = Array.from({ length: 200 }, (_, index) => `user${index}`)
const reset = ['reset', '--application-id', 'counting', '--input-topics', 'events']
const internal = ['counting-by-user-repartition', 'counting-counts-changelog']
const topics = async (broker: EmbeddedBroker) => [...(await embeddedClient(broker).admin().listTopics())].sort()

test('after a reset the application reads all its input again, with nothing of what it had', async (t) => {
  const broker = await hasRun()
  const { code, out, err, brokers } = await millrace(broker, ...reset)
  t.is(err, '')
  t.is(code, 0)
  t.deepEqual(brokers, ['localhost:9092'])
  t.is(
    out,
    `Reads events [0] from offset 0 on.
Reads events [1] from offset 0 on.
Reads events [2] from offset 0 on.
Reads events [3] from offset 0 on.
Deleted the topic counting-by-user-repartition.
Deleted the topic counting-counts-changelog.
Delete the state folder of each instance (by default .millrace/counting) before it starts again.
`,
  )
  t.deepEqual(await topics(broker), ['counts', 'events'])
  await using app = new CountingApp({ client: embeddedClient(broker) })
  await app.start()
  await counted([app], 10)
  t.is(await app.stores.counts.get('ann'), 10)
})

test('--to-latest leaves out what there is', async (t) => {
  const broker = await hasRun()
  const { out } = await millrace(broker, ...reset, '--to-latest')
  t.regex(out, /^Reads events \[0\] from offset [23] on\.$/m)
  await using app = new CountingApp({ client: embeddedClient(broker) })
  await app.start()
  send(broker, ['bob'])
  await counted([app], 1)
  t.is(await app.stores.counts.get('ann'), undefined)
})

test('a state folder of before the reset is not taken, however far the new changelogs have come', async (t) => {
  const broker = newBroker()
  const forgotten = newFolder()
  const client = embeddedClient(broker)
  send(broker, Array(10).fill('ann'))
  {
    await using app = new CountingApp({ client, stateDir: forgotten })
    await app.start()
    await counted([app], 10)
  }
  t.is((await millrace(broker, ...reset, '--to-latest')).code, 0)
  {
    await using app = new CountingApp({ client })
    await app.start()
    send(broker, users)
    await counted([app], 200)
  }
  const warnings: string[] = []
  const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} }
  {
    await using app = new CountingApp({ client, stateDir: forgotten, logger })
    await app.start()
    await counted([app], 200)
    t.is(await app.stores.counts.get('ann'), undefined)
    const counts = await app.stores.counts.all().toArray()
    t.deepEqual(counts.map(({ key, value }) => [key, value]).sort(), users.map((user) => [user, 1]).sort())
  }
  t.true(
    warnings.some((text) => /its state is wiped and restored\. STATE_CORRUPTED: .* another beginning/.test(text)),
    warnings.join('\n'),
  )
  const before = warnings.length
  await using app = new CountingApp({ client, stateDir: forgotten, logger })
  await app.start()
  await counted([app], 200)
  t.deepEqual(warnings.slice(before), [])
})

test('a standby does not follow on from before a reset', async (t) => {
  const broker = newBroker()
  const forgotten = newFolder()
  const client = embeddedClient(broker)
  send(broker, users)
  {
    await using app = new CountingApp({ client, stateDir: forgotten })
    await app.start()
    await counted([app], users.length)
  }
  t.is((await millrace(broker, ...reset, '--to-latest')).code, 0)
  const warnings: string[] = []
  const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} }
  const config = { client, numStandbyReplicas: 1, commitIntervalMs: 10 }
  await using active = new CountingApp({ ...config, clientId: 'active' })
  await active.start()
  send(broker, [...users, ...users])
  await counted([active], 2 * users.length)
  await using second = new CountingApp({ ...config, clientId: 'second', stateDir: forgotten, logger })
  await second.start()
  const told = () => new Set(warnings.flatMap((text) => /task (1_\d).* another beginning/i.exec(text)?.[1] ?? []))
  while (told().size < 4) await new Promise((resolve) => setTimeout(resolve, 5))
  t.true(
    warnings.some((text) => text.startsWith('The standby of task 1_')),
    warnings.join('\n'),
  )
  await counted([active, second], 2 * users.length)
})

test('--dry-run tells the same and does nothing', async (t) => {
  const broker = await hasRun()
  const before = await topics(broker)
  const { code, out } = await millrace(broker, ...reset, '--dry-run')
  t.is(code, 0)
  t.regex(out, /^Would read events \[0\] from offset 0 on\.$/m)
  t.regex(out, /^Would delete the topic counting-counts-changelog\.\n$/m)
  t.deepEqual(await topics(broker), before)
  const [committed] = await embeddedClient(broker)
    .admin()
    .committedOffsets('counting', [{ topic: 'events', partition: 0 }])
  t.true(committed!.offset > 0)
})

test('while an instance runs, nothing is changed', async (t) => {
  const broker = await hasRun()
  await using app = new CountingApp({ client: embeddedClient(broker) })
  await app.start()
  const before = await topics(broker)
  const { code, err } = await millrace(broker, ...reset)
  t.is(code, 1)
  t.regex(err, /^millrace: INVALID_STATE: .*counting.*has members/)
  t.deepEqual(await topics(broker), before)
})

test('internal topics of an application whose name begins like this one are left alone', async (t) => {
  const broker = await hasRun()
  await countAll(broker, 'counting-eu')
  // Applications with Avro have it.
  broker.createTopic({ name: 'counting-eu-state-schemas', partitions: 1 })
  const { out } = await millrace(broker, ...reset)
  t.regex(out, /^Left the topic counting-eu-counts-changelog\.$/m)
  t.deepEqual(await topics(broker), [
    'counting-eu-by-user-repartition',
    'counting-eu-counts-changelog',
    'counting-eu-state-schemas',
    'counts',
    'events',
  ])
})

test('an application of global tables alone has nothing to be reset but its folder', async (t) => {
  const { code, out } = await millrace(newBroker(), 'reset', '--application-id', 'globals')
  t.is(code, 0)
  t.is(
    out,
    `No input topics were named, and globals has no internal topics.
Delete the state folder of each instance (by default .millrace/globals) before it starts again.
`,
  )
})

test('--internal-topics deletes those alone', async (t) => {
  const broker = await hasRun()
  const { out } = await millrace(broker, ...reset, '--internal-topics', internal[0]!)
  t.regex(out, /^Left the topic counting-counts-changelog\.$/m)
  t.deepEqual(await topics(broker), [internal[1], 'counts', 'events'])
})

for (const [what, args, message] of [
  [
    'an input that is not there',
    ['--application-id', 'counting', '--input-topics', 'events,evnets,x'],
    /TOPIC_MISSING: There are no topics evnets, x\./,
  ],
  [
    'an application that is not there',
    ['--application-id', 'countng', '--input-topics', 'events'],
    /neither offsets of countng .*\n {2}Is that the name/,
  ],
  [
    'a topic that is not internal',
    [...reset.slice(1), '--internal-topics', 'counts'],
    /no internal topics of counting: counts\.\n {2}There are counting-/,
  ],
] as const) {
  test(`${what} is told, and nothing is changed`, async (t) => {
    const broker = await hasRun()
    const before = await topics(broker)
    const { code, err, out } = await millrace(broker, 'reset', ...args)
    t.is(code, 1)
    t.regex(err, message)
    t.is(out, '')
    t.deepEqual(await topics(broker), before)
  })
}

test('a wrong command is told, with exit code 2', async (t) => {
  const broker = newBroker()
  const file = (text: string) => {
    const path = join(mkdtempSync(join(tmpdir(), 'millrace-reset-')), 'client.json')
    writeFileSync(path, text)
    return path
  }
  const wrong: [readonly string[], RegExp][] = [
    [[], /There is one command, reset\./],
    [['rest'], /There is one command, reset\./],
    [['reset'], /--application-id is missing\./],
    [['reset', '--aplication-id', 'x'], /^millrace: Unknown option '--aplication-id'\.\n/],
    [[...reset, '--bootstrap-server', 'a:1,kafka'], /--bootstrap-server is HOST:PORT, more of them by commas, not 'kafka'\./],
    [[...reset, '--bootstrap-server', ''], /--bootstrap-server is HOST:PORT/],
    [[...reset, '--command-config', 'missing.json'], /missing\.json cannot be read/],
    [[...reset, '--command-config', file('{')], /cannot be read/],
    [[...reset, '--command-config', file('{"sasl.mechanism":"PLAIN"}')], /is a JSON object with ssl and sasl, not with sasl\.mechanism\./],
    [[...reset, '--command-config', file('[]')], /is a JSON object with ssl and sasl\./],
  ]
  for (const [args, message] of wrong) {
    const { code, err } = await millrace(broker, ...args)
    t.is(code, 2, args.join(' '))
    t.regex(err, message)
    t.regex(err, /\nTry millrace --help\.\n$/)
  }
  t.regex((await millrace(broker, '--help')).out, /^Usage: millrace reset/)
  const config = file('{"ssl":true,"sasl":{"mechanism":"plain","username":"u","password":"p"}}')
  const reached = await millrace(await hasRun(), ...reset, '--bootstrap-server', 'a:1, b:2', '--command-config', config)
  t.deepEqual(reached.brokers, ['a:1', 'b:2'])
  t.deepEqual(reached.security, { ssl: true, sasl: { mechanism: 'plain', username: 'u', password: 'p' } })
})
