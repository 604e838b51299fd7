import type { StepModel } from '../../model/topology.js'
import type { Rule } from '../rule.js'
import { changesKey, type Steps } from '../steps.js'

export const redundantRepartition: Rule = {
  code: 'redundant-repartition',
  level: 'warn',
  summary: 'Records under one new key that are written to more than one repartition topic.',
  why: 'Each grouping, join and table after a key change repartitions by itself, so that the same records cross the broker several times. One `repartition` step right after the key change, which the others take as input, writes them once.',
  *check({ allSteps }) {
    for (const steps of allSteps) {
      const readers = new Map<string, { readonly origin: StepModel; readonly steps: StepModel[] }>()
      for (const step of steps.all) {
        for (const input of repartitions(step)) {
          const origin = keyOrigin(input, steps)
          if (origin === undefined) continue
          const known = readers.get(origin.name) ?? { origin, steps: [] }
          known.steps.push(step)
          readers.set(origin.name, known)
        }
      }
      for (const { origin, steps: all } of readers.values()) {
        if (all.length < 2) continue
        const names = all.map(({ name }) => `\`${name}\``).join(', ')
        const existing = all.find(({ operator }) => operator === 'repartition')
        const hint =
          existing === undefined
            ? `Put a step \`{ repartition: … }\` after \`${origin.name}\`, and let the others take that.`
            : `Let the others take \`${existing.name}\`.`
        yield { place: origin.place, message: `The keys of \`${origin.name}\` are repartitioned ${all.length} times: for ${names}.`, hint }
      }
    }
  },
}

/** The inputs that a step writes to a repartition topic if their key was changed. */
function repartitions({ operator, inputs, spec }: StepModel): readonly string[] {
  switch (operator) {
    case 'groupByKey':
    case 'repartition':
    case 'toTable':
      return inputs
    case 'join':
    case 'leftJoin':
    case 'outerJoin':
      return spec.join === 'streamStream' ? inputs : spec.join === 'streamTable' ? inputs.slice(0, 1) : []
    default:
      return []
  }
}

/** The step that made the key of an output, through steps that keep it; undefined if it is that of a topic, or of several steps. */
function keyOrigin(name: string, steps: Steps): StepModel | undefined {
  const step = steps.producer(name)
  if (step?.partitioning?.rekeyed !== true) return undefined
  if (changesKey(step)) return step
  const [input, ...others] = step.inputs
  return input === undefined || others.length > 0 ? undefined : keyOrigin(input, steps)
}
