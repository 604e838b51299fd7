import type { Rule } from '../rule.js'
import { simpleName } from '../types.js'
import { fields } from './field-default.js'

export const typeCase: Rule = {
  code: 'type-case',
  level: 'off',
  summary: 'A record, enum or fixed whose name is not PascalCase.',
  why: 'Its name is that of a class or interface in every language that generates code of it.',
  *check({ types }) {
    for (const { kind, fullName, place } of types) {
      const name = simpleName(fullName)
      if (/^[A-Z][A-Za-z0-9]*$/.test(name)) continue
      yield {
        place,
        message: `The ${kind} \`${name}\` is not called in PascalCase.`,
        hint: 'Rename it, with the old name among its "aliases".',
      }
    }
  },
}

export const fieldCase: Rule = {
  code: 'field-case',
  level: 'off',
  summary: 'A field whose name is not camelCase.',
  why: 'Fields are properties in TypeScript; one style in all schemas spares every reader a look.',
  *check(project) {
    for (const { field } of fields(project)) {
      if (/^[a-z][A-Za-z0-9]*$/.test(field.name)) continue
      const hint = 'Rename it, with the old name among its "aliases".'
      yield { place: field.place, message: `The field \`${field.name}\` is not called in camelCase.`, hint }
    }
  },
}

export const symbolCase: Rule = {
  code: 'symbol-case',
  level: 'off',
  summary: 'An enum with a symbol that is not in UPPER_CASE.',
  why: 'Symbols are constants in every language that generates code of them. A symbol cannot be renamed later.',
  *check({ types }) {
    for (const type of types) {
      const wrong = type.kind === 'enum' ? type.symbols.filter((symbol) => !/^[A-Z][A-Z0-9_]*$/.test(symbol)) : []
      if (wrong.length === 0) continue
      const message = `The enum \`${type.fullName}\` has symbols that are not in UPPER_CASE: ${wrong
        .slice(0, 5)
        .map((symbol) => `\`${symbol}\``)
        .join(', ')}.`
      yield { place: type.place, message, hint: 'A symbol cannot be renamed: write new ones so.' }
    }
  },
}

export const missingNamespace: Rule = {
  code: 'missing-namespace',
  level: 'off',
  summary: 'A named type without a namespace.',
  why: 'In Java it comes to the default package, which no other class can import; and two teams’ `Event` cannot be told apart.',
  *check({ types }) {
    for (const { kind, fullName, place } of types) {
      if (fullName.includes('.')) continue
      yield { place, message: `The ${kind} \`${fullName}\` has no namespace.`, hint: 'Write its "namespace".' }
    }
  },
}
