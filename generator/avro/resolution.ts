import type { AvroField, AvroNamed, AvroRecord, AvroSchema } from './schema.js'

/** A part of a reader's schema, and the part of a writer's whose values it gets; neither is a union. */
export interface ResolvedPair {
  readonly reader: AvroSchema
  readonly writer: AvroSchema
  /** Where, as a message says it: `order.items[].price`; empty for the value itself. */
  readonly path: string
}

/** What Avro's schema resolution puts together, pair by pair, each once; what does not go by its name is left out. */
export function resolvedPairs(reader: AvroSchema, writer: AvroSchema): readonly ResolvedPair[] {
  const pairs: ResolvedPair[] = []
  visit(reader, writer, '', new Map(), pairs)
  return pairs
}

function visit(reader: AvroSchema, writer: AvroSchema, path: string, seen: Map<AvroSchema, Set<AvroSchema>>, pairs: ResolvedPair[]): void {
  const known = seen.get(reader) ?? new Set()
  if (known.has(writer)) return
  seen.set(reader, known.add(writer))
  if (writer.kind === 'union') {
    for (const branch of writer.branches) visit(reader, branch, path, seen, pairs)
  } else if (reader.kind === 'union') {
    const branch = reader.branches.find((each) => isBranchOf(each, writer))
    if (branch !== undefined) visit(branch, writer, path, seen, pairs)
  } else if (!('fullName' in reader && 'fullName' in writer) || hasNameOf(reader, writer)) {
    pairs.push({ reader, writer, path })
    if (reader.kind === 'array' && writer.kind === 'array') visit(reader.items, writer.items, `${path}[]`, seen, pairs)
    else if (reader.kind === 'map' && writer.kind === 'map') visit(reader.values, writer.values, `${path}{}`, seen, pairs)
    else if (reader.kind === 'record' && writer.kind === 'record') {
      for (const field of reader.fields) {
        const source = writerField(writer, field)
        if (source !== undefined) visit(field.type, source.type, path === '' ? field.name : `${path}.${field.name}`, seen, pairs)
      }
    }
  }
}

function isBranchOf(branch: AvroSchema, writer: AvroSchema): boolean {
  if ('fullName' in branch) return 'fullName' in writer && branch.kind === writer.kind && hasNameOf(branch, writer)
  return branch.kind === 'primitive' && writer.kind === 'primitive' ? branch.primitive === writer.primitive : branch.kind === writer.kind
}

/** The writer's field that a reader's takes: of its name, or of one of its aliases. */
export function writerField(writer: AvroRecord, field: AvroField): AvroField | undefined {
  return writer.fields.find(({ name }) => name === field.name) ?? writer.fields.find(({ name }) => field.aliases.includes(name))
}

/** Does a reader's type take a writer's by name? Names match without their namespace, or by the reader's aliases, as in Avro for Java. */
export function hasNameOf(reader: AvroNamed, writer: AvroNamed): boolean {
  return simple(reader.fullName) === simple(writer.fullName) || reader.aliases.includes(writer.fullName)
}

function simple(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1)
}
