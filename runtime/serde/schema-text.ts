import type { AvroCodec } from './codec.js'
import { isArray, isObject, type Json, type JsonObject, parseJson, stringifyJson } from './json.js'

/** A codec's schema as JSON with all named types written out, each where it is first used: JSON that stands for itself. */
export function schemaText(codec: AvroCodec): string {
  const codecs = new Set<AvroCodec>([codec])
  for (const known of codecs) for (const inner of known.references()) codecs.add(inner)
  const definitions = new Map([...codecs].map(({ name, schema }) => [name, schema]))
  definitions.delete(codec.name)
  return stringifyJson(writeOut(parseJson(codec.schema), definitions, ''))
}

/** `definitions` are those that are not yet written out; `namespace` is that of the type around. */
function writeOut(json: Json, definitions: Map<string, string>, namespace: string): Json {
  if (typeof json === 'string') {
    const definition = definitions.get(json)
    if (definition === undefined) return json
    definitions.delete(json)
    return writeOut(parseJson(definition), definitions, namespace)
  }
  if (isArray(json)) return json.map((branch) => writeOut(branch, definitions, namespace))
  if (!isObject(json)) return json
  const { type, name } = json
  const inner = typeof name === 'string' ? name.slice(0, Math.max(0, name.lastIndexOf('.'))) : namespace
  const replaced = new Map(Object.entries(json))
  // Names are full ones: one without a dot is of no namespace, wherever it stands.
  if (typeof name === 'string' && inner === '' && namespace !== '') replaced.set('namespace', '')
  if (type === 'array') replaced.set('items', writeOut(json.items ?? null, definitions, inner))
  else if (type === 'map') replaced.set('values', writeOut(json.values ?? null, definitions, inner))
  else if (type === 'record' || type === 'error') replaced.set('fields', fieldsOf(json, definitions, inner))
  else if (type !== 'enum' && type !== 'fixed') replaced.set('type', writeOut(type ?? null, definitions, inner))
  return objectOf(replaced)
}

function fieldsOf(json: JsonObject, definitions: Map<string, string>, namespace: string): Json {
  const { fields = [] } = json
  if (!isArray(fields)) return fields
  return fields.map((field) => {
    if (!isObject(field)) return field
    return objectOf(new Map(Object.entries(field)).set('type', writeOut(field.type ?? null, definitions, namespace)))
  })
}

function objectOf(entries: ReadonlyMap<string, Json>): JsonObject {
  return Object.fromEntries(entries)
}
