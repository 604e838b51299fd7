/** Goal: the group takes over from a member that dies without a word. Method: a member in a process of its own, killed with SIGKILL. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import anyTest from 'ava'
import { kafkajsClient } from '#runtime/kafkajs.js'
import { missingForSharedKafka, sharedKafka } from '../../helpers/kafka/shared.js'
import { requires } from '../../helpers/requires.js'
import { Member, record } from './member.js'

const test = requires(anyTest, missingForSharedKafka)

test('when a member is killed, the other gets its partitions and reads on where was committed', async (t) => {
  const brokers = await sharedKafka()
  const client = kafkajsClient({ brokers })
  t.teardown(() => client.close())
  const topic = `members-${Date.now()}`
  await client.admin().createTopics([{ name: topic, partitions: 4 }])
  const producer = client.createProducer()
  const send = async (round: string) => {
    for (let partition = 0; partition < 4; partition += 1) producer.send(record({ topic, partition }, `${round}-${partition}`))
    await producer.flush()
  }
  const all = (...rounds: string[]) => rounds.flatMap((round) => [0, 1, 2, 3].map((partition) => `${round}-${partition}`)).sort()

  await send('a')
  const survivor = new Member(client, topic, { groupId: topic, sessionTimeoutMs: 6_000 })
  await survivor.start()
  await survivor.pollUntil(() => survivor.values.length === 4)

  const child = spawn(process.execPath, [join(import.meta.dirname, 'member-process.js'), brokers.join(','), topic, topic], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const joined = once(createInterface({ input: child.stdout }), 'line')
  await survivor.pollUntil(() => survivor.assigned.length === 2)
  t.deepEqual((await joined)[0], 'assigned 2')
  t.deepEqual(survivor.events, ['assigned', 'revoked', 'assigned'])

  child.kill('SIGKILL')
  await once(child, 'exit')
  await send('b')
  await survivor.pollUntil(() => survivor.assigned.length === 4 && survivor.values.length >= 8)
  t.deepEqual(survivor.values.toSorted(), all('a', 'b'))
  t.deepEqual(survivor.events.slice(3), ['revoked', 'assigned'])
})
