import type { Admin, CommittedOffset } from '../client/client.js'
import { StreamError } from '../core/errors.js'

export interface ResetOptions {
  /** The consumer group, and the prefix of internal topics. */
  readonly application: string
  readonly inputTopics: readonly string[]
  /** Of the internal topics there are, those to delete. Default: all. */
  readonly internalTopics?: readonly string[]
  /** Where the inputs are read from next. */
  readonly to: 'earliest' | 'latest'
}

/** What a reset is going to do. */
export interface ResetPlan {
  readonly application: string
  /** Of the inputs, for the group. */
  readonly offsets: readonly CommittedOffset[]
  /** Internal topics. */
  readonly deleted: readonly string[]
  /** Internal topics that begin like this application's and are another's. */
  readonly spared: readonly string[]
}

/**
 * Looks what there is to reset, by the rules of Kafka Streams' `StreamsResetter`. Throws TOPIC_MISSING for inputs, and INVALID_ARGUMENT for internal
 * topics, that are not there, and for an application that has never committed in these inputs.
 */
export async function planReset(admin: Admin, { application, inputTopics, internalTopics, to }: ResetOptions): Promise<ResetPlan> {
  const inputs = await inputPartitions(admin, inputTopics)
  const offsets = to === 'earliest' ? await admin.beginningOffsets(inputs) : await admin.endOffsets(inputs)
  const topics = await admin.listTopics()
  const others = otherApplications(application, topics)
  const ofOthers = (topic: string) => others.some((other) => topic.startsWith(`${other}-`))
  const internal = topics.filter((topic) => isInternal(application, topic) && !inputTopics.includes(topic)).sort()
  const own = internal.filter((topic) => !ofOthers(topic))
  const deleted = internalTopics ?? own
  const unknown = deleted.filter((topic) => !internal.includes(topic))
  if (unknown.length > 0) {
    throw new StreamError('INVALID_ARGUMENT', `These are no internal topics of ${application}: ${unknown.join(', ')}.`, {
      hint: internal.length > 0 ? `There are ${internal.join(', ')}.` : 'There are none.',
    })
  }
  const isKnown = own.length > 0 || topics.includes(`${application}${schemasSuffix}`)
  if (!isKnown && inputs.length > 0 && (await admin.committedOffsets(application, inputs)).length === 0) {
    throw new StreamError(
      'INVALID_ARGUMENT',
      `The cluster has neither offsets of ${application} in its inputs nor internal topics of it.`,
      {
        hint: 'Is that the name of the application, and are these its inputs?',
      },
    )
  }
  return { application, offsets, deleted, spared: internal.filter((topic) => !deleted.includes(topic)) }
}

/** Does it. Throws INVALID_STATE before anything is changed if an instance runs. */
export async function reset(admin: Admin, { application, offsets, deleted }: ResetPlan): Promise<void> {
  await admin.deleteGroup(application)
  await admin.setCommittedOffsets(application, offsets)
  await admin.deleteTopics(deleted)
}

async function inputPartitions(admin: Admin, topics: readonly string[]) {
  const described = await admin.describeTopics(topics)
  const missing = topics.filter((topic) => !described.has(topic))
  if (missing.length > 0) throw new StreamError('TOPIC_MISSING', `There are no topics ${missing.join(', ')}.`)
  return [...described.values()].flatMap(({ name: topic, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  )
}

const internalSuffix = /-(?:changelog|repartition|subscription-registration-topic|subscription-response-topic)$/

function isInternal(application: string, topic: string): boolean {
  return topic.startsWith(`${application}-`) && internalSuffix.test(topic)
}

const schemasSuffix = '-state-schemas'

/** Whose names begin with this one's, by their topics of schemas: `orders-eu` beside `orders`. */
function otherApplications(application: string, topics: readonly string[]): readonly string[] {
  return topics
    .filter((topic) => topic.startsWith(`${application}-`) && topic.endsWith(schemasSuffix) && topic !== `${application}${schemasSuffix}`)
    .map((topic) => topic.slice(0, -schemasSuffix.length))
}
