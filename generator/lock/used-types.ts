import { fingerprint } from '../avro/canonical.js'
import type { AvroSchema } from '../avro/schema.js'
import { schemaKey } from '../avro/schema-key.js'
import type { DataType, Encoding } from '../model/data-type.js'
import { formatDuration } from '../model/durations.js'
import type { LockedType } from './lock.js'

/** The types of topics and state as the lock has them, and the schemas that they need. */
export class UsedTypes {
  /** By what `schemas` of the lock has them under. */
  readonly schemas = new Map<string, AvroSchema>()

  lock(type: DataType, encoding: Encoding): LockedType {
    if (type.kind === 'primitive') return type.nullable ? `${type.primitive}?` : type.primitive
    const nullable = type.nullable ? { nullable: true } : {}
    if (type.kind === 'avro') {
      const key = schemaKey(type.schema)
      this.schemas.set(key, type.schema)
      return { type: key, ...nullable, encoding, fingerprint: fingerprint(type.schema) }
    }
    const inner = this.lock(type.key, encoding)
    const window = type.kind === 'timeWindowed' ? formatDuration(type.sizeMs) : 'session'
    return { ...(typeof inner === 'string' ? { type: inner } : inner), ...nullable, window }
  }
}
