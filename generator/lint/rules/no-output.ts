import type { Rule } from '../rule.js'

/** Operators by which something leaves a topology. */
const leaving: ReadonlySet<string> = new Set(['sink', 'forEach', 'peek', 'process', 'processValues', 'globalStore'])

export const noOutput: Rule = {
  code: 'no-output',
  level: 'warn',
  summary: 'A topology of which nothing is ever seen: no sink, no user code that acts, no store to query.',
  why: 'It reads and computes, and nobody learns what. Write a step by a `sink`, or make a store `queryable`.',
  *check({ topologies }) {
    for (const { steps, stores, manifest } of topologies) {
      const isSeen = steps.some(({ operator }) => leaving.has(operator)) || stores.some(({ queryable }) => queryable)
      if (isSeen || steps.length === 0) continue
      const message = 'Nothing comes out of this topology: it has no sink, and no store that the service may query.'
      yield { place: manifest.place, message, hint: 'Write a step by a `sink`, or make a store `queryable: true`.' }
    }
  },
}
