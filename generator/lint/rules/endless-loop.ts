import type { StepModel } from '../../model/topology.js'
import type { Rule } from '../rule.js'
import { outputNames, type Steps, topicNames } from '../steps.js'

/** Operators that give at least one record for each that they get. */
const passing: ReadonlySet<string> = new Set(['map', 'mapValues', 'selectKey', 'peek', 'merge', 'repartition', 'toStream'])

export const endlessLoop: Rule = {
  code: 'endless-loop',
  level: 'error',
  summary: 'A topology that writes every record of a topic back to it.',
  why: 'Each record comes round again, for ever, and the topic grows until the disk is full. A loop needs a step that ends it: a `filter` or a `branch`. Or the sink means another topic.',
  *check({ allSteps }) {
    for (const steps of allSteps) {
      for (const source of steps.all.filter(({ operator }) => operator === 'stream')) {
        const read = new Set(topicNames(source))
        for (const sink of sinksOf(source, steps)) {
          const topic = sink.spec.topic
          if (typeof topic !== 'string' || !read.has(topic)) continue
          const message = `Step \`${sink.name}\` writes every record of topic \`${topic}\` back to it, for ever.`
          yield { place: steps.place(sink, 'topic'), message, hint: 'Write to another topic, or end the loop by a `filter` or a `branch`.' }
        }
      }
    }
  },
}

/** The sinks that get something for each record of a step. */
function sinksOf(step: StepModel, steps: Steps): readonly StepModel[] {
  return outputNames(step).flatMap((name) =>
    steps.consumers(name).flatMap((next) => (next.operator === 'sink' ? [next] : passing.has(next.operator) ? sinksOf(next, steps) : [])),
  )
}
