import type { Reference } from '../input/reader.js'
import { code, runtimeType, runtimeValue, text } from '../model/code.js'
import type { TopicModel } from '../model/topology.js'
import { sameType } from '../model/types.js'
import { changeValue, inAlias, named, typescript } from './aliases.js'
import { checkKind } from './checks.js'
import { recordMethod } from './methods.js'
import { defineOperator, type Input, type MethodSyntax, type StepScope } from './operator.js'
import type { OptionSyntax } from './options.js'
import { partitionLogic, partitionMethod } from './repartition.js'

type Topics = { readonly kind: 'dynamic' } | { readonly kind: 'list'; readonly names: readonly Reference[] }

const topicsOption: OptionSyntax<Topics> = {
  doc: 'In place of a fixed topic: those that `topic` chooses from by record; `dynamic`: any that exists.',
  required: false,
  schema: { anyOf: [{ const: 'dynamic' }, { type: 'array', items: { $ref: '#/$defs/name' }, minItems: 1, uniqueItems: true }] },
  read(node, { reader, what }) {
    if (node.kind === 'scalar' && node.value === 'dynamic') return { kind: 'dynamic' }
    const names = reader.list(node, what)?.items.map((item) => reader.name(item, what))
    return names?.every((name) => name !== undefined) ? { kind: 'list', names } : undefined
  },
}
const options = { topics: topicsOption }
const topicMethod: MethodSyntax = {
  method: 'topic',
  doc: 'The name of the topic to write to; with `topics` the method that chooses it by record.',
  scope: ['record', 'metadata'],
  result: 'a topic’s name',
}

export const sink = defineOperator({
  name: 'sink',
  summary: 'Writes to a topic, or to one that user code names for each record; a table is written as its changes.',
  kafkaStreams: 'KStream.to',
  input: { of: 'step', count: 'one', takes: 'a stream or a table' },
  options,
  methods: { topic: topicMethod, partition: partitionMethod },
  gives: 'nothing',
  checkNames(step) {
    const { topics } = step.options
    if (topics?.kind === 'list') for (const reference of topics.names) step.topic(reference)
    const fixed = topics === undefined ? step.reference('topic') : undefined
    if (fixed !== undefined) step.topic(fixed)
  },
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'sink', input, 'stream', 'table')) return undefined
    const value = changeValue(input)
    const partitioner = partitionLogic(step, input.key, value)
    const { topics } = step.options
    if (topics === undefined) {
      const reference = step.reference('topic')
      const topic = reference && step.topic(reference)
      if (topic === undefined || !checkTopic(step, input, topic)) return undefined
      return { spec: { input: input.name, topic: topic.name }, logic: [partitioner] }
    }
    const chosen = topics.kind === 'dynamic' ? [] : topics.names.map((reference) => step.topic(reference))
    if (!chosen.every((topic) => topic !== undefined) || !chosen.map((topic) => checkTopic(step, input, topic)).every(Boolean))
      return undefined
    const [first] = chosen
    const other = chosen.find((topic) => topic.keyEncoding !== first!.keyEncoding || topic.valueEncoding !== first!.valueEncoding)
    if (other !== undefined) {
      return step.error(
        'type-mismatch',
        step.placeOf('topics'),
        `Topics \`${first!.name}\` and \`${other.name}\` have different encodings.`,
        'Branch the stream, and write each branch by a `sink` of its own.',
      )
    }
    const names = topics.kind === 'dynamic' ? text('string') : text(topics.names.map(({ name }) => `'${name}'`).join(' | '))
    const router = step.logic({
      base: code`${runtimeValue('RouterLogic')}<${typescript(step, input.key)}, ${typescript(step, value)}, ${names}>`,
      aliases: inAlias(step, input.key, value, named([input])),
      methods: [
        recordMethod('topic', 'topic', 'The topic to write the record to.', names, [
          { name: 'metadata', type: code`${runtimeType('RecordMetadata')} | undefined` },
        ]),
      ],
    })
    return {
      spec: { input: input.name, ...(topics.kind === 'list' && { topics: topics.names.map(({ name }) => name) }) },
      logic: [router, partitioner],
      ...(topics.kind === 'dynamic' && { types: { key: input.key, value } }),
    }
  },
})

/** What is written must be what the topic declares; a table’s nulls are tombstones, which every topic takes. */
function checkTopic(step: StepScope, input: Input, topic: TopicModel): boolean {
  let good = true
  for (const side of ['key', 'value'] as const) {
    const [from, to] = [input[side], topic[side]]
    if (!sameType(step.types, from, to)) {
      good = false
      step.error(
        'type-mismatch',
        input.place,
        `The ${side}s of \`${input.name}\` are \`${step.describe(from)}\`; topic \`${topic.name}\` declares \`${step.describe(to)}\`.`,
        from.kind === 'timeWindowed' || from.kind === 'sessionWindowed'
          ? 'Declare the windowed key at the topic, or give it a plain one by `toStream` with `key` and `with`.'
          : undefined,
      )
    } else if (from.nullable && !to.nullable) {
      good = false
      step.error(
        'null-mismatch',
        input.place,
        `The ${side}s of \`${input.name}\` may be null; topic \`${topic.name}\` declares \`${step.describe(to)}\`.`,
        `Declare \`${side}: ${step.describe(to)}?\` at the topic, or map the nulls to something else.`,
      )
    }
  }
  return good
}
