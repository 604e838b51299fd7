import type { AvroNamed, AvroSchema } from '../avro/schema.js'

/**
 * The first type that cannot be written out any more with all types that it refers to, if all of `types` are: a fingerprint is made of such a
 * text, and of thousands of types in a chain each text holds all that came before.
 */
export function firstBeyond(types: readonly AvroNamed[], most: number): AvroNamed | undefined {
  if (types.length ** 2 <= most) return undefined
  let written = 0
  return types.find((type) => {
    const seen = new Set([type])
    for (const each of seen) {
      for (const reference of referencesOf(each)) seen.add(reference)
      if (written + seen.size > most) return true
    }
    written += seen.size
    return false
  })
}

/** The named types that one refers to itself, once it is complete. */
export function referencesOf(type: AvroNamed): readonly AvroNamed[] {
  let references = known.get(type)
  if (references === undefined) {
    references = findReferences(type)
    known.set(type, references)
  }
  return references
}

const known = new WeakMap<AvroNamed, readonly AvroNamed[]>()

function findReferences(type: AvroNamed): readonly AvroNamed[] {
  const found = new Set<AvroNamed>()
  const visit = (schema: AvroSchema): void => {
    if (schema.kind === 'array') visit(schema.items)
    else if (schema.kind === 'map') visit(schema.values)
    else if (schema.kind === 'union') schema.branches.forEach(visit)
    else if (schema.kind !== 'primitive') found.add(schema)
  }
  if (type.kind === 'record') for (const field of type.fields) visit(field.type)
  return [...found]
}
