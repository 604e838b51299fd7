import type { SubTopology, TopologyNode, TopologyStore } from './topology.js'

/** The connected parts of the graph, numbered in order of their first source: nodes that hand records to each other or share a store. */
export function subTopologiesOf(nodes: readonly TopologyNode[], stores: readonly TopologyStore[]): readonly SubTopology[] {
  const local = new Map(stores.filter(({ global }) => !global).map((store) => [store.spec.name, store]))
  const groups = new Groups(nodes.map(({ name }) => name))
  const users = new Map<string, string>()
  for (const node of nodes) {
    if (node.kind === 'source') continue
    for (const parent of node.parents) groups.join(parent, node.name)
    if (node.kind === 'sink') continue
    for (const store of node.stores) {
      if (!local.has(store)) continue
      const user = users.get(store)
      if (user === undefined) users.set(store, node.name)
      else groups.join(user, node.name)
    }
  }
  const members = new Map<string, TopologyNode[]>()
  for (const node of nodes) if (node.kind === 'source') members.set(groups.of(node.name), [])
  for (const node of nodes) members.get(groups.of(node.name))?.push(node)
  return [...members.values()].map((nodes, id) => {
    const names = new Set(nodes.flatMap((node) => (node.kind === 'processor' ? node.stores : [])))
    return {
      id,
      nodes,
      sourceTopics: [...new Set(nodes.flatMap((node) => (node.kind === 'source' ? node.topics : [])))],
      stores: [...names].map((name) => local.get(name)).filter((store) => store !== undefined),
    }
  })
}

/** Disjoint sets of names. */
class Groups {
  readonly #parents: Map<string, string>

  constructor(names: Iterable<string>) {
    this.#parents = new Map([...names].map((name) => [name, name]))
  }

  of(name: string): string {
    let root = name
    for (let parent = this.#parents.get(root)!; parent !== root; parent = this.#parents.get(root)!) root = parent
    this.#parents.set(name, root)
    return root
  }

  join(left: string, right: string): void {
    this.#parents.set(this.of(right), this.of(left))
  }
}
