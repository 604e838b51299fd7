import type { StepModel } from '../../model/topology.js'
import type { Rule } from '../rule.js'
import { topicNames } from '../steps.js'

export const nullableKey: Rule = {
  code: 'nullable-key',
  level: 'warn',
  summary: 'A stream whose key may be null, and which is grouped by it, joined by it, repartitioned, or made a table.',
  why: 'Records without a key are dropped there, and only a metric tells. If every record has a key, declare the topic’s without `?`: one without is then an error. Else give them a key first (`selectKey`), or sort them out (`branch`).',
  *check({ allSteps }) {
    const hint = 'Declare the key without `?` if every record has one; else give the others a key before, by `selectKey`.'
    for (const steps of allSteps) {
      const { topology } = steps
      const topics = new Set(topology.topics.filter(({ key }) => key.nullable).map(({ name }) => name))
      for (const step of steps.all) {
        const keyless = needsKeys(step).filter((name) => steps.producer(name)?.output?.key.nullable)
        const tables =
          step.operator === 'table' || step.operator === 'globalTable' ? topicNames(step).filter((name) => topics.has(name)) : []
        for (const name of [...keyless, ...tables]) {
          const place = steps.place(step, step.operator)
          yield { place, message: `Step \`${step.name}\` drops the records of \`${name}\` that have no key.`, hint }
        }
      }
    }
  },
}

/** The inputs whose records without a key a step drops: left and outer joins keep those of the outer side (KIP-962). */
function needsKeys({ operator, inputs, spec }: StepModel): readonly string[] {
  switch (operator) {
    case 'groupByKey':
    case 'repartition':
    case 'toTable':
      return inputs
    case 'join':
      return spec.join === 'streamGlobal' ? [] : inputs
    default:
      return []
  }
}
