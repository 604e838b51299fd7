import type { Report } from '../diagnostics.js'
import type { Declaration } from '../input/manifest.js'
import { entry, NodeReader } from '../input/reader.js'
import { type InputNode, plain } from '../input/yaml.js'
import type { DataType, Encoding, TypeSystem } from '../model/data-type.js'
import { camelCase } from '../model/step-names.js'
import { maxPartitions, type TopicModel } from '../model/topology.js'

export const topicKeys = ['key', 'value', 'partitions', 'topic', 'encoding'] as const
export const encodings = ['avro', 'avro-bare', 'confluent', 'json'] as const satisfies readonly Encoding[]

/** Topics of a manifest; those with a type that cannot be had are left out (and known as declared). */
export function buildTopics(declarations: readonly Declaration[], types: TypeSystem, report: Report): ReadonlyMap<string, TopicModel> {
  const reader = new NodeReader(report)
  const topics = new Map<string, TopicModel>()
  for (const declaration of declarations) {
    const topic = buildTopic(declaration, types, reader)
    if (topic !== undefined) topics.set(topic.name, topic)
  }
  return topics
}

function buildTopic({ name, place, node }: Declaration, types: TypeSystem, reader: NodeReader): TopicModel | undefined {
  const what = `topic \`${name}\``
  reader.unknownKeys(node, topicKeys, what)
  const key = side('key')
  const value = side('value')
  const partitionsNode = entry(node, 'partitions')
  const partitions = partitionsNode && reader.integer(partitionsNode, '`partitions`', 1, maxPartitions)
  const kafkaNode = entry(node, 'topic')
  const kafka = kafkaNode === undefined ? name : kafkaName(kafkaNode)
  const [keyEncoding, valueEncoding] = encodingsOf(entry(node, 'encoding'))
  if (!(key && value && kafka)) return undefined
  return {
    name,
    place,
    property: camelCase(name),
    topic: kafka,
    key,
    value,
    keyEncoding,
    valueEncoding,
    ...(partitions === undefined ? {} : { partitions }),
  }

  function side(key: 'key' | 'value'): DataType | undefined {
    const written = entry(node, key)
    if (written === undefined)
      return reader.missingKey(node, key, topicKeys, place, `Topic \`${name}\` does not say the type of its ${key}.`)
    const resolved = types.resolve(plain(written), written.place)
    if ('type' in resolved) return resolved.type
    for (const diagnostic of resolved.diagnostics) reader.report(diagnostic)
    return undefined
  }

  /** Kafka allows a first character that the manifest's names do not. */
  function kafkaName(node: InputNode): string | undefined {
    const text = reader.text(node, '`topic`')
    if (text === undefined) return undefined
    if (/^[A-Za-z0-9._-]{1,249}$/.test(text) && text !== '.' && text !== '..') return text
    return reader.error('invalid-name', node.place, 'Kafka takes no topic of this name.', 'At most 249 letters, digits, `.`, `_` and `-`.')
  }

  function encodingsOf(node: InputNode | undefined): readonly [Encoding, Encoding] {
    if (node === undefined) return ['avro', 'avro']
    if (node.kind !== 'map') {
      const both = reader.choice(node, '`encoding`', encodings) ?? 'avro'
      return [both, both]
    }
    reader.unknownKeys(node, ['key', 'value'], '`encoding`')
    const side = (name: 'key' | 'value'): Encoding => {
      const written = entry(node, name)
      return (written && reader.choice(written, `\`${name}\` of \`encoding\``, encodings)) ?? 'avro'
    }
    return [side('key'), side('value')]
  }
}
