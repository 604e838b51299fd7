import type { TopologyBuilder } from './builder.js'
import type { TopologyProblem } from './problem.js'
import type { TopologySpec } from './spec.js'

/** What can only be checked of the topology as a whole. */
export function checkTopology(builder: TopologyBuilder, spec: TopologySpec): readonly TopologyProblem[] {
  return [...checkInternalNames(builder, spec), ...checkGlobals(builder), ...checkStores(builder)]
}

function checkInternalNames(builder: TopologyBuilder, spec: TopologySpec): readonly TopologyProblem[] {
  const topics = new Map(Object.values(spec.topics).map(({ name }) => [name, name]))
  const internal = [
    ...builder.repartitionTopics.map(({ step, name }) => ({ step, name })),
    ...[...builder.stores.values()].map(({ spec: store }) => ({ step: store.name, name: `${store.name}-changelog` })),
  ]
  return internal.flatMap(({ step, name }) => {
    const taken = topics.get(name) ?? topics.get(`${spec.application}-${name}`)
    if (taken === undefined) return []
    return [{ step, message: `its internal topic ${name} has the name of the topic ${taken}.`, hint: 'Rename the step or the store.' }]
  })
}

/** A topic is read by all instances as a whole, or in partitions by its tasks. */
function checkGlobals(builder: TopologyBuilder): readonly TopologyProblem[] {
  return builder.globals.flatMap(({ source }) => {
    const topic = source.topics[0]!
    const other = builder.nodes.find((node) => node.kind === 'source' && node.topics.includes(topic))
    if (other === undefined) return []
    const hint = 'Take the one or the other; a join works with both.'
    return [{ step: source.name, message: `${topic} is read by the step ${other.name} too, which is not global.`, hint }]
  })
}

function checkStores(builder: TopologyBuilder): readonly TopologyProblem[] {
  const problems: TopologyProblem[] = []
  for (const { spec } of builder.stores.values()) {
    const times: Record<string, number> = {}
    if ('windowSizeMs' in spec) times['the window size'] = spec.windowSizeMs
    if ('retentionMs' in spec) times['the retention'] = spec.retentionMs
    if ('historyRetentionMs' in spec) times['the history retention'] = spec.historyRetentionMs
    for (const [what, time] of Object.entries(times)) {
      if (time >= 0) continue
      problems.push({ step: spec.name, message: `${what} of the store is ${time} ms.`, hint: 'It cannot be negative.' })
    }
    if ('windowSizeMs' in spec && spec.retentionMs < spec.windowSizeMs) {
      problems.push({
        step: spec.name,
        message: `the store keeps windows of ${spec.windowSizeMs} ms for ${spec.retentionMs} ms only.`,
        hint: 'Give it a retention of the window size at least.',
      })
    }
  }
  return problems
}
