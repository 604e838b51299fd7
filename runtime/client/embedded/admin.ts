import { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { Admin, CommittedOffset, IsolationLevel, NewTopic, TopicDescription } from '../client.js'
import type { EmbeddedBroker } from './broker.js'

export class EmbeddedAdmin implements Admin {
  readonly #broker: EmbeddedBroker
  readonly #checkOpen: () => void

  constructor(broker: EmbeddedBroker, checkOpen: () => void) {
    this.#broker = broker
    this.#checkOpen = checkOpen
  }

  async describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>> {
    this.#checkOpen()
    const topics = new Map<string, TopicDescription>()
    for (const name of names) {
      const topic = this.#broker.describeTopic(name)
      if (topic !== undefined) topics.set(name, topic)
    }
    return topics
  }

  async listTopics(): Promise<readonly string[]> {
    this.#checkOpen()
    return this.#broker.listTopics()
  }

  async createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    this.#checkOpen()
    return topics.filter((topic) => !this.#broker.createTopic(topic)).map(({ name }) => name)
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    this.#checkOpen()
    for (const name of names) this.#broker.deleteTopic(name)
  }

  async deleteRecords(offsets: readonly CommittedOffset[]): Promise<void> {
    this.#checkOpen()
    for (const { topic, partition, offset } of offsets) this.#broker.deleteRecords(topic, partition, offset)
  }

  async beginningOffsets(partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    this.#checkOpen()
    return partitions.map(({ topic, partition }) => ({ topic, partition, offset: this.#broker.beginningOffset(topic, partition) }))
  }

  async endOffsets(partitions: readonly TopicPartition[], isolation?: IsolationLevel): Promise<readonly CommittedOffset[]> {
    this.#checkOpen()
    return partitions.map(({ topic, partition }) => ({ topic, partition, offset: this.#broker.endOffset(topic, partition, isolation) }))
  }

  async committedOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    this.#checkOpen()
    return partitions.flatMap((partition) => this.#broker.committedOffset(groupId, partition) ?? [])
  }

  async setCommittedOffsets(groupId: string, offsets: readonly CommittedOffset[]): Promise<void> {
    this.#checkOpen()
    this.#checkNoMembers(groupId)
    this.#broker.commitOffsets(groupId, offsets)
  }

  async deleteGroup(groupId: string): Promise<void> {
    this.#checkOpen()
    this.#checkNoMembers(groupId)
    this.#broker.deleteGroup(groupId)
  }

  #checkNoMembers(groupId: string): void {
    if (this.#broker.group(groupId).isEmpty) return
    throw new StreamError('INVALID_STATE', `Group ${groupId} has members.`, { hint: 'Stop them first.' })
  }
}
