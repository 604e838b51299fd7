import type { Rule } from '../rule.js'

export const enumWithoutDefault: Rule = {
  code: 'enum-without-default',
  level: 'warn',
  summary: 'An enum without a default symbol.',
  why: 'The day it gets another symbol, readers of the old schema fail on every record that has it. With a `default`, such as `UNKNOWN`, they read that instead.',
  *check({ types }) {
    for (const type of types) {
      if (type.kind !== 'enum' || type.default !== undefined) continue
      const message = `The enum \`${type.fullName}\` has no default: readers that know it as it is cannot read a symbol added later.`
      yield { place: type.place, message, hint: 'Add a symbol such as UNKNOWN, and name it as the "default".' }
    }
  },
}
