import { buildTopology, describeTopology, type TopologyDescription, type TopologyProblem, topologyProblems } from 'millrace/topology'
import type { Diagnostic } from '../diagnostics.js'
import { codegenVersion, type TopologySpec } from '../emit/runtime-symbols.js'
import type { TopologyModel } from './topology.js'

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
    .filter(({ name }) => name.length > maxTopicName)
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

/** Of no type: the graph never calls a serde, nor user code. */
const serde = { name: 'stand-in', serialize: () => new Uint8Array(), deserialize: () => undefined }
class Logic {}

/** The topology as generated code would hand it over, with stand-ins for serdes and classes. */
function specOf({ application, topics, stores, steps }: TopologyModel): TopologySpec {
  const spec = {
    codegen: codegenVersion,
    application,
    topics: Object.fromEntries(
      topics.map(({ name, topic, key, value, partitions }) => {
        const nullable = { nullableKey: key.nullable, nullableValue: value.nullable }
        return [name, { name: topic, key: serde, value: serde, ...nullable, ...(partitions && { partitions }) }]
      }),
    ),
    stores: Object.fromEntries(stores.map((store) => [store.name, { ...store, key: serde, value: serde }])),
    steps: steps.map(({ name, operator, spec, output, logic }) => ({
      name,
      operator,
      ...spec,
      ...(output && { key: serde, value: serde, nullableKey: output.key.nullable, nullableValue: output.value.nullable }),
      ...Object.fromEntries(logic.map(({ field }) => [field, Logic])),
    })),
  }
  // The model's steps are plain data of the same shape; generated code is held to the type by the compiler.
  return spec as unknown as TopologySpec
}
