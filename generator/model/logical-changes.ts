import type { AvroLogicalType, AvroSchema } from './avro.js'

/**
 * Where the bytes of the writer's values would be read as other values: decimals of another scale, times of another unit or kind. Neither the
 * fingerprint nor Avro's compatibility check tells, since the bytes stay valid.
 */
export function logicalChanges(reader: AvroSchema, writer: AvroSchema): readonly string[] {
  const found = new Set<string>()
  compare(reader, writer, '', new Map(), found)
  return [...found]
}

function compare(reader: AvroSchema, writer: AvroSchema, at: string, seen: Map<AvroSchema, Set<AvroSchema>>, found: Set<string>): void {
  const known = seen.get(reader) ?? new Set()
  if (known.has(writer)) return
  seen.set(reader, known.add(writer))
  if (reader.kind === 'union' || writer.kind === 'union') {
    for (const from of writer.kind === 'union' ? writer.branches : [writer]) {
      const to = reader.kind === 'union' ? reader.branches.find((branch) => tag(branch) === tag(from)) : reader
      if (to !== undefined) compare(to, from, at, seen, found)
    }
    return
  }
  if (reader.kind === 'array' && writer.kind === 'array') compare(reader.items, writer.items, `${at}[]`, seen, found)
  else if (reader.kind === 'map' && writer.kind === 'map') compare(reader.values, writer.values, `${at}{}`, seen, found)
  else if (reader.kind === 'record' && writer.kind === 'record') {
    for (const field of reader.fields) {
      const source = writer.fields.find(({ name }) => name === field.name) ?? writer.fields.find(({ name }) => field.aliases.includes(name))
      if (source !== undefined) compare(field.type, source.type, at === '' ? field.name : `${at}.${field.name}`, seen, found)
    }
  } else {
    const [to, from] = [logicalOf(reader), logicalOf(writer)]
    if (to !== undefined && from !== undefined && meaning(to) !== meaning(from)) {
      found.add(`${at === '' ? 'the value' : at}: ${describe(from)} would be read as ${describe(to)}`)
    }
  }
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

function tag(schema: AvroSchema): string {
  return schema.kind === 'primitive'
    ? schema.primitive
    : 'fullName' in schema
      ? schema.fullName.slice(schema.fullName.lastIndexOf('.') + 1)
      : schema.kind
}
