import type { Rule } from '../rule.js'

export const unboundedSuppress: Rule = {
  code: 'unbounded-suppress',
  level: 'warn',
  summary: 'A `suppress` without `maxRecords` or `maxBytes`.',
  why: 'What it holds back is in memory: with more keys than expected, the process dies and takes the job’s other tasks along. Give a bound, and say with `whenFull` what happens there (`spill` goes to disk); or let a window send once when it closes, `emit: close`.',
  *check({ allSteps }) {
    for (const steps of allSteps) {
      for (const step of steps.all) {
        if (step.operator !== 'suppress' || step.spec.maxRecords !== undefined || step.spec.maxBytes !== undefined) continue
        const hint = 'Write `maxBytes: 64000000` and `whenFull: spill`, or `emit: close` at the window.'
        yield { place: step.place, message: `Step \`${step.name}\` holds back without a bound, in memory.`, hint }
      }
    }
  },
}
