import type { Admin } from '../client/client.js'
import { StreamError } from '../core/errors.js'

/** Partitions of the topics that records go to: those known at start, by their names on Kafka, and those that records were routed to since. */
export class OutputTopics {
  readonly #admin: Admin
  readonly #partitions: Map<string, number>

  constructor(admin: Admin, partitions: ReadonlyMap<string, number>) {
    this.#admin = admin
    this.#partitions = new Map(partitions)
  }

  /** Undefined if nobody has asked yet. */
  known(topic: string): number | undefined {
    return this.#partitions.get(topic)
  }

  /** Throws TOPIC_MISSING. */
  async find(topic: string): Promise<number> {
    const known = this.#partitions.get(topic)
    if (known !== undefined) return known
    const found = (await this.#admin.describeTopics([topic])).get(topic)
    if (found === undefined) {
      throw new StreamError('TOPIC_MISSING', `A record was routed to the topic ${topic}, which does not exist.`, {
        topic,
        hint: 'Create it, or route to another.',
      })
    }
    this.#partitions.set(topic, found.partitions)
    return found.partitions
  }
}
