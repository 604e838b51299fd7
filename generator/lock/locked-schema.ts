import { fullSchema } from '../avro/full-schema.js'
import { stringifyJson } from '../avro/json.js'
import type { AvroSchema } from '../avro/schema.js'
import { Schemas } from '../input/schemas.js'
import type { LockedSchema } from './lock.js'

const parsed = new WeakMap<LockedSchema, AvroSchema | 'broken'>()

/** The schema of an entry of the lock; undefined if it is none. */
export function schemaOf(entry: LockedSchema): AvroSchema | undefined {
  let schema = parsed.get(entry)
  if (schema === undefined) {
    const result = new Schemas('number').inline(entry.schema, { file: '', line: 1, column: 1 })
    schema = 'schema' in result ? result.schema : 'broken'
    parsed.set(entry, schema)
  }
  return schema === 'broken' ? undefined : schema
}

/** What data was written with, as generated code keeps it: JSON on one line. */
export function writerText(entry: LockedSchema): string {
  return stringifyJson(fullSchema(schemaOf(entry)!, 'writer'))
}
