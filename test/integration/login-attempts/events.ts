import type { Client } from 'millrace'
import { avroSerde } from 'millrace/codegen'
import { type LoginEvent, loginEventCodec } from '../../../examples/login-attempts/generated/types/seed/login-event.js'
import type { Random } from '../../helpers/random.js'
import { partitions } from './topics.js'

export const eventCount = 200_000
const userCount = 40_000
export const loginSerde = avroSerde(loginEventCodec)

/** The events of a test. Event n is in partition n % 2, and `at`, so that it is known wherever it turns up. */
export function loginEvents(random: Random): readonly LoginEvent[] {
  return Array.from({ length: eventCount }, (_, n) => ({
    user: `user${random.int(1, userCount)}`,
    ip: random.chance(0.5) ? '10.1.2.3' : '192.0.2.1',
    userAgent: null,
    success: false,
    at: n,
  }))
}

/** The partition and the offset of an event in the topic that `send` filled. */
export function placeOf({ at }: LoginEvent): { readonly partition: number; readonly offset: number } {
  return { partition: at % partitions, offset: Math.floor(at / partitions) }
}

/** How many suspicious attempts each user has. */
export function countsOf(events: readonly LoginEvent[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { user, ip } of events) if (ip.startsWith('10.')) counts.set(user, (counts.get(user) ?? 0) + 1)
  return counts
}

export async function send(client: Client, topic: string, events: readonly LoginEvent[]): Promise<void> {
  const producer = client.createProducer()
  // The broker deletes what is older than a week.
  const timestamp = Date.now()
  for (let from = 0; from < events.length; from += 20_000) {
    for (const event of events.slice(from, from + 20_000)) {
      const { partition } = placeOf(event)
      producer.send({ topic, partition, key: null, value: loginSerde.serialize(event), timestamp, headers: [] })
    }
    await producer.flush()
  }
  await producer.close()
}
