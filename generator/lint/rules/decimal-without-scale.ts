import type { AvroSchema } from '../../avro/schema.js'
import type { Place } from '../../diagnostics.js'
import type { Rule } from '../rule.js'

export const decimalWithoutScale: Rule = {
  code: 'decimal-without-scale',
  level: 'warn',
  summary: 'A `decimal` that does not say its `scale`.',
  why: 'It is 0 then: whole numbers only. Who writes a decimal mostly wants places after the point, and the scale cannot be changed later. Write it, `"scale": 0` if that is meant.',
  *check({ types }) {
    for (const type of types) {
      if (type.kind === 'fixed' && type.logicalType?.isScaleImplied) yield told(`The fixed \`${type.fullName}\``, type.place)
      if (type.kind !== 'record') continue
      for (const { name, type: schema, place } of type.fields) {
        if (isImplied(schema)) yield told(`The field \`${name}\` of \`${type.fullName}\``, place)
      }
    }
  },
}

function told(what: string, place: Place) {
  return { place, message: `${what} is a decimal without a scale: it has no places after the point.`, hint: 'Write its "scale".' }
}

/** In a field's own type, not in those that it names. */
function isImplied(schema: AvroSchema): boolean {
  switch (schema.kind) {
    case 'primitive':
      return schema.logicalType?.isScaleImplied === true
    case 'array':
      return isImplied(schema.items)
    case 'map':
      return isImplied(schema.values)
    case 'union':
      return schema.branches.some(isImplied)
    default:
      return false
  }
}
