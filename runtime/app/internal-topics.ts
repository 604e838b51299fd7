import type { Admin, NewTopic, TopicDescription } from '../client/client.js'
import { StreamError } from '../core/errors.js'
import type { StoreSpec } from '../stores/store-spec.js'
import { needsSchemas, schemasTopic } from '../topology/schemas.js'
import type { Topology } from '../topology/topology.js'
import { taskCount } from './partition-counts.js'

const dayMs = 86_400_000

/** A topic that the application makes for itself, with the settings that its records' safety needs. */
export interface InternalTopic {
  readonly name: string
  readonly partitions: number
  readonly purpose: 'repartition' | 'changelog' | 'schemas'
  readonly config: Readonly<Record<string, string>>
}

/** The internal topics of a topology, `counts` being the partitions of its topics. */
export function internalTopics(topology: Topology, counts: ReadonlyMap<string, number>): readonly InternalTopic[] {
  const repartition = topology.repartitionTopics.map(({ name }): InternalTopic => {
    return { name: `${topology.application}-${name}`, partitions: counts.get(name) ?? 1, purpose: 'repartition', config: repartitionConfig }
  })
  const changelogs = topology.subTopologies.flatMap((subTopology) =>
    subTopology.stores
      .filter(({ spec, global }) => !global && spec.logging !== false && spec.changelogTopic === undefined)
      .map(({ spec }): InternalTopic => {
        const name = `${topology.application}-${spec.name}-changelog`
        return { name, partitions: taskCount(subTopology, counts), purpose: 'changelog', config: changelogConfig(spec) }
      }),
  )
  const name = schemasTopic(topology.application)
  const schemas = needsSchemas(topology) ? [{ name, partitions: 1, purpose: 'schemas', config: schemasConfig } as const] : []
  return [...repartition, ...changelogs, ...schemas]
}

const schemasConfig = { 'cleanup.policy': 'compact' }

/** Nothing expires: records are purged once they are processed and committed. */
const repartitionConfig = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'segment.bytes': String(50 * 1024 * 1024),
  'message.timestamp.type': 'CreateTime',
}

/** As Kafka Streams: windows outlive their retention by a day (`windowstore.changelog.additional.retention.ms`). */
function changelogConfig(store: StoreSpec): Record<string, string> {
  const base = { 'message.timestamp.type': 'CreateTime' }
  switch (store.kind) {
    case 'keyValue':
    case 'timestampedKeyValue':
      return { ...base, 'cleanup.policy': 'compact' }
    case 'window':
    case 'timestampedWindow':
    case 'session':
      return { ...base, 'cleanup.policy': 'compact,delete', 'retention.ms': String(store.retentionMs + dayMs) }
    case 'versioned':
      return { ...base, 'cleanup.policy': 'compact', 'min.compaction.lag.ms': String(store.historyRetentionMs + dayMs) }
  }
}

/**
 * Makes the topics that are missing and checks those that exist. Several instances may do so at once.
 * Throws PARTITION_MISMATCH, INTERNAL_TOPIC, each with all topics concerned.
 */
export async function prepareInternalTopics(admin: Admin, topics: readonly InternalTopic[], replicationFactor?: number): Promise<void> {
  if (topics.length === 0) return
  const names = topics.map(({ name }) => name)
  const before = await admin.describeTopics(names)
  const missing = topics.filter(({ name }) => !before.has(name))
  if (missing.length > 0) {
    await admin.createTopics(
      missing.map(
        ({ name, partitions, config }): NewTopic => ({
          name,
          partitions,
          config,
          ...(replicationFactor === undefined ? {} : { replicationFactor }),
        }),
      ),
    )
  }
  // Those made just now are described again: another instance, of another version, may have been first.
  const after = missing.length === 0 ? before : await admin.describeTopics(names)
  checkInternalTopics(topics, after)
}

function checkInternalTopics(topics: readonly InternalTopic[], found: ReadonlyMap<string, TopicDescription>): void {
  const existing = topics.flatMap((topic) => {
    const description = found.get(topic.name)
    return description === undefined ? [] : [{ topic, description }]
  })
  const counts = existing
    .filter(({ topic, description }) => description.partitions !== topic.partitions)
    .map(({ topic, description }) => `${topic.name} has ${description.partitions} partitions, the topology needs ${topic.partitions}.`)
  if (counts.length > 0) {
    throw new StreamError('PARTITION_MISMATCH', counts.join('\n'), {
      hint: 'Its keys lie in other partitions than they would now: delete the internal topics and the state directory (a reset), name a new application, or bring back the partitions of the inputs.',
    })
  }
  const settings = existing.flatMap(({ topic, description }) => problemsOf(topic, description.config))
  if (settings.length > 0) {
    throw new StreamError('INTERNAL_TOPIC', settings.join('\n'), { hint: 'Set it with kafka-configs.sh --alter, and start again.' })
  }
}

/** What would lose records or state; a broker's defaults stand for what it does not tell. */
function problemsOf(topic: InternalTopic, found: Readonly<Record<string, string>>): readonly string[] {
  const policies = (config: Readonly<Record<string, string>>) =>
    (config['cleanup.policy'] ?? 'delete').split(',').map((policy) => policy.trim())
  const wanted = policies(topic.config)
  const actual = policies(found)
  const problems: string[] = []
  const expect = (setting: string, value: string | undefined, expected: string) =>
    problems.push(`${topic.name}: ${setting} is ${value ?? 'not set'}, expected ${expected}.`)

  // A windowed changelog that is only compacted keeps too much, which is no loss.
  const lossy = topic.purpose === 'repartition' ? actual.includes('compact') : actual.includes('delete') && !wanted.includes('delete')
  if (lossy) expect('cleanup.policy', found['cleanup.policy'], wanted.join(','))

  const retention = Number(found['retention.ms'] ?? 7 * dayMs)
  const needed = Number(topic.config['retention.ms'] ?? 0)
  const tooShort = needed === -1 ? retention !== -1 : retention !== -1 && retention < needed
  if (actual.includes('delete') && wanted.includes('delete') && tooShort) {
    expect('retention.ms', found['retention.ms'], needed === -1 ? '-1' : `at least ${needed}`)
  }
  const lag = Number(topic.config['min.compaction.lag.ms'] ?? 0)
  if (Number(found['min.compaction.lag.ms'] ?? 0) < lag) expect('min.compaction.lag.ms', found['min.compaction.lag.ms'], `at least ${lag}`)
  return problems
}
