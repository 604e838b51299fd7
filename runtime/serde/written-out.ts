import type { AvroCodec } from './codec.js'
import { isArray, isObject, type Json, type JsonObject, parseJson, stringifyJson } from './json.js'

/** The schema of a codec as JSON that stands for itself: each named type is written out where it comes first. */
export function writtenOut(codec: AvroCodec): string {
  const codecs = new Set<AvroCodec>([codec])
  for (const known of codecs) for (const inner of known.references()) codecs.add(inner)
  const definitions = new Map<string, Json>()
  for (const { name, schema } of codecs) definitions.set(name, parseJson(schema))
  const writer = new DefinitionWriter(definitions)
  return stringifyJson(writer.type(parseJson(codec.schema)))
}

class DefinitionWriter {
  readonly #definitions: ReadonlyMap<string, Json>
  readonly #written = new Set<string>()

  constructor(definitions: ReadonlyMap<string, Json>) {
    this.#definitions = definitions
  }

  type(json: Json): Json {
    if (typeof json === 'string') return this.#reference(json)
    if (isArray(json)) return json.map((branch) => this.type(branch))
    if (!isObject(json)) return json
    if (typeof json.name === 'string') return this.#named(json, json.name)
    if (json.type === 'array') return { ...json, items: this.type(json.items ?? null) }
    if (json.type === 'map') return { ...json, values: this.type(json.values ?? null) }
    return json
  }

  #reference(name: string): Json {
    const definition = this.#definitions.get(name)
    return definition === undefined || this.#written.has(name) ? name : this.type(definition)
  }

  #named(json: JsonObject, name: string): Json {
    if (this.#written.has(name)) return name
    this.#written.add(name)
    // A name without a dot is of no namespace; within a type that has one, this must be said.
    const named = name.includes('.') ? json : { ...json, namespace: '' }
    if (!isArray(json.fields)) return named
    return { ...named, fields: json.fields.map((field) => (isObject(field) ? { ...field, type: this.type(field.type ?? null) } : field)) }
  }
}
