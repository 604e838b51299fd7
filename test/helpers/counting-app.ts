/** The smallest stateful job, made by hand as generated code makes it: events by user → counts per user → a topic. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AppConfig, type QueryableKeyValueStore, StreamApp } from 'millrace'
import { GroupByLogic, type PeekLogic, type StreamRecord, type TopologySpec } from 'millrace/codegen'
import { EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import type { IsolationLevel } from '#runtime/client/client.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'

export interface CountingStores {
  readonly counts: QueryableKeyValueStore<string, number>
}

/** The value is the user: `alice`, or `alice:…`. */
export class ByUser extends GroupByLogic<string | null, string, string> {
  protected override groupKey({ value }: StreamRecord<string | null, string>): string {
    return value.split(':')[0]!
  }
}

const strings = { key: stringSerde, value: stringSerde }

export function countingSpec(logic: typeof ByUser = ByUser, partitions = 4): TopologySpec {
  const longs = { key: stringSerde, value: longSerde }
  return {
    codegen: 1,
    application: 'counting',
    topics: {
      events: { name: 'events', ...strings, nullableKey: true, nullableValue: false, partitions },
      counts: { name: 'counts', ...longs, nullableKey: false, nullableValue: false, partitions },
    },
    stores: { counts: { name: 'counts', kind: 'keyValue', ...longs, queryable: true, property: 'counts' } },
    steps: [
      { operator: 'stream', name: 'read', topics: ['events'], ...strings, nullableKey: true },
      { operator: 'groupBy', name: 'by-user', input: 'read', logic: logic as never, ...strings },
      { operator: 'count', name: 'per-user', input: 'by-user', store: 'counts', ...longs },
      { operator: 'sink', name: 'out', input: 'per-user', topic: 'counts' },
    ],
  }
}

/** Counts by the key that the events have: no repartition topic, so state and input positions are of one task. */
export function countingByKeySpec(partitions = 4, peek?: new () => PeekLogic<string | null, string>): TopologySpec {
  const spec = countingSpec(ByUser, partitions)
  const steps = spec.steps.map((step) =>
    step.operator === 'groupBy'
      ? ({ operator: 'groupByKey', name: 'by-user', input: peek === undefined ? 'read' : 'peek', ...strings } as const)
      : step,
  )
  const peeking = peek === undefined ? [] : [{ operator: 'peek', name: 'peek', input: 'read', logic: peek as never, ...strings } as const]
  return { ...spec, steps: [...steps, ...peeking] }
}

export class CountingApp extends StreamApp<CountingStores> {
  constructor(config: Partial<AppConfig>, spec: TopologySpec = countingSpec()) {
    super(spec, { stateDir: newFolder(), handleSignals: false, logger: quiet, ...config })
  }
}

const quiet = process.env.LOG === undefined ? { debug() {}, info() {}, warn() {}, error() {} } : console

export function newFolder(): string {
  return join(mkdtempSync(join(tmpdir(), 'millrace-app-')), 'state')
}

export function newBroker(partitions = 4): EmbeddedBroker {
  const broker = new EmbeddedBroker()
  for (const name of ['events', 'counts']) broker.createTopic({ name, partitions })
  return broker
}

const utf8 = new TextEncoder()
let round = 0

/** Appends events of these users, over the partitions in turn. */
export function send(broker: EmbeddedBroker, users: readonly string[], timestamp = 1_000): void {
  for (const user of users) {
    round += 1
    const { partitions } = broker.describeTopic('events')!
    broker.append('events', round % partitions, { key: null, value: utf8.encode(user), timestamp, headers: [] })
  }
}

/** All records of the counts topic, or those that are committed: user and count, by partition. */
export function received(
  broker: EmbeddedBroker,
  isolation: IsolationLevel = 'readUncommitted',
): readonly { readonly user: string; readonly count: number }[] {
  const { partitions } = broker.describeTopic('counts')!
  return Array.from({ length: partitions }, (_, partition) =>
    broker
      .read('counts', partition, 0, { maxBytes: Number.MAX_SAFE_INTEGER, isolation })
      .records.map(({ key, value }) => ({ user: stringSerde.deserialize(key!), count: longSerde.deserialize(value!) })),
  ).flat()
}

/** Waits until the stores of the apps together have counted so many events. */
export async function counted(apps: readonly CountingApp[], total: number): Promise<void> {
  for (;;) {
    const sums = await Promise.all(apps.map(async (app) => (await countsOf(app)).reduce((sum, { value }) => sum + value, 0)))
    if (sums.reduce((a, b) => a + b, 0) >= total) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The rows of the store; none while the group rebalances. */
export async function countsOf(app: CountingApp) {
  try {
    return await app.stores.counts.all().toArray()
  } catch (error) {
    if ((error as { code?: string }).code !== 'STORE_UNAVAILABLE') throw error
    return []
  }
}

export { embeddedClient }
