import type { AvroSchema } from '../avro/schema.js'
import type { DataType } from '../model/data-type.js'
import type { TopologyModel } from '../model/topology.js'

/** All schemas within these types, each once: themselves, branches, items, fields. */
export function schemasWithin(types: Iterable<DataType>): ReadonlySet<AvroSchema> {
  const found = new Set<AvroSchema>()
  const visit = (schema: AvroSchema): void => {
    if (found.has(schema)) return
    found.add(schema)
    if (schema.kind === 'array') visit(schema.items)
    else if (schema.kind === 'map') visit(schema.values)
    else if (schema.kind === 'union') schema.branches.forEach(visit)
    else if (schema.kind === 'record') for (const { type } of schema.fields) visit(type)
  }
  for (const type of types) {
    const inner = unwindowed(type)
    if (inner.kind === 'avro') visit(inner.schema)
  }
  return found
}

/** All types that topics, stores and steps of topologies have. */
export function typesOf(topologies: readonly TopologyModel[]): readonly DataType[] {
  return topologies.flatMap(({ topics, stores, steps }) => [
    ...[...topics, ...stores].flatMap(({ key, value }) => [key, value]),
    ...steps.flatMap(({ output }) => (output === undefined ? [] : [output.key, output.value])),
  ])
}

/** The key itself, of one that stands for windows. */
export function unwindowed(type: DataType): DataType {
  return type.kind === 'timeWindowed' || type.kind === 'sessionWindowed' ? unwindowed(type.key) : type
}

export function isNull(schema: AvroSchema | undefined): boolean {
  return schema?.kind === 'primitive' && schema.primitive === 'null'
}

/** `Item` of `shop.Item`. */
export function simpleName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1)
}
