import {
  buildTopology,
  describeTopology,
  type Topology,
  type TopologyDescription,
  type TopologyProblem,
  topologyProblems,
} from 'millrace/topology'
import type { Diagnostic } from '../diagnostics.js'
import { type DataType, type Encoding, stateEncoding } from '../model/data-type.js'
import { codegenVersion, type TopologySpec } from '../model/runtime-symbols.js'
import type { TopologyModel } from '../model/topology.js'
import { hasAvro } from '../model/types.js'

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

/** What the serde of a type is called in the graph. */
type NameOf = (type: DataType, encoding: Encoding) => string

/** The graph that a topology becomes; its serdes have the names that `nameOf` gives, alone or within those of what they are part of. */
export function graphOf(topology: TopologyModel, nameOf: NameOf): Topology {
  return buildTopology(specOf(topology, nameOf))
}

class Logic {}

/** The topology as generated code would hand it over, with stand-ins for serdes and classes: the graph never calls them. */
function specOf(topology: TopologyModel, nameOf: NameOf = () => 'stand-in'): TopologySpec {
  const { application, topics, stores, steps } = topology
  // The graph asks whether two are one, as they are in generated code.
  const standIns = new Map<string, object>()
  const serde = (type: DataType, encoding: Encoding): object => {
    const { text } = topology.serde(type, encoding)
    const made = standIns.get(text) ?? standIn(type, encoding, nameOf)
    standIns.set(text, made)
    return made
  }
  const spec = {
    codegen: codegenVersion,
    application,
    topics: Object.fromEntries(
      topics.map(({ name, topic, key, value, keyEncoding, valueEncoding, partitions }) => {
        const serdes = { key: serde(key, keyEncoding), value: serde(value, valueEncoding) }
        const nullable = { nullableKey: key.nullable, nullableValue: value.nullable }
        return [name, { name: topic, ...serdes, ...nullable, ...(partitions && { partitions }) }]
      }),
    ),
    stores: Object.fromEntries(
      stores.map((store) => [store.name, { ...store, key: serde(store.key, stateEncoding), value: serde(store.value, stateEncoding) }]),
    ),
    steps: steps.map(({ name, operator, spec, output, logic }) => ({
      name,
      operator,
      ...spec,
      ...(output && {
        key: serde(output.key, stateEncoding),
        value: serde(output.value, stateEncoding),
        nullableKey: output.key.nullable,
        nullableValue: output.value.nullable,
      }),
      ...Object.fromEntries(logic.map(({ field }) => [field, Logic])),
    })),
  }
  // The model's steps are plain data of the same shape; generated code is held to the type by the compiler.
  return spec as unknown as TopologySpec
}

/** A serde that tells no more than what the graph asks: its name, and whether bytes name the schema they were written with. */
function standIn(type: DataType, encoding: Encoding, nameOf: NameOf): object {
  const serde = { name: nameOf(type, encoding), serialize: () => new Uint8Array(), deserialize: () => undefined }
  return hasAvro(type) && encoding === 'avro' ? { ...serde, writer: { fingerprint: '', schema: '' }, learn() {} } : serde
}
