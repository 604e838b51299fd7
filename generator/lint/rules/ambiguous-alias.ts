import type { Found, Rule } from '../rule.js'

export const ambiguousAlias: Rule = {
  code: 'ambiguous-alias',
  level: 'warn',
  summary: 'An alias that is also the name, or an alias, of another field of the record or another type.',
  why: 'A reader that looks for the old name finds two: which of them it takes differs between Avro’s implementations. An alias is for a name that is gone.',
  *check({ types }): Iterable<Found> {
    const hint = 'Remove the alias, or the one that it clashes with.'
    const typeNames = types.flatMap(({ fullName, aliases }) => [fullName, ...aliases])
    for (const type of types) {
      for (const alias of type.aliases) {
        if (count(typeNames, alias) > 1)
          yield { place: type.place, message: `The alias \`${alias}\` of \`${type.fullName}\` is that of another type too.`, hint }
      }
      if (type.kind !== 'record') continue
      const names = type.fields.flatMap(({ name, aliases }) => [name, ...aliases])
      for (const { name, aliases, place } of type.fields) {
        for (const alias of aliases) {
          if (count(names, alias) > 1)
            yield {
              place,
              message: `The alias \`${alias}\` of the field \`${name}\` is that of another field of \`${type.fullName}\` too.`,
              hint,
            }
        }
      }
    }
  },
}

function count(names: readonly string[], name: string): number {
  return names.filter((each) => each === name).length
}
