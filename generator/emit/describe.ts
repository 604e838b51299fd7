import type { NodeDescription, StoreDescription, TopologyDescription } from 'millrace/topology'

/** How `gen --describe` shows a topology. */
export const descriptionFormats = ['text', 'json', 'mermaid'] as const
export type DescriptionFormat = (typeof descriptionFormats)[number]

/** JSON is a list, with an entry for each topology. */
export function formatDescriptions(descriptions: readonly TopologyDescription[], format: DescriptionFormat): string {
  if (format === 'json') return `${JSON.stringify(descriptions, null, 2)}\n`
  return descriptions.map(format === 'text' ? asText : asMermaid).join('\n')
}

/** Close to what Kafka Streams prints. */
function asText({ application, subTopologies, globals, internalTopics }: TopologyDescription): string {
  const lines = [`Topology of ${application}`]
  for (const { id, nodes, stores } of subTopologies) {
    lines.push(
      `  Sub-topology ${id}`,
      ...nodes.flatMap((node) => nodeLines(node, nodes)),
      ...stores.map((store) => `    Store: ${storeText(store)}`),
    )
  }
  for (const { topic, store } of globals) lines.push(`  Global store: ${storeText(store)}, from topic ${topic}`)
  if (internalTopics.length > 0) {
    lines.push('  Internal topics')
    for (const { name, kind, partitions } of internalTopics) {
      lines.push(`    ${name} (${kind}${partitions === undefined ? '' : `, ${partitions} partitions`})`)
    }
  }
  return `${lines.join('\n')}\n`
}

function nodeLines({ kind, name, topics, stores, children }: NodeDescription, nodes: readonly NodeDescription[]): readonly string[] {
  const what = { source: 'Source', processor: 'Processor', sink: 'Sink' }[kind]
  const more =
    kind === 'processor'
      ? stores.length > 0
        ? ` (stores: ${stores.join(', ')})`
        : ''
      : ` (topics: ${topics.join(', ') || 'decided by the record'})`
  const parents = nodes.filter((other) => other.children.includes(name)).map((other) => other.name)
  return [
    `    ${what}: ${name}${more}`,
    ...(children.length > 0 ? [`      --> ${children.join(', ')}`] : []),
    ...(parents.length > 0 ? [`      <-- ${parents.join(', ')}`] : []),
  ]
}

function storeText({ name, kind, persistence, queryable, changelog }: StoreDescription): string {
  const facts = [kind, persistence, ...(queryable ? ['queryable'] : []), ...(changelog === undefined ? [] : [`changelog ${changelog}`])]
  return `${name} (${facts.join(', ')})`
}

/** A flowchart: topics, nodes in their sub-topologies, stores. */
function asMermaid({ subTopologies, globals }: TopologyDescription): string {
  const ids = new Map<string, string>()
  const id = (kind: string, name: string): string => {
    const key = `${kind} ${name}`
    const known = ids.get(key) ?? `n${ids.size}`
    ids.set(key, known)
    return known
  }
  const topics = new Set<string>()
  const topic = (name: string): string => {
    topics.add(name)
    return id('topic', name)
  }
  const boxes: string[] = []
  const edges: string[] = []
  for (const { id: number, nodes, stores } of subTopologies) {
    boxes.push(`  subgraph s${number} ["Sub-topology ${number}"]`)
    for (const { name } of nodes) boxes.push(`    ${id('node', name)}["${name}"]`)
    for (const { name } of stores) boxes.push(`    ${id('store', name)}[("${name}")]`)
    boxes.push('  end')
    for (const node of nodes) {
      if (node.kind === 'source') edges.push(...node.topics.map((name) => `  ${topic(name)} --> ${id('node', node.name)}`))
      edges.push(...node.children.map((child) => `  ${id('node', node.name)} --> ${id('node', child)}`))
      if (node.kind === 'sink') edges.push(...node.topics.map((name) => `  ${id('node', node.name)} --> ${topic(name)}`))
      edges.push(...node.stores.map((store) => `  ${id('node', node.name)} -.- ${id('store', store)}`))
    }
  }
  for (const { topic: name, store } of globals) {
    boxes.push(`  ${id('store', store.name)}[("${store.name}")]`)
    edges.push(`  ${topic(name)} --> ${id('store', store.name)}`)
  }
  const shapes = [...topics].map((name) => `  ${topic(name)}{{"${name}"}}`)
  return `${['flowchart TB', ...shapes, ...boxes, ...edges].join('\n')}\n`
}
