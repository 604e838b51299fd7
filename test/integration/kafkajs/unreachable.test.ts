/** Goal: who cannot get through is told why. Method: addresses where nobody answers, where something else does, and a real broker with TLS and SASL. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest from 'ava'
import { kafkajsClient } from '#runtime/kafkajs.js'
import { missingForKafka, startKafka } from '../../helpers/kafka/kafka.js'
import { requires } from '../../helpers/requires.js'
import { inTurn, record } from './member.js'

const test = requires(anyTest, missingForKafka())
const listener = { onAssigned: async () => {}, onRevoked: async () => {}, onLost: async () => {} }

/** Ports where nobody listens. */
async function deadAddresses(count: number): Promise<string[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const addresses = servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return addresses
}

anyTest('where no broker answers, everything says which addresses were tried and for how long', async (t) => {
  const brokers = await deadAddresses(2)
  const client = kafkajsClient({ brokers, startTimeoutMs: 300 })
  t.teardown(() => client.close())
  const at = { topic: 'topic', partition: 0 }
  const producer = client.createProducer()
  producer.send(record(at, 'value'))
  const transactional = client.createProducer({ transactionalId: 'tx' })
  const consumer = client.createGroupConsumer({
    groupId: 'group',
    clientId: 'c',
    topics: ['topic'],
    assignor: inTurn,
    isolation: 'readUncommitted',
    offsetReset: () => 'earliest',
  })
  const attempts = {
    admin: client.admin().listTopics(),
    producer: producer.flush(),
    transactional: transactional.initTransactions(),
    consumer: consumer.start(listener),
    reader: client.createReader().assign(new Map([[at, 0]])),
  }
  for (const [what, attempt] of Object.entries(attempts)) {
    const error = await t.throwsAsync(attempt, undefined, what)
    t.like(error, { code: 'BROKER_UNREACHABLE' }, what)
    for (const broker of brokers) t.true(error.message.includes(broker), `${what}: ${error.message}`)
    t.regex(error.message, /for \d+ ms/, what)
  }
})

anyTest('something that is no broker is unreachable too', async (t) => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = kafkajsClient({ brokers: [address], startTimeoutMs: 300, requestTimeoutMs: 300 })
  t.teardown(() => client.close())
  t.like(await t.throwsAsync(client.admin().listTopics()), { code: 'BROKER_UNREACHABLE' })
})

test('TLS and credentials are passed through, and wrong ones are told from a broker that is away', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [store, certificate] = [join(folder, 'broker.p12'), join(folder, 'broker.pem')]
  const entry = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', 'changeit', '-alias', 'broker']
  const who = ['-dname', 'CN=localhost', '-ext', 'SAN=IP:127.0.0.1,DNS:localhost', '-validity', '2']
  execFileSync('keytool', ['-genkeypair', ...entry, ...who, '-keyalg', 'EC'], { stdio: 'ignore' })
  execFileSync('keytool', ['-exportcert', '-rfc', ...entry, '-file', certificate], { stdio: 'ignore' })
  const users = 'username="broker" password="b" user_broker="b" user_alice="secret"'
  const kafka = await startKafka({
    listener: 'SASL_SSL',
    properties: {
      'ssl.keystore.location': store,
      'ssl.keystore.password': 'changeit',
      'ssl.keystore.type': 'PKCS12',
      'ssl.truststore.location': store,
      'ssl.truststore.password': 'changeit',
      'ssl.truststore.type': 'PKCS12',
      'sasl.enabled.mechanisms': 'PLAIN',
      'sasl.mechanism.inter.broker.protocol': 'PLAIN',
      'listener.name.client.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${users};`,
    },
  })
  t.teardown(() => kafka.stop())
  const ssl = { ca: [readFileSync(certificate, 'utf8')] }
  const connect = (settings: object) => {
    const client = kafkajsClient({ brokers: kafka.brokers, startTimeoutMs: 1_500, ...settings })
    t.teardown(() => client.close())
    return client
  }
  const sasl = (password: string) => ({ mechanism: 'plain', username: 'alice', password })

  const client = connect({ ssl, sasl: sasl('secret') })
  const at = { topic: 'topic', partition: 0 }
  await client.admin().createTopics([{ name: 'topic', partitions: 1 }])
  const producer = client.createProducer()
  producer.send(record(at, 'hello'))
  t.deepEqual((await producer.flush()).failed, [])
  const reader = client.createReader()
  await reader.assign(new Map([[at, 0]]))
  t.is(Buffer.from((await reader.poll(5_000))[0]!.records[0]!.value!).toString(), 'hello')

  const wrongPassword = await t.throwsAsync(
    connect({ ssl, sasl: sasl('guess') })
      .admin()
      .listTopics(),
  )
  t.like(wrongPassword, { code: 'NOT_AUTHORIZED' })
  const untrusted = await t.throwsAsync(
    connect({ ssl: true, sasl: sasl('secret') })
      .admin()
      .listTopics(),
  )
  t.like(untrusted, { code: 'BROKER_UNREACHABLE' })
  t.regex(`${(untrusted.cause as Error).message}`, /certificate/)
  const plain = await t.throwsAsync(
    connect({ sasl: sasl('secret'), requestTimeoutMs: 500 })
      .admin()
      .listTopics(),
  )
  t.like(plain, { code: 'BROKER_UNREACHABLE' })
})
