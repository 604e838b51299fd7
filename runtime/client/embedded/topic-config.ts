import { StreamError } from '../../core/errors.js'

/** The topic configurations that the embedded broker knows (names and meaning are Kafka's), with its defaults. */
const defaults = {
  'cleanup.policy': 'delete',
  'delete.retention.ms': '86400000',
  'max.message.bytes': '1048588',
  'message.timestamp.type': 'CreateTime',
  'min.cleanable.dirty.ratio': '0.5',
  'min.compaction.lag.ms': '0',
  'retention.bytes': '-1',
  // Kafka keeps a week. Records of a test or a replay are often older, so nothing goes unless it is asked for.
  'retention.ms': '-1',
  // A little less than 16 MiB, which is what the memory of a segment that is filled to here grows to.
  'segment.bytes': '16000000',
}

/** A topic's configuration, read; `all` is what a description shows. */
export interface TopicConfig {
  readonly all: Readonly<Record<string, string>>
  readonly compact: boolean
  readonly delete: boolean
  /** Of tombstones, from when compaction has met them first. */
  readonly deleteRetentionMs: number
  readonly maxRecordBytes: number
  readonly logAppendTime: boolean
  readonly minDirtyRatio: number
  readonly minCompactionLagMs: number
  /** Infinity: without end. */
  readonly retentionBytes: number
  /** Infinity: without end. */
  readonly retentionMs: number
  readonly segmentBytes: number
}

/** Throws TOPIC_INVALID for a value that Kafka would refuse; names it does not know are kept and do nothing. */
export function topicConfig(topic: string, given: Readonly<Record<string, string>> = {}): TopicConfig {
  const all = { ...defaults, ...given }
  const refuse = (name: string, value: string): never => {
    throw new StreamError('TOPIC_INVALID', `Topic ${topic}: '${value}' is no value of ${name}.`, { topic })
  }
  const number = (name: keyof typeof defaults, least: number): number => {
    const value = Number(all[name])
    if (all[name].trim() === '' || !(value >= least)) refuse(name, all[name])
    return value
  }
  const bound = (name: keyof typeof defaults): number => {
    const value = number(name, -1)
    return value === -1 ? Number.POSITIVE_INFINITY : value
  }
  const policies = all['cleanup.policy'].split(',').map((policy) => policy.trim())
  if (policies.some((policy) => policy !== 'compact' && policy !== 'delete')) refuse('cleanup.policy', all['cleanup.policy'])
  const timestampType = all['message.timestamp.type']
  if (timestampType !== 'CreateTime' && timestampType !== 'LogAppendTime') refuse('message.timestamp.type', timestampType)
  return {
    all,
    compact: policies.includes('compact'),
    delete: policies.includes('delete'),
    deleteRetentionMs: number('delete.retention.ms', 0),
    maxRecordBytes: number('max.message.bytes', 0),
    logAppendTime: timestampType === 'LogAppendTime',
    minDirtyRatio: number('min.cleanable.dirty.ratio', 0),
    minCompactionLagMs: number('min.compaction.lag.ms', 0),
    retentionBytes: bound('retention.bytes'),
    retentionMs: bound('retention.ms'),
    segmentBytes: number('segment.bytes', 14),
  }
}

/** Throws TOPIC_INVALID for a name that Kafka would refuse. */
export function checkTopicName(name: string): void {
  if (/^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..') return
  throw new StreamError('TOPIC_INVALID', `'${name}' is no name for a topic.`, {
    topic: name,
    hint: 'Up to 249 letters, digits, dots, underscores and dashes.',
  })
}
