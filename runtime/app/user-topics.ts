import type { Admin } from '../client/client.js'
import { StreamError } from '../core/errors.js'
import type { TopicSpec } from '../topology/spec.js'

/** What the app asks of a topic that is not its own; `partitions` undefined: any number. */
export interface NeededTopic {
  readonly name: string
  readonly partitions: number | undefined
}

/** The topics of a manifest by their names on Kafka, and the dead-letter topic if there is one. */
export function neededTopics(topics: Readonly<Record<string, TopicSpec>>, deadLetterTopic: string | undefined): readonly NeededTopic[] {
  const needed = Object.values(topics).map(({ name, partitions }): NeededTopic => ({ name, partitions }))
  if (deadLetterTopic !== undefined && needed.every(({ name }) => name !== deadLetterTopic)) {
    needed.push({ name: deadLetterTopic, partitions: undefined })
  }
  return needed
}

/**
 * The partitions of each topic, made first if `create` is set and it is missing.
 * Throws TOPIC_MISSING, PARTITION_MISMATCH, each with all topics concerned.
 */
export async function prepareUserTopics(
  admin: Admin,
  needed: readonly NeededTopic[],
  create: boolean,
  replicationFactor?: number,
): Promise<ReadonlyMap<string, number>> {
  const names = needed.map(({ name }) => name)
  let found = await admin.describeTopics(names)
  const missing = needed.filter(({ name }) => !found.has(name))
  if (missing.length > 0 && !create) throw missingError(missing)
  if (missing.length > 0) {
    const options = replicationFactor === undefined ? {} : { replicationFactor }
    await admin.createTopics(missing.map(({ name, partitions }) => ({ name, partitions: partitions ?? 1, ...options })))
    found = await admin.describeTopics(names)
    const still = needed.filter(({ name }) => !found.has(name))
    if (still.length > 0) throw missingError(still)
  }
  const wrong = needed.filter(({ name, partitions }) => partitions !== undefined && found.get(name)?.partitions !== partitions)
  if (wrong.length > 0) {
    const lines = wrong.map(
      ({ name, partitions }) => `${name} has ${found.get(name)?.partitions} partitions, the manifest says ${partitions}.`,
    )
    throw new StreamError('PARTITION_MISMATCH', lines.join('\n'), { hint: 'Correct partitions: in the manifest, or make the topic anew.' })
  }
  return new Map([...found].map(([name, { partitions }]) => [name, partitions]))
}

function missingError(missing: readonly NeededTopic[]): StreamError {
  const lines = missing.map(({ name, partitions }) => `${name} (${partitions === undefined ? 'any number of' : partitions} partitions)`)
  return new StreamError('TOPIC_MISSING', `${missing.length === 1 ? 'A topic does' : 'Topics do'} not exist: ${lines.join(', ')}.`, {
    ...(missing.length === 1 ? { topic: missing[0]!.name } : {}),
    hint: 'Create them (kafka-topics.sh --create --topic … --partitions …), or set createTopics: true to have them made.',
  })
}
