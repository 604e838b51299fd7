import { buildTopology, describeTopology, type TopologyDescription, type TopologyProblem, topologyProblems } from 'millrace/topology'
import type { Diagnostic } from '../diagnostics.js'
import { codegenVersion, type TopologySpec } from '../emit/runtime-symbols.js'
import type { DataType, Encoding } from './data-type.js'
import type { TopicModel, TopologyModel } from './topology.js'

/** What Kafka allows as the name of a topic. */
const maxTopicName = 249

/** What the runtime finds wrong with the graph that a topology becomes, such as internal topics that have the name of another. */
export function checkGraph(topology: TopologyModel): readonly Diagnostic[] {
  const problems = topologyProblems(specOf(topology))
  return (problems.length > 0 ? problems : longNames(topology)).map(({ step, message, hint }) => {
    const name = step.split('/')[0]
    const place = [...topology.steps, ...topology.stores].find((each) => each.name === name)?.place
    return {
      code: 'invalid-topology',
      severity: 'error',
      place: place ?? { file: topology.file, line: 1, column: 1 },
      message: `In \`${name}\`: ${message}`,
      ...(hint && { hint }),
    }
  })
}

function longNames(topology: TopologyModel): readonly TopologyProblem[] {
  const { internalTopics } = describeGraph(topology)
  return internalTopics
    .filter(({ name, kind }) => kind !== 'schemas' && name.length > maxTopicName)
    .map(({ name, kind }) => ({
      step: name.slice(topology.application.length + 1).replace(/-(?:repartition|changelog)$/, ''),
      message: `its ${kind} topic would have a name of ${name.length} characters; Kafka takes ${maxTopicName}.`,
      hint: 'Shorten the name of the application, the step or the store.',
    }))
}

/** The graph that a topology becomes, as data. */
export function describeGraph(topology: TopologyModel): TopologyDescription {
  return describeTopology(buildTopology(specOf(topology)))
}

/** The graph never calls a serde, nor user code; it asks only whether bytes name the schema they were written with. */
const serde = { name: 'stand-in', serialize: () => new Uint8Array(), deserialize: () => undefined }
const schemaSerde = { ...serde, writer: { fingerprint: '', schema: '' }, learn: () => {} }
/** In place of one that needs a schema registry: tables of such topics have changelogs of their own. */
const registrySerde = { ...serde, stored: schemaSerde, reader: () => serde, writer: () => serde }
class Logic {}

type Sides = Pick<TopicModel, 'key' | 'value' | 'keyEncoding' | 'valueEncoding'>

function serdesOf({ key, value, keyEncoding, valueEncoding }: Sides) {
  return { key: serdeOf(key, keyEncoding), value: serdeOf(value, valueEncoding) }
}

function serdeOf(type: DataType, encoding: Encoding): typeof serde {
  if ('key' in type) return serdeOf(type.key, encoding)
  if (type.kind !== 'avro') return serde
  return encoding === 'confluent' ? registrySerde : encoding === 'avro' ? schemaSerde : serde
}

/** The topology as generated code would hand it over, with stand-ins for serdes and classes. */
function specOf({ application, topics, stores, steps }: TopologyModel): TopologySpec {
  const spec = {
    codegen: codegenVersion,
    application,
    topics: Object.fromEntries(
      topics.map(({ name, topic, key, value, keyEncoding, valueEncoding, partitions }) => {
        const nullable = { nullableKey: key.nullable, nullableValue: value.nullable }
        const serdes = serdesOf({ key, value, keyEncoding, valueEncoding })
        return [name, { name: topic, ...serdes, ...nullable, ...(partitions && { partitions }) }]
      }),
    ),
    stores: Object.fromEntries(
      stores.map((store) => [store.name, { ...store, ...serdesOf({ ...store, keyEncoding: 'avro', valueEncoding: 'avro' }) }]),
    ),
    steps: steps.map(({ name, operator, spec, output, logic }) => ({
      name,
      operator,
      ...spec,
      ...(output && { ...serdesOf(output), nullableKey: output.key.nullable, nullableValue: output.value.nullable }),
      ...Object.fromEntries(logic.map(({ field }) => [field, Logic])),
    })),
  }
  // The model's steps are plain data of the same shape; generated code is held to the type by the compiler.
  return spec as unknown as TopologySpec
}
