import type { AvroLogicalType, AvroSchema } from './avro.js'
import { resolvedPairs } from './resolution.js'

/**
 * Where the bytes of the writer's values would be read as other values: decimals of another scale, times of another unit or kind. Neither the
 * fingerprint nor Avro's compatibility check tells, since the bytes stay valid.
 */
export function logicalChanges(reader: AvroSchema, writer: AvroSchema): readonly string[] {
  const found = resolvedPairs(reader, writer).flatMap((pair) => {
    const [to, from] = [logicalOf(pair.reader), logicalOf(pair.writer)]
    if (to === undefined || from === undefined || meaning(to) === meaning(from)) return []
    return [`${pair.path || 'the value'}: ${describe(from)} would be read as ${describe(to)}`]
  })
  return [...new Set(found)]
}

function logicalOf(schema: AvroSchema): AvroLogicalType | undefined {
  return schema.kind === 'primitive' || schema.kind === 'fixed' ? schema.logicalType : undefined
}

/** What the bytes say; that of a decimal depends on its scale alone. */
function meaning({ name, scale }: AvroLogicalType): string {
  return name === 'decimal' ? `decimal ${scale ?? 0}` : name
}

function describe({ name, precision, scale }: AvroLogicalType): string {
  return name === 'decimal' ? `decimal(${precision}, ${scale ?? 0})` : name
}
