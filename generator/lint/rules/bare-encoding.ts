import type { Rule } from '../rule.js'
import { topicNames } from '../steps.js'

export const bareEncoding: Rule = {
  code: 'bare-encoding',
  level: 'warn',
  summary: 'A topic that the topology writes in `avro-bare`.',
  why: 'Such records do not say which schema they were written with. When it changes, the old ones in the topic are misread or cannot be read. `avro` (a fingerprint before each) and `confluent` (an id) can evolve. Reading such a topic of others is fine: state and internal topics are in `avro`, whatever they are made of.',
  *check({ allSteps }) {
    for (const { topology, all } of allSteps) {
      const written = new Set(all.flatMap((step) => (step.operator === 'sink' ? topicNames(step) : [])))
      for (const { name, place, key, value, keyEncoding, valueEncoding } of topology.topics) {
        const sides = [key.kind !== 'primitive' && keyEncoding, value.kind === 'avro' && valueEncoding]
        if (!written.has(name) || !sides.includes('avro-bare')) continue
        const message = `Records of topic \`${name}\` do not tell their schema: it can never change while they are there.`
        yield { place, message, hint: 'Write it in `avro` or `confluent`, if its readers can.' }
      }
    }
  },
}
