import type { JsonNode } from './json.js'
import type { Source } from './source.js'
import type { InputNode } from './yaml.js'

/** Parsed JSON as the nodes that a `NodeReader` reads. Of a key that occurs twice the last counts. */
export function inputNode(node: JsonNode, source: Source): InputNode {
  const place = source.place(node.at)
  switch (node.kind) {
    case 'object': {
      const last = new Map(node.members.map((member) => [member.key, member]))
      const entries = [...last.values()].map(({ key, at, value }) => ({ key, keyPlace: source.place(at), value: inputNode(value, source) }))
      return { kind: 'map', place, entries }
    }
    case 'array':
      return { kind: 'list', place, items: node.items.map((item) => inputNode(item, source)) }
    default: {
      const text = node.kind === 'number' ? node.text : String(node.value)
      return { kind: 'scalar', place, value: node.kind === 'number' ? Number(text) : node.value, text, lines: [place], isPlain: false }
    }
  }
}
