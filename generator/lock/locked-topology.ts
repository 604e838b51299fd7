import { posix } from 'node:path'
import { stepOf, type Topology, taskCount } from 'millrace/topology'
import { type Json, jsonObject, sortedObject } from '../avro/json.js'
import { type DataType, type Encoding, stateEncoding } from '../model/data-type.js'
import type { SpecValue, StepModel, TopologyModel } from '../model/topology.js'
import { graphOf } from '../topology/graph.js'
import { knownPartitions } from './known-partitions.js'
import type { LockedInternalTopic, LockedSide, LockedStep, LockedStore, LockedSubTopology, LockedTopic, LockedTopology } from './lock.js'
import type { UsedTypes } from './used-types.js'

/** What of a topology matters to its topics and its state; `folder` is that of the lock. */
export function lockTopology(topology: TopologyModel, folder: string, types: UsedTypes): LockedTopology {
  const { application, file, topics, steps } = topology
  const sides = new Sides(types)
  const graph = graphOf(topology, (type, encoding) => sides.name(type, encoding))
  const partitions = knownPartitions(
    graph,
    new Map(topics.flatMap(({ topic, partitions }) => (partitions === undefined ? [] : [[topic, partitions]]))),
  )
  return {
    file: posix.relative(folder, file),
    topics: sortedObject(topics.map((topic) => [topic.name, lockTopic(topic, types)])),
    steps: sortedObject(steps.map((step) => [step.name, lockStep(step)])),
    stores: sortedObject(lockStores(topology, graph, sides)),
    internalTopics: sortedObject(lockInternalTopics(application, graph, partitions, sides)),
    subTopologies: graph.subTopologies.map(({ sourceTopics, stores }): LockedSubTopology => {
      const internal = new Set(graph.repartitionTopics.map(({ name }) => name))
      return {
        sources: sourceTopics.map((topic) => (internal.has(topic) ? `${application}-${topic}` : topic)),
        stores: stores.map(({ spec }) => spec.name),
      }
    }),
  }
}

/** Serdes of the graph have names that stand for their types; those made of others have the names of these within theirs. */
class Sides {
  readonly #types: UsedTypes
  readonly #named: { readonly type: DataType; readonly encoding: Encoding }[] = []

  constructor(types: UsedTypes) {
    this.#types = types
  }

  name(type: DataType, encoding: Encoding): string {
    return `<${this.#named.push({ type, encoding }) - 1}>`
  }

  of(serde: { readonly name: string }): LockedSide {
    const types = [...serde.name.matchAll(/<(\d+)>/g)].map(([, index]) => {
      const { type, encoding } = this.#named[Number(index)]!
      return this.#types.lock({ ...type, nullable: false }, encoding)
    })
    const format = serde.name.replaceAll(/<\d+>/g, '…')
    return format === '…' ? types[0]! : { format, of: types }
  }

  /** The rows of a buffer are bytes, whose types only the step knows. */
  held(format: string, type: DataType): LockedSide {
    return { format, of: [this.#types.lock({ ...type, nullable: false }, stateEncoding)] }
  }
}

function lockTopic(
  { topic, partitions, key, value, keyEncoding, valueEncoding }: TopologyModel['topics'][number],
  types: UsedTypes,
): LockedTopic {
  return {
    topic,
    ...(partitions !== undefined && { partitions }),
    key: types.lock(key, keyEncoding),
    value: types.lock(value, valueEncoding),
  }
}

const inputKeys: ReadonlySet<string> = new Set(['input', 'inputs', 'left', 'right'])

function lockStep({ operator, inputs, spec }: StepModel): LockedStep {
  const settings = Object.entries(spec).filter(([key, value]) => value !== undefined && !inputKeys.has(key)) as [string, SpecValue][]
  return {
    operator,
    ...(inputs.length > 0 && { inputs }),
    ...(settings.length > 0 && {
      settings: jsonObject(settings.map(([key, value]) => [key, toJson(value)])) as LockedStep['settings'] & object,
    }),
  }
}

function toJson(value: SpecValue): Json {
  if (typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(toJson)
  return jsonObject(Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, toJson(inner)] as const])))
}

