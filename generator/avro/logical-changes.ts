import { logicalTypeText } from './logical-type.js'
import { resolvedPairs } from './resolution.js'
import type { AvroLogicalType, AvroSchema } from './schema.js'

/**
 * Where the bytes of the writer's values would be read as other values: decimals of another scale, times of another unit or kind. Neither the
 * fingerprint nor Avro's compatibility check tells, since the bytes stay valid.
 */
export function logicalChanges(reader: AvroSchema, writer: AvroSchema): readonly string[] {
  const found = resolvedPairs(reader, writer).flatMap((pair) => {
    const [to, from] = [logicalOf(pair.reader), logicalOf(pair.writer)]
    if (to === undefined || from === undefined || meaning(to) === meaning(from)) return []
    return [`${pair.path || 'the value'}: ${logicalTypeText(from)} would be read as ${logicalTypeText(to)}`]
  })
  return [...new Set(found)]
}

/** What values have to be like where a logical type comes that was not there: not all that the writer's plain type has are of it. */
export function newLogicalTypes(reader: AvroSchema, writer: AvroSchema): readonly string[] {
  const found = resolvedPairs(reader, writer).flatMap((pair) => {
    // What is within a type with a name is told of that.
    if (/\w/.test(pair.path) || pair.reader.kind !== 'primitive' || logicalOf(pair.writer) !== undefined) return []
    return demands.get(pair.reader.logicalType?.name ?? '') ?? []
  })
  return [...new Set(found)]
}

const demands: ReadonlyMap<string, string> = new Map([
  ['uuid', 'of which text that is no UUID cannot be read'],
  ['decimal', 'of which bytes are read as an integer'],
  ['big-decimal', 'of which bytes without a scale cannot be read'],
])

function logicalOf(schema: AvroSchema): AvroLogicalType | undefined {
  return schema.kind === 'primitive' || schema.kind === 'fixed' ? schema.logicalType : undefined
}

/** What the bytes say; that of a decimal depends on its scale alone. */
function meaning({ name, scale }: AvroLogicalType): string {
  return name === 'decimal' ? `decimal ${scale ?? 0}` : name
}
