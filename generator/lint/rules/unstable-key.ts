import type { Place } from '../../diagnostics.js'
import type { DataType } from '../../model/data-type.js'
import type { Found, Rule } from '../rule.js'
import type { Steps } from '../steps.js'
import { schemasWithin, unwindowed } from '../types.js'

export const mapInKey: Rule = {
  code: 'map-in-key',
  level: 'error',
  summary: 'A key with an Avro map in it.',
  why: 'Kafka and the stores compare keys by their bytes, and a map’s entries have no order: two equal keys have different bytes, lie in different partitions, and never meet. Use an array of records in a fixed order, or a string.',
  *check({ allSteps }) {
    for (const { type, what, place } of allSteps.flatMap(keys)) {
      if (![...schemasWithin([type])].some(({ kind }) => kind === 'map')) continue
      const message = `The key of ${what} has a map in it: equal keys may have different bytes, and then never meet.`
      yield { place, message, hint: 'Use a record, or an array in a fixed order.' }
    }
  },
}

export const floatInKey: Rule = {
  code: 'float-in-key',
  level: 'warn',
  summary: 'A key that is a `float` or `double`, or has one in it.',
  why: 'Keys are compared by their bytes: 0 and -0, and the results of sums that should be equal, are different keys. Use an integer (cents, microdegrees), a decimal or a string.',
  *check({ allSteps }): Iterable<Found> {
    for (const { type, what, place } of allSteps.flatMap(keys)) {
      const inner = unwindowed(type)
      const names = [
        ...(inner.kind === 'primitive' ? [inner.primitive] : []),
        ...[...schemasWithin([inner])].map((schema) => (schema.kind === 'primitive' ? schema.primitive : '')),
      ]
      const found = names.find((name) => name === 'float' || name === 'double')
      if (found === undefined) continue
      yield {
        place,
        message: `The key of ${what} has a \`${found}\` in it: numbers that should be equal may be two keys.`,
        hint: 'Use an integer, a decimal or a string.',
      }
    }
  },
}

interface Key {
  readonly type: DataType
  readonly what: string
  readonly place: Place
}

/** The keys that a manifest declares: of topics, of stores that no step fills, and of steps that make one. */
function keys(steps: Steps): readonly Key[] {
  const { topology } = steps
  return [
    ...topology.topics.map(({ name, key, place }) => ({ type: key, what: `topic \`${name}\``, place })),
    ...topology.stores.flatMap(({ name, key, place, owner }) =>
      owner === undefined ? [{ type: key, what: `store \`${name}\``, place }] : [],
    ),
    ...steps.all.flatMap((step) => {
      const written = steps.written(step, 'key')
      return written && step.output ? [{ type: step.output.key, what: `step \`${step.name}\``, place: written.place }] : []
    }),
  ]
}
