import type { AvroField, AvroRecord } from '../../avro/schema.js'
import type { Found, LintedProject, Rule } from '../rule.js'
import { isNull } from '../types.js'

export const nullableWithoutDefault: Rule = {
  code: 'nullable-without-default',
  level: 'warn',
  summary: 'A field that may be null, without a default.',
  why: 'It is optional to its writers, but not to schema evolution: without `"default": null` it can be neither added to a schema nor removed from one. Put null first and give it as the default.',
  *check(project) {
    for (const { field, record } of fields(project)) {
      if (field.type.kind !== 'union' || !field.type.branches.some(isNull) || field.default !== undefined) continue
      const message = `The field \`${field.name}\` of \`${record.fullName}\` may be null, and has no default.`
      yield { place: field.place, message, hint: 'Put "null" first in its union, and write "default": null.' }
    }
  },
}

export const fieldWithoutDefault: Rule = {
  code: 'field-without-default',
  level: 'off',
  summary: 'Any field without a default.',
  why: 'A field with a default can be added, and removed, while old data and old readers are around. For teams that want it of every field; `added-field-without-default` tells of those that are new.',
  *check(project) {
    for (const { field, record } of fields(project)) {
      if (field.default !== undefined) continue
      yield { place: field.place, message: `The field \`${field.name}\` of \`${record.fullName}\` has no default.`, hint: 'Give it one.' }
    }
  },
}

export const defaultOfLaterBranch: Rule = {
  code: 'default-of-later-branch',
  level: 'warn',
  summary: 'A field whose default is null where null is not the first of its union, or the other way round.',
  why: 'Until Avro 1.12 a default was a value of the first branch, and most readers out there hold to that: they refuse the whole schema. Put the branch of the default first.',
  *check(project): Iterable<Found> {
    for (const { field, record } of fields(project)) {
      if (field.type.kind !== 'union' || field.default === undefined || !field.type.branches.some(isNull)) continue
      if ((field.default === null) === isNull(field.type.branches[0])) continue
      const message = `The default of the field \`${field.name}\` of \`${record.fullName}\` is not of the first type of its union.`
      yield { place: field.place, message, hint: field.default === null ? 'Put "null" first.' : 'Put the type of the default first.' }
    }
  },
}

/** All fields of all records. */
export function fields({ types }: LintedProject): readonly { readonly record: AvroRecord; readonly field: AvroField }[] {
  return types.flatMap((record) => (record.kind === 'record' ? record.fields.map((field) => ({ record, field })) : []))
}
