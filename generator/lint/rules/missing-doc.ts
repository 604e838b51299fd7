import type { Rule } from '../rule.js'

export const missingDoc: Rule = {
  code: 'missing-doc',
  level: 'off',
  summary: 'A named type, or a field, without a `doc`.',
  why: 'The schema is what other teams read first; `doc` becomes the comment of the generated type.',
  *check({ types }) {
    for (const type of types) {
      if (!type.doc?.trim())
        yield { place: type.place, message: `The ${type.kind} \`${type.fullName}\` has no doc.`, hint: 'Say what it is.' }
      for (const { name, doc, place } of type.kind === 'record' ? type.fields : []) {
        if (!doc?.trim()) yield { place, message: `The field \`${name}\` of \`${type.fullName}\` has no doc.`, hint: 'Say what it is.' }
      }
    }
  },
}
