import type { Rule } from '../rule.js'

export const unloggedStore: Rule = {
  code: 'unlogged-store',
  level: 'warn',
  summary: 'A store with `logging: false` that nothing could restore.',
  why: 'It has no changelog: when its task moves to another instance, or its disk is gone, it starts empty, and the job goes on with wrong results. Right for what can be missing, such as a cache.',
  *check({ topologies }) {
    for (const { stores, steps } of topologies) {
      const fromTopic = new Set(steps.filter(({ operator }) => operator === 'table').map(({ name }) => name))
      for (const { name, place, logging, owner, global } of stores) {
        if (logging !== false || global || (owner !== undefined && fromTopic.has(owner))) continue
        const message = `Store \`${name}\` has no changelog: it is empty when its task moves to another instance.`
        yield { place, message, hint: 'Leave `logging` out, unless losing it does no harm.' }
      }
    }
  },
}
