import { type Json, jsonObject } from './json.js'
import type { AvroField, AvroLogicalType, AvroNamed, AvroSchema } from './schema.js'

/** What a text keeps of a schema: all that a reader goes by (aliases and defaults too), or only what data was written with. */
export type Kept = 'reader' | 'writer'

/**
 * A schema with all its named types written out where they come first, full names everywhere: what registries and histories keep. Docs and
 * attributes that mean nothing to Avro are left out, since no data depends on them.
 */
export function fullSchema(schema: AvroSchema, kept: Kept): Json {
  return new Writer(kept).usage(schema)
}

class Writer {
  readonly #kept: Kept
  readonly #defined = new Set<string>()

  constructor(kept: Kept) {
    this.#kept = kept
  }

  usage(schema: AvroSchema): Json {
    switch (schema.kind) {
      case 'primitive': {
        const extra = logical(schema.logicalType)
        return extra.length === 0 ? schema.primitive : jsonObject([['type', schema.primitive], ...extra])
      }
      case 'array':
        return jsonObject([
          ['type', 'array'],
          ['items', this.usage(schema.items)],
        ])
      case 'map':
        return jsonObject([
          ['type', 'map'],
          ['values', this.usage(schema.values)],
        ])
      case 'union':
        return schema.branches.map((branch) => this.usage(branch))
      default:
        return this.#named(schema)
    }
  }

  #named(schema: AvroNamed): Json {
    const { fullName, aliases } = schema
    if (this.#defined.has(fullName)) return fullName
    this.#defined.add(fullName)
    // A name without a dot would be taken for one of the namespace around it.
    const head: [string, Json][] = [
      ['type', schema.kind],
      ['name', fullName],
      ...(fullName.includes('.') ? [] : [['namespace', ''] as [string, Json]]),
      ...(aliases.length === 0 ? [] : this.#ofReader('aliases', aliases)),
    ]
    switch (schema.kind) {
      case 'record':
        return jsonObject([...head, ['fields', schema.fields.map((field) => this.#field(field))]])
      case 'enum':
        return jsonObject([...head, ['symbols', schema.symbols], ...this.#ofReader('default', schema.default)])
      case 'fixed':
        return jsonObject([...head, ['size', schema.size], ...logical(schema.logicalType)])
    }
  }

  #field({ name, type, aliases, default: value }: AvroField): Json {
    return jsonObject([
      ['name', name],
      ['type', this.usage(type)],
      ...(aliases.length === 0 ? [] : this.#ofReader('aliases', aliases)),
      ...this.#ofReader('default', value),
    ])
  }

  #ofReader(key: string, value: Json | undefined): [string, Json][] {
    return value === undefined || this.#kept === 'writer' ? [] : [[key, value]]
  }
}

function logical(type: AvroLogicalType | undefined): [string, Json][] {
  if (type === undefined) return []
  const { name, precision, scale } = type
  return [
    ['logicalType', name],
    ...(precision === undefined ? [] : [['precision', precision] as [string, Json]]),
    ...(scale === undefined ? [] : [['scale', scale] as [string, Json]]),
  ]
}
