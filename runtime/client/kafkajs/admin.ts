import { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { Admin, CommittedOffset, IsolationLevel, NewTopic, TopicDescription } from '../client.js'
import { byTopic } from './by-topic.js'
import { isTransient, toFailure, typeOf } from './failures.js'
import type { Network } from './network.js'
import { byLeader, commitOffsets, committedOffsets, learnAll, listOffsets } from './offsets.js'
import { ProtocolError } from './wire/errors.js'

/** How long a broker may take to make or delete a topic, milliseconds. */
const timeout = 30_000
const unknownTopic = 3
const topicResource = 2

const refusedTopics: ReadonlySet<string> = new Set([
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_REQUEST',
  'POLICY_VIOLATION',
])

export class KafkajsAdmin implements Admin {
  readonly #network: Network

  constructor(network: Network) {
    this.#network = network
  }

  async describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>> {
    if (names.length === 0) return new Map()
    return this.#network.retry(`describe topics ${names.join(', ')}`, async () => {
      const { topics } = await this.#network.metadata(names)
      const existing = topics.filter(({ error }) => error !== unknownTopic)
      for (const { error } of existing) if (error !== 0) throw new ProtocolError(error)
      const configs = await this.#configs(existing.map(({ name }) => name))
      return new Map(existing.map(({ name, leaders }) => [name, { name, partitions: leaders.length, config: configs.get(name) ?? {} }]))
    })
  }

  async #configs(names: readonly string[]): Promise<ReadonlyMap<string, Record<string, string>>> {
    if (names.length === 0) return new Map()
    const node = await this.#network.any()
    const { resources } = await node.use((broker) =>
      broker.describeConfigs({ resources: names.map((name) => ({ type: topicResource, name })) }),
    )
    return new Map(
      resources.map(({ resourceName, configEntries }) => {
        const known = configEntries.filter(({ configValue }) => configValue !== null)
        return [resourceName, Object.fromEntries(known.map(({ configName, configValue }) => [configName, configValue!]))]
      }),
    )
  }

  async listTopics(): Promise<readonly string[]> {
    const { topics } = await this.#network.retry('list topics', () => this.#network.metadata(null))
    return topics.filter(({ error }) => error !== unknownTopic).map(({ name }) => name)
  }

  async createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    const made = await Promise.all(topics.map((topic) => this.#createTopic(topic)))
    return topics.filter((_, index) => !made[index]).map(({ name }) => name)
  }

  /** False if there is one of that name already. Resolves when its partitions can be written. */
  async #createTopic({ name, partitions, replicationFactor, config }: NewTopic): Promise<boolean> {
    const configEntries = Object.entries(config ?? {}).map(([key, value]) => ({ name: key, value }))
    const topic = { topic: name, numPartitions: partitions, replicationFactor: replicationFactor ?? -1, configEntries }
    const doing = `create topic ${name}`
    const made = await this.#network.retry(doing, async () => {
      try {
        const node = await this.#network.controller()
        await node.use((broker) => broker.createTopics({ topics: [topic], timeout }))
        return true
      } catch (error) {
        if (typeOf(error) === 'TOPIC_ALREADY_EXISTS') return false
        if (refusedTopics.has(typeOf(error) ?? '')) {
          throw new StreamError('TOPIC_INVALID', `could not ${doing}: ${toFailure(error, doing).message}`, { cause: error, topic: name })
        }
        throw error
      }
    })
    const all = Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition }))
    if (made) await this.#network.retry(doing, () => learnAll(this.#network, all))
    return made
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    await this.#network.retry(`delete topics ${names.join(', ')}`, async () => {
      const node = await this.#network.controller()
      await node.use((broker) => broker.deleteTopics({ topics: [...names], timeout }))
    })
    for (const name of names) this.#network.forgetLeaders(name)
  }

  async deleteRecords(offsets: readonly CommittedOffset[]): Promise<void> {
    if (offsets.length === 0) return
    await this.#network.retry(`delete records of ${[...byTopic(offsets).keys()].join(', ')}`, async () => {
      await learnAll(this.#network, offsets)
      const requests = [...byLeader(this.#network, offsets)].flatMap(([address, mine]) =>
        [...byTopic(mine)].map(async ([topic, rows]) => {
          const partitions = rows.map(({ partition, offset }) => ({ partition, offset: `${offset}` }))
          const node = await this.#network.at(address)
          await node.use((broker) => broker.deleteRecords({ topics: [{ topic, partitions }] }))
        }),
      )
      await Promise.all(requests)
    })
  }

  async beginningOffsets(partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    return inOrder(partitions, await listOffsets(this.#network, partitions, 'earliest'))
  }

  async endOffsets(partitions: readonly TopicPartition[], isolation?: IsolationLevel): Promise<readonly CommittedOffset[]> {
    return inOrder(partitions, await listOffsets(this.#network, partitions, 'latest', isolation))
  }

  async committedOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    return inOrder(partitions, await committedOffsets(this.#network, groupId, partitions))
  }

  async setCommittedOffsets(groupId: string, offsets: readonly CommittedOffset[]): Promise<void> {
    if (offsets.length === 0) return
    try {
      await commitOffsets(this.#network, { groupId, generationId: -1, memberId: '' }, offsets)
    } catch (error) {
      if (error instanceof StreamError && error.code === 'TASK_MIGRATED') throw hasMembers(groupId, error)
      throw error
    }
  }

  async deleteGroup(groupId: string): Promise<void> {
    await this.#network.retry(`delete group ${groupId}`, async () => {
      const node = await this.#network.coordinator('group', groupId)
      const { results } = await node.use((broker) => broker.deleteGroups([groupId]))
      const error = results[0]?.error
      const type = typeOf(error)
      if (type === 'NON_EMPTY_GROUP') throw hasMembers(groupId, error)
      if (error !== undefined && (isTransient(error) || type !== 'GROUP_ID_NOT_FOUND')) throw error
    })
  }
}

/** The answers in the order of the question; what has none is left out. */
function inOrder<P extends TopicPartition>(partitions: readonly TopicPartition[], answers: readonly P[]): P[] {
  const byName = new Map(answers.map((answer) => [`${answer.topic} ${answer.partition}`, answer]))
  return partitions.flatMap(({ topic, partition }) => byName.get(`${topic} ${partition}`) ?? [])
}

function hasMembers(groupId: string, cause: unknown): StreamError {
  return new StreamError('INVALID_STATE', `group ${groupId} has members`, { cause, hint: 'Stop them first.' })
}
