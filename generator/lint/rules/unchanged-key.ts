import type { StepModel } from '../../model/topology.js'
import type { Found, Rule } from '../rule.js'
import type { Steps } from '../steps.js'

export const unchangedKey: Rule = {
  code: 'unchanged-key',
  level: 'warn',
  summary: 'Inline logic that gives the key back as it is, where the operator takes it for a new one.',
  why: '`groupBy`, `selectKey`, `map` and `flatMap` say that the key changes, so that all records go through a repartition topic before they are grouped or joined. `groupByKey`, `mapValues` and `flatMapValues` keep them where they are.',
  *check({ allSteps }): Iterable<Found> {
    for (const steps of allSteps) {
      for (const step of steps.all) {
        const found = keyKept(step, steps)
        if (found === undefined) continue
        const message = `Step \`${step.name}\` gives the key back as it is, and has its records repartitioned for it.`
        yield { place: steps.place(step, found.method), message, hint: found.hint }
      }
    }
  },
}

function keyKept(step: StepModel, steps: Steps): { readonly method: string; readonly hint: string } | undefined {
  const isKey = (method: string) => /^(?:record\.)?key$/.test(steps.text(step, method) ?? '')
  const [input] = step.inputs
  const isOfStream = steps.producer(input ?? '')?.gives === 'stream'
  switch (step.operator) {
    case 'groupBy':
      return isOfStream && isKey('groupKey') ? { method: 'groupKey', hint: `Use \`{ groupByKey: ${input} }\`.` } : undefined
    case 'selectKey':
      return isKey('with') ? { method: 'with', hint: `Take \`${input}\` as it is.` } : undefined
    case 'map':
      return hasKey.test(steps.text(step, 'with') ?? '') ? { method: 'with', hint: 'Use `mapValues`.' } : undefined
    default:
      return undefined
  }
}

/** An object literal with the record's own key first or last: `({ key, value: … })`. */
const hasKey = /^\(\{\s*(?:key\s*,|key\s*:\s*(?:record\.)?key\s*,)|,\s*(?:key|key\s*:\s*(?:record\.)?key)\s*,?\s*\}\)$/
