import { fingerprint } from '../avro/canonical.js'
import { incompatibilities } from '../avro/compatibility.js'
import { fullSchema } from '../avro/full-schema.js'
import { sortedObject } from '../avro/json.js'
import type { AvroSchema } from '../avro/schema.js'
import { compareText } from '../diagnostics.js'
import type { TopologyModel } from '../model/topology.js'
import { generatorVersion } from '../version.js'
import { type Lock, type LockedSchema, type LockedSide, type LockedTopology, typesOf } from './lock.js'
import { schemaOf } from './locked-schema.js'
import { lockTopology } from './locked-topology.js'
import type { UsedTypes } from './used-types.js'

interface LockInput {
  readonly folder: string
  /** Gets the types of the topologies. */
  readonly types: UsedTypes
  readonly last: Lock | undefined
}

/** The lock of a folder as it is now: what its topologies are, and the schemas that `last` knew before those of today. */
export function nextLock(topologies: readonly TopologyModel[], { folder, types, last }: LockInput): Lock {
  const locked = topologies.map((topology) => [topology.application, lockTopology(topology, folder, types)] as const)
  const former = last === undefined ? new Map<string, readonly string[]>() : formerTypes(last, new Map(locked), types)
  const schemas = new Map(Object.entries(last?.schemas ?? {}))
  for (const [key, schema] of types.schemas) schemas.set(key, history(schema, [...(former.get(key) ?? []), key], last))
  return { generator: generatorVersion, topologies: sortedObject(locked), schemas: sortedObject([...schemas]) }
}

/** Those before, oldest first, then today's. Of schemas with one fingerprint the latest counts: data cannot tell them apart. */
function history(schema: AvroSchema, keys: readonly string[], last: Lock | undefined): readonly LockedSchema[] {
  const aliases = 'aliases' in schema ? schema.aliases : []
  const before = [...aliases, ...keys].flatMap((key) => last?.schemas[key] ?? [])
  const current: LockedSchema = { fingerprint: fingerprint(schema), schema: fullSchema(schema, 'reader') }
  const all = new Map<string, LockedSchema>()
  for (const each of [...before, current]) {
    all.delete(each.fingerprint)
    all.set(each.fingerprint, each)
  }
  return [...all.values()]
}

/** Types that a store or a topic had before the one of today, if what they wrote can be read: their schemas are part of its history. */
function formerTypes(
  last: Lock,
  topologies: ReadonlyMap<string, LockedTopology>,
  types: UsedTypes,
): ReadonlyMap<string, readonly string[]> {
  const former = new Map<string, Set<string>>()
  const reads = (type: string, other: string): boolean => {
    const [reader, writer] = [types.schemas.get(type), last.schemas[other]?.at(-1)]
    const written = writer && schemaOf(writer)
    return reader !== undefined && written !== undefined && incompatibilities(reader, written).length === 0
  }
  for (const [application, topology] of topologies) {
    const before = last.topologies[application]
    if (before === undefined) continue
    for (const [from, to] of (['stores', 'topics', 'internalTopics'] as const).flatMap((part) => pairs(before[part], topology[part]))) {
      const old = typesOf(from)
      typesOf(to).forEach(({ type, encoding }, index) => {
        const other = old[index]
        if (encoding !== 'avro' || other?.encoding !== 'avro' || other.type === type || !reads(type, other.type)) return
        former.set(type, (former.get(type) ?? new Set()).add(other.type))
      })
    }
  }
  return new Map([...former].map(([type, others]) => [type, [...others].sort(compareText)]))
}

interface WithSides {
  readonly key?: LockedSide
  readonly value?: LockedSide
}

function pairs(
  before: { readonly [name: string]: WithSides },
  after: { readonly [name: string]: WithSides },
): readonly (readonly [LockedSide, LockedSide])[] {
  return Object.entries(after).flatMap(([name, now]) => {
    const was = before[name]
    return (['key', 'value'] as const).flatMap((side) => {
      const [from, to] = [was?.[side], now[side]]
      return from === undefined || to === undefined ? [] : [[from, to] as const]
    })
  })
}
