import { hasNameOf, writerField } from './resolution.js'
import type { AvroEnum, AvroFixed, AvroNamed, AvroRecord, AvroSchema, AvroUnion } from './schema.js'

export type IncompatibilityType =
  | 'NAME_MISMATCH'
  | 'FIXED_SIZE_MISMATCH'
  | 'MISSING_ENUM_SYMBOLS'
  | 'READER_FIELD_MISSING_DEFAULT_VALUE'
  | 'TYPE_MISMATCH'
  | 'MISSING_UNION_BRANCH'

/** Something of the reader's schema that data of the writer's does not give. */
export interface Incompatibility {
  readonly type: IncompatibilityType
  /** JSON pointer into the schema: `/fields/3/type`. */
  readonly location: string
  readonly message: string
}

/**
 * What keeps a reader's schema from reading all data of a writer's; empty if nothing does. The verdicts, places and words of Avro's Java
 * `SchemaCompatibility`, which registries go by: names match without their namespace, or by the reader's aliases.
 */
export function incompatibilities(reader: AvroSchema, writer: AvroSchema): readonly Incompatibility[] {
  return new CompatibilityCheck().check(reader, writer, [])
}

class CompatibilityCheck {
  /** Results by reader and writer; a pair that is under way counts as compatible until it is proven not to be. */
  readonly #known = new Map<AvroSchema, Map<AvroSchema, readonly Incompatibility[]>>()

  check(reader: AvroSchema, writer: AvroSchema, location: readonly string[]): readonly Incompatibility[] {
    const results = this.#known.get(reader) ?? new Map<AvroSchema, readonly Incompatibility[]>()
    this.#known.set(reader, results)
    const known = results.get(writer)
    if (known !== undefined) return known
    results.set(writer, [])
    const found = this.#compare(reader, writer, location)
    results.set(writer, found)
    return found
  }

  #compare(reader: AvroSchema, writer: AvroSchema, location: readonly string[]): readonly Incompatibility[] {
    if (typeOf(reader) === typeOf(writer)) return this.#sameType(reader, writer, location)
    if (writer.kind === 'union') return writer.branches.flatMap((branch, index) => this.check(reader, branch, [...location, String(index)]))
    if (reader.kind === 'union') {
      const fits = reader.branches.some((branch) => this.check(branch, writer, []).length === 0)
      return fits ? [] : [missingBranch(writer, location)]
    }
    if (promotions.get(typeOf(writer))?.includes(typeOf(reader)) === true) return []
    const message = `reader type: ${typeOf(reader)} not compatible with writer type: ${typeOf(writer)}`
    return [incompatibility('TYPE_MISMATCH', location, message)]
  }

  #sameType(reader: AvroSchema, writer: AvroSchema, location: readonly string[]): readonly Incompatibility[] {
    switch (reader.kind) {
      case 'primitive':
        return []
      case 'array':
        return this.check(reader.items, (writer as typeof reader).items, [...location, 'items'])
      case 'map':
        return this.check(reader.values, (writer as typeof reader).values, [...location, 'values'])
      case 'union':
        return (writer as AvroUnion).branches.flatMap((branch, index) =>
          this.check(reader, branch, []).length === 0 ? [] : [missingBranch(branch, [...location, String(index)])],
        )
      case 'fixed':
        return [...names(reader, writer as AvroFixed, location), ...sizes(reader, writer as AvroFixed, location)]
      case 'enum':
        return [...names(reader, writer as AvroEnum, location), ...symbols(reader, writer as AvroEnum, location)]
      case 'record':
        return [...names(reader, writer as AvroRecord, location), ...this.#fields(reader, writer as AvroRecord, location)]
    }
  }

  #fields(reader: AvroRecord, writer: AvroRecord, location: readonly string[]): readonly Incompatibility[] {
    return reader.fields.flatMap((field, index) => {
      const at = [...location, 'fields', String(index)]
      const source = writerField(writer, field)
      if (source !== undefined) return this.check(field.type, source.type, [...at, 'type'])
      if (field.default !== undefined) return []
      // As in Java: an enum's own default does not stand in for the field's, and is reported as a type that does not match.
      if (field.type.kind === 'enum' && field.type.default !== undefined) return this.check(field.type, writer, [...at, 'type'])
      return [incompatibility('READER_FIELD_MISSING_DEFAULT_VALUE', at, field.name)]
    })
  }
}

function names(reader: AvroNamed, writer: AvroNamed, location: readonly string[]): readonly Incompatibility[] {
  if (hasNameOf(reader, writer)) return []
  return [incompatibility('NAME_MISMATCH', [...location, 'name'], `expected: ${writer.fullName}`)]
}

function sizes(reader: AvroFixed, writer: AvroFixed, location: readonly string[]): readonly Incompatibility[] {
  if (reader.size === writer.size) return []
  return [incompatibility('FIXED_SIZE_MISMATCH', [...location, 'size'], `expected: ${writer.size}, found: ${reader.size}`)]
}

function symbols(reader: AvroEnum, writer: AvroEnum, location: readonly string[]): readonly Incompatibility[] {
  const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol)).sort()
  if (missing.length === 0 || reader.default !== undefined) return []
  return [incompatibility('MISSING_ENUM_SYMBOLS', [...location, 'symbols'], `[${missing.join(', ')}]`)]
}

function missingBranch(writer: AvroSchema, location: readonly string[]): Incompatibility {
  return incompatibility('MISSING_UNION_BRANCH', location, `reader union lacking writer type: ${typeOf(writer)}`)
}

function incompatibility(type: IncompatibilityType, location: readonly string[], message: string): Incompatibility {
  return { type, location: `/${location.join('/')}`, message }
}

const promotions: ReadonlyMap<string, readonly string[]> = new Map([
  ['INT', ['LONG', 'FLOAT', 'DOUBLE']],
  ['LONG', ['FLOAT', 'DOUBLE']],
  ['FLOAT', ['DOUBLE']],
  ['STRING', ['BYTES']],
  ['BYTES', ['STRING']],
])

function typeOf(schema: AvroSchema): string {
  return (schema.kind === 'primitive' ? schema.primitive : schema.kind).toUpperCase()
}
