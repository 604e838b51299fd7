import { formatDuration } from '../../model/durations.js'
import type { Rule } from '../rule.js'

const longestMs = 7 * 86_400_000

export const longJoinWindow: Rule = {
  code: 'long-join-window',
  level: 'warn',
  summary: `A join of two streams that keeps their records for more than ${formatDuration(longestMs)}.`,
  why: 'Every record of both sides is state and changelog for that long, matched or not, and is restored when a task moves. If one side is what the other looks up, make it a table, which keeps a row a key.',
  *check({ allSteps }) {
    for (const steps of allSteps) {
      for (const step of steps.all) {
        if (step.spec.join !== 'streamStream') continue
        const {
          beforeMs = 0,
          afterMs = 0,
          graceMs = 0,
        } = step.spec as { readonly beforeMs?: number; readonly afterMs?: number; readonly graceMs?: number }
        const keptMs = beforeMs + afterMs + graceMs
        if (keptMs <= longestMs) continue
        const message = `Step \`${step.name}\` keeps every record of both sides for ${formatDuration(keptMs)}.`
        yield { place: step.place, message, hint: 'Make one side a table (`toTable`), or shorten `within` and `grace`.' }
      }
    }
  },
}
