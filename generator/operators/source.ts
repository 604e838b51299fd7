import { code, runtimeType, runtimeValue, text } from '../model/code.js'
import type { LogicModel, PartitionSource, TopicModel } from '../model/topology.js'
import { hasAvro, sameType } from '../model/types.js'
import { inAlias, named, typescript } from './aliases.js'
import { recordMethod } from './methods.js'
import type { MethodSyntax, StepScope } from './operator.js'
import { choiceOption, minor } from './options.js'

/** What the operators that read topics share. */
export const sourceOptions = {
  offsetReset: minor(choiceOption('Where to start without a committed offset; default: the app’s own.', ['earliest', 'latest', 'none'])),
  onDeserializationError: minor(
    choiceOption('What to do with a record that cannot be read; default: the app’s own.', ['fail', 'continue', 'deadLetter']),
  ),
}

export const timestampMethod: MethodSyntax = {
  method: 'timestamp',
  doc: 'The time of a record, in place of the one that Kafka has; negative drops it.',
  scope: ['partitionTime', 'metadata'],
  result: 'milliseconds since the epoch',
  optional: true,
}

export function timestampLogic(step: StepScope): LogicModel | undefined {
  const [topic] = step.topics
  if (topic === undefined) return undefined
  const types = [typescript(step, topic.key), typescript(step, topic.value)] as const
  return step.logic({
    role: 'timestamp',
    base: code`${runtimeValue('TimestampExtractorLogic')}<${types[0]}, ${types[1]}>`,
    aliases: inAlias(step, topic.key, topic.value, `topic ${named(step.topics)}`),
    methods: [
      recordMethod(
        'timestamp',
        'timestamp',
        'Milliseconds since the epoch; negative drops the record. `partitionTime` is the highest of the partition so far, -1 at first.',
        text('number'),
        [
          { name: 'partitionTime', type: text('number') },
          { name: 'metadata', type: runtimeType('RecordMetadata') },
        ],
        { optional: true },
      ),
    ],
  })
}

/** Topics read by one step have the same types and encodings. */
export function sameTopics(step: StepScope): boolean {
  const [first, ...others] = step.topics
  for (const other of others) {
    if (first === undefined) continue
    const differs = difference(step, first, other)
    if (differs === undefined) continue
    step.error(
      'type-mismatch',
      other.place,
      `Step \`${step.name}\` reads topics \`${first.name}\` and \`${other.name}\` as one stream, but their ${differs} differ.`,
      'Read each by a step of its own, map them to one type, and `merge`.',
    )
    return false
  }
  return true
}

function difference(step: StepScope, a: TopicModel, b: TopicModel): string | undefined {
  if (!sameType(step.types, a.key, b.key) || a.key.nullable !== b.key.nullable) return 'key types'
  if (!sameType(step.types, a.value, b.value) || a.value.nullable !== b.value.nullable) return 'value types'
  return a.keyEncoding !== b.keyEncoding || a.valueEncoding !== b.valueEncoding ? 'encodings' : undefined
}

/** Where the records of a topic lie. */
export function topicSource({ name, partitions, key, keyEncoding }: TopicModel): PartitionSource {
  return { name: `topic \`${name}\``, ...(partitions === undefined ? {} : { partitions }), ...(hasAvro(key) && { keyEncoding }) }
}
