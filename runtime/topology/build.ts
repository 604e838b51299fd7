import { buildStep, type StepSpec } from '../operators/registry.js'
import { TopologyBuilder } from './builder.js'
import { inOrder, inputsOf, outputsOf } from './order.js'
import { problemsError, StepFailure, type TopologyProblem } from './problem.js'
import type { TopologySpec } from './spec.js'
import { subTopologiesOf } from './subtopology.js'
import type { ProcessorNode, Topology, TopologyNode } from './topology.js'
import { checkTopology } from './validate.js'

/**
 * The physical graph of a manifest: nodes, stores, repartition topics, sub-topologies. Pure: no serde and no user code is called, so stand-ins
 * will do. Steps may come in any order. Kafka Streams' rules with optimizations off, but that a table's source topic is its changelog.
 *
 * Throws INVALID_TOPOLOGY with everything that is wrong.
 */
export function buildTopology(spec: TopologySpec): Topology {
  const { builder, problems } = build(spec)
  if (problems.length > 0) throw problemsError(problems)
  return freeze(spec.application, builder)
}

/** What `buildTopology` would throw, one by one. */
export function topologyProblems(spec: TopologySpec): readonly TopologyProblem[] {
  return build(spec).problems
}

function build(spec: TopologySpec): { readonly builder: TopologyBuilder; readonly problems: readonly TopologyProblem[] } {
  const problems: TopologyProblem[] = []
  const builder = new TopologyBuilder(spec)
  const failed = new Set<string>()
  for (const step of inOrder(spec.steps, problems)) {
    // What a broken step would have given is not worth a message of its own.
    if (inputsOf(step).some((input) => failed.has(input))) markFailed(step, failed)
    else attempt(step, builder, failed, problems)
  }
  problems.push(...checkTopology(builder, spec))
  return { builder, problems }
}

function attempt(step: StepSpec, builder: TopologyBuilder, failed: Set<string>, problems: TopologyProblem[]): void {
  try {
    buildStep(step, builder)
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error
    problems.push({ step: step.name, message: error.message, ...(error.hint && { hint: error.hint }) })
    markFailed(step, failed)
  }
}

function markFailed(step: StepSpec, failed: Set<string>): void {
  for (const name of outputsOf(step)) failed.add(name)
}

function freeze(application: string, builder: TopologyBuilder): Topology {
  decideNullKeys(builder)
  const nodes = builder.nodes.map((node): TopologyNode => {
    if (node.kind !== 'processor') return node
    return {
      kind: 'processor',
      name: node.name,
      parents: node.parents,
      stores: [...node.stores],
      create: node.create,
    } satisfies ProcessorNode
  })
  const stores = [...builder.stores.values()]
  const { repartitionTopics, copartitionGroups, globals } = builder
  return { application, nodes, stores, repartitionTopics, copartitionGroups, globals, subTopologies: subTopologiesOf(nodes, stores) }
}

/** Null keys are dropped before a repartition topic, unless a left or outer join comes after it, which takes them (KIP-962). */
function decideNullKeys(builder: TopologyBuilder): void {
  if (builder.nullKeys.length === 0) return
  const next = new Map<string, string[]>()
  const link = (from: string, to: string): void => {
    next.set(from, [...(next.get(from) ?? []), to])
  }
  const sources = new Map<string, string>()
  for (const node of builder.nodes) if (node.kind === 'source') for (const topic of node.topics) sources.set(topic, node.name)
  const internal = new Set(builder.repartitionTopics.map(({ name }) => name))
  for (const node of builder.nodes) {
    if (node.kind === 'source') continue
    for (const parent of node.parents) link(parent, node.name)
    if (node.kind === 'sink' && typeof node.topic === 'string' && internal.has(node.topic)) link(node.name, sources.get(node.topic)!)
  }
  for (const { policy, source } of builder.nullKeys) {
    const seen = new Set([source])
    for (const node of seen) for (const child of next.get(node) ?? []) seen.add(child)
    policy.drop = ![...builder.nullKeyJoins].some((join) => seen.has(join))
  }
}
