import type { Rule } from '../rule.js'
import { schemasWithin, typesOf } from '../types.js'

export const unusedType: Rule = {
  code: 'unused-type',
  level: 'warn',
  summary: 'A named type that no topic, store or step has, not even within another. Not told of a folder without topologies.',
  why: 'What nobody uses is still reviewed, generated and kept compatible. Remove it, or turn the rule off where the schemas are shared with others.',
  *check({ topologies, types }) {
    if (topologies.length === 0) return
    const used = schemasWithin(typesOf(topologies))
    for (const type of types) {
      if (used.has(type)) continue
      yield {
        place: type.place,
        message: `No topic, store or step uses the ${type.kind} \`${type.fullName}\`.`,
        hint: 'Use it, or remove it.',
      }
    }
  },
}