function lockStores(topology: TopologyModel, graph: Topology, sides: Sides): readonly (readonly [string, LockedStore])[] {
  const owners = new Map<string, string>()
  const nodes = [...graph.globals.map(({ processor }) => processor), ...graph.nodes]
  for (const node of nodes) {
    if (node.kind !== 'processor') continue
    for (const store of node.stores) if (!owners.has(store)) owners.set(store, stepOf(node.name))
  }
  return graph.stores.map(({ spec, global, queryable }) => {
    const step = owners.get(spec.name) ?? spec.name
    const held = heldIn(spec.name, step, topology)
    const changelog = global || spec.logging === false ? undefined : (spec.changelogTopic ?? changelogOf(topology.application, spec.name))
    const store: LockedStore = {
      kind: spec.kind,
      step,
      key: held ? sides.held('time and key: …', held.key) : sides.of(spec.key),
      value: held ? sides.held('update of …', held.value) : sides.of(spec.value),
      ...('windowSizeMs' in spec && { windowSizeMs: spec.windowSizeMs }),
      ...('retentionMs' in spec && { retentionMs: spec.retentionMs }),
      ...('historyRetentionMs' in spec && { historyRetentionMs: spec.historyRetentionMs }),
      ...('retainDuplicates' in spec && spec.retainDuplicates && { retainDuplicates: true }),
      persistence: spec.persistence ?? 'lmdb',
      ...(global && { global }),
      ...(queryable && { queryable }),
      ...(spec.caching && { caching: true }),
      ...(changelog !== undefined && { changelog }),
    }
    return [spec.name, store] as const
  })
}

export function changelogOf(application: string, store: string): string {
  return `${application}-${store}-changelog`
}

/** What a buffer holds back: of `suppress` its own output, of a join with a grace its left side's. */
function heldIn(store: string, stepName: string, { steps }: TopologyModel): StepModel['output'] {
  const step = steps.find(({ name }) => name === stepName)
  if (step?.operator === 'suppress' && store === step.name) return step.output
  if (step?.spec.join !== 'streamTable' || store !== `${step.name}-buffer`) return undefined
  return steps.find(({ name, spec }) => name === step.inputs[0] || (Array.isArray(spec.into) && spec.into.includes(step.inputs[0]!)))
    ?.output
}

function lockInternalTopics(
  application: string,
  graph: Topology,
  partitions: ReadonlyMap<string, number>,
  sides: Sides,
): readonly (readonly [string, LockedInternalTopic])[] {
  const repartition = graph.repartitionTopics.map(({ name, step }) => {
    const writer = graph.nodes.find((node) => node.kind === 'sink' && node.topic === name)
    const count = partitions.get(name)
    const topic: LockedInternalTopic = {
      kind: 'repartition',
      step,
      ...(count !== undefined && { partitions: count }),
      ...(writer?.kind === 'sink' && { key: sides.of(writer.key), value: sides.of(writer.value) }),
    }
    return [`${application}-${name}`, topic] as const
  })
  const changelogs = graph.subTopologies.flatMap((subTopology) => {
    const count = subTopology.sourceTopics.every((topic) => partitions.has(topic)) ? taskCount(subTopology, partitions) : undefined
    return subTopology.stores
      .filter(({ spec, global }) => !global && spec.logging !== false && spec.changelogTopic === undefined)
      .map(({ spec }) => {
        const topic: LockedInternalTopic = { kind: 'changelog', step: spec.name, ...(count !== undefined && { partitions: count }) }
        return [changelogOf(application, spec.name), topic] as const
      })
  })
  return [...repartition, ...changelogs]
}
