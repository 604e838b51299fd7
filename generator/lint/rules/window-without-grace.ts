import { entry } from '../../input/reader.js'
import type { Rule } from '../rule.js'

export const windowWithoutGrace: Rule = {
  code: 'window-without-grace',
  level: 'warn',
  summary: 'A window, or a join of two streams, that does not say its `grace`.',
  why: 'Without one it is 0: a record that comes a moment late is dropped. Kafka Streams once took 24 hours, and now makes you choose (KIP-633). Write how late records may be, or `grace: 0s` if none may.',
  *check({ allSteps }) {
    const hint = 'Write how late records may be, such as `grace: 1m`; `grace: 0s` says that none may.'
    for (const steps of allSteps) {
      for (const step of steps.all) {
        const window = steps.written(step, 'window')
        if (window?.kind === 'map' && entry(window, 'unlimited') === undefined && entry(window, 'grace') === undefined) {
          yield { place: window.place, message: `The window of step \`${step.name}\` drops every record that is late.`, hint }
        }
        if (step.spec.join === 'streamStream' && steps.written(step, 'grace') === undefined) {
          const place = steps.place(step, steps.written(step, 'within') === undefined ? 'before' : 'within')
          yield { place, message: `The join of step \`${step.name}\` drops every record that is late.`, hint }
        }
      }
    }
  },
}
