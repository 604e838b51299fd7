import type { Rule } from '../rule.js'

/** One an hour of four days; one a minute of an hour and a half. */
const most = 100

export const manyWindows: Rule = {
  code: 'many-windows',
  level: 'warn',
  summary: `A hopping window of which more than ${most} overlap.`,
  why: 'Each record is aggregated once in every window that it falls into, and each of them is state, changelog and output. A larger `advance`, or a sliding window, asks far less.',
  *check({ allSteps }) {
    for (const steps of allSteps) {
      for (const step of steps.all) {
        const window = step.spec.window as { readonly kind?: string; readonly sizeMs?: number; readonly advanceMs?: number } | undefined
        if (window?.kind !== 'hopping' || window.sizeMs === undefined || window.advanceMs === undefined) continue
        const overlapping = Math.ceil(window.sizeMs / window.advanceMs)
        if (overlapping <= most) continue
        const message = `Each record of step \`${step.name}\` falls into ${overlapping} windows, and is aggregated in each.`
        yield { place: steps.place(step, 'window'), message, hint: 'Advance by more, or use a sliding window.' }
      }
    }
  },
}
