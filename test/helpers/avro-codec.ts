import { createHash } from 'node:crypto'
import type { AvroCodec } from '#runtime/serde/codec.js'
import { type Json, parseJson } from '#runtime/serde/json.js'
import { writeJson } from '#runtime/serde/json-encoding.js'
import { resolver } from '#runtime/serde/resolution.js'
import { parseSchema } from '#runtime/serde/schema.js'

/** A codec of a schema in JSON, for tests that need no generated code: values are as generated code has them, a union's those of its first branch that fits. */
export function codecOf<T>(schema: string): AvroCodec<T> {
  const parsed = parseSchema(schema)
  const read = resolver(parsed, parsed)
  return {
    name: (parseJson(schema) as { readonly name: string }).name,
    fingerprint: createHash('sha256').update(schema).digest('hex').slice(0, 16),
    schema,
    references: () => [],
    write: (out, value) => writeJson(out, parsed, value as Json, 'default'),
    read: (input) => read(input) as T,
  }
}
