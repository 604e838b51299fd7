import { resolvedPairs, writerField } from '../../avro/resolution.js'
import type { AvroField, AvroSchema } from '../../avro/schema.js'
import { schemaKey } from '../../avro/schema-key.js'
import type { Lock, LockedSchema } from '../../lock/lock.js'
import { schemaOf } from '../../lock/locked-schema.js'
import type { Found, Rule } from '../rule.js'
import { typesOf, unwindowed } from '../types.js'

export const addedFieldWithoutDefault: Rule = {
  code: 'added-field-without-default',
  level: 'warn',
  summary: 'A field without a default that an earlier schema of a type, as `topology.lock.json` has them, does not have.',
  why: 'What was written with that schema, in topics and in state, cannot be read: Avro’s schema resolution takes the value of a field that the writer does not have from its default. Give it one, or name its old name as an alias if it only has another name now. After a reset that leaves no such data, keep the finding back.',
  *check({ topologies, lock }): Iterable<Found> {
    if (lock === undefined) return
    const told = new Set<AvroField>()
    for (const schema of usedSchemas(topologies)) {
      for (const { type, entry } of latestFirst(schema, lock)) {
        const former = schemaOf(entry)
        for (const { reader, writer } of former === undefined ? [] : resolvedPairs(schema, former)) {
          if (reader.kind !== 'record' || writer.kind !== 'record') continue
          for (const field of reader.fields) {
            if (field.default !== undefined || told.has(field) || writerField(writer, field) !== undefined) continue
            told.add(field)
            const message = `The field \`${field.name}\` of \`${reader.fullName}\` has no default, and the schema ${entry.fingerprint} of \`${type}\` in the lock does not have it: what was written with that one cannot be read.`
            yield { place: field.place, message, hint: 'Give it a default; if only its name is new, name the old one in its "aliases".' }
          }
        }
      }
    }
  },
}

/** Those that the lock may know by themselves: not what is within others. */
function usedSchemas(topologies: Parameters<typeof typesOf>[0]): ReadonlySet<AvroSchema> {
  return new Set(
    typesOf(topologies)
      .map(unwindowed)
      .flatMap((type) => (type.kind === 'avro' ? [type.schema] : [])),
  )
}

function latestFirst(schema: AvroSchema, { schemas }: Lock): readonly { readonly type: string; readonly entry: LockedSchema }[] {
  const types = ['aliases' in schema ? schema.aliases : [], schemaKey(schema)].flat()
  return types.flatMap((type) => (schemas[type] ?? []).map((entry) => ({ type, entry }))).reverse()
}
