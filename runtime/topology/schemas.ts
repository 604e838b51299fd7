import { schemaSerdes } from '../serde/schema-serde.js'
import type { Topology } from './topology.js'

/** The topic that keeps the schemas of an application's state. */
export function schemasTopic(application: string): string {
  return `${application}-state-schemas`
}

/** Is anything kept in a store, or sent through a topic of the application's own, whose bytes name a schema? */
export function needsSchemas({ stores, nodes, repartitionTopics }: Topology): boolean {
  const internal = new Set(repartitionTopics.map(({ name }) => name))
  const kept = stores.flatMap(({ spec: { key, value } }) => [key, value])
  const sent = nodes.flatMap((node) => {
    return node.kind === 'source' && node.topics.some((topic) => internal.has(topic)) ? [node.key, node.value] : []
  })
  return [...kept, ...sent].some((serde) => schemaSerdes(serde).length > 0)
}
