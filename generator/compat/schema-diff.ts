import { type IncompatibilityType, incompatibilities } from '../avro/compatibility.js'
import { stringifyJson } from '../avro/json.js'
import { logicalChanges, newLogicalTypes } from '../avro/logical-changes.js'
import { logicalTypeText } from '../avro/logical-type.js'
import { writerField } from '../avro/resolution.js'
import type { AvroEnum, AvroField, AvroNamed, AvroRecord, AvroSchema } from '../avro/schema.js'
import { schemaKey } from '../avro/schema-key.js'
import { unreadableDefaults } from '../avro/unreadable-default.js'
import type { Place } from '../diagnostics.js'

/** What a reader cannot read, or would misread, of what a writer wrote; empty if nothing. */
export function readingProblems(reader: AvroSchema, writer: AvroSchema): readonly string[] {
  const problems = [...problemsAt(reader, writer, [], new Set()), ...logicalChanges(reader, writer), ...unreadableDefaults(reader, writer)]
  return [...new Set(problems)]
}

function problemsAt(reader: AvroSchema, writer: AvroSchema, path: readonly string[], seen: ReadonlySet<AvroSchema>): readonly string[] {
  return incompatibilities(reader, writer).flatMap(({ type, location, message }) => {
    const at = locate(reader, writer, location)
    const fields = [...path, ...at.path]
    if (type === 'MISSING_UNION_BRANCH') {
      // Why a branch of the name that there is does not do.
      const branch =
        at.reader?.kind === 'union' ? at.reader.branches.find((each) => at.writer !== undefined && isNamesake(each, at.writer)) : undefined
      if (branch !== undefined && !seen.has(branch)) return problemsAt(branch, at.writer!, fields, new Set([...seen, branch]))
    }
    const name = fields.join('.') || 'the value'
    if (type === 'READER_FIELD_MISSING_DEFAULT_VALUE') return [`${name} is not in the writer's schema, and has no default`]
    return [`${name}: ${words[type]}, ${message}`]
  })
}

const words: Readonly<Record<Exclude<IncompatibilityType, 'READER_FIELD_MISSING_DEFAULT_VALUE'>, string>> = {
  NAME_MISMATCH: 'another name',
  FIXED_SIZE_MISMATCH: 'another size',
  MISSING_ENUM_SYMBOLS: 'symbols that the reader does not have, nor a default for them',
  TYPE_MISMATCH: 'another type',
  MISSING_UNION_BRANCH: 'a branch that the reader does not have',
}

interface Located {
  /** Fields on the way. */
  readonly path: readonly string[]
  readonly reader: AvroSchema | undefined
  readonly writer: AvroSchema | undefined
}

/** Where a JSON pointer into the reader's schema points, `/fields/1/type/fields/0`; a number after a union is a branch of the writer's. */
function locate(reader: AvroSchema, writer: AvroSchema, location: string): Located {
  const path: string[] = []
  let [to, from]: [AvroSchema | undefined, AvroSchema | undefined] = [reader, writer]
  const parts = location.split('/').slice(1)
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index]!
    if (part === 'fields' && to?.kind === 'record') {
      index += 1
      const field: AvroField | undefined = to.fields[Number(parts[index])]
      const source: AvroField | undefined = from?.kind === 'record' && field !== undefined ? writerField(from, field) : undefined
      if (field !== undefined) path.push(field.name)
      ;[to, from] = [field?.type, source?.type]
    } else if (part === 'items') [to, from] = [itemsOf(to), itemsOf(from)]
    else if (part === 'values') [to, from] = [itemsOf(to), itemsOf(from)]
    else if (from?.kind === 'union' && /^\d+$/.test(part)) from = from.branches[Number(part)]
  }
  return { path, reader: to, writer: from }
}

function itemsOf(schema: AvroSchema | undefined): AvroSchema | undefined {
  return schema?.kind === 'array' ? schema.items : schema?.kind === 'map' ? schema.values : undefined
}

function isNamesake(a: AvroSchema, b: AvroSchema): boolean {
  return 'fullName' in a && 'fullName' in b && a.fullName.split('.').at(-1) === b.fullName.split('.').at(-1)
}

export interface Difference {
  readonly text: string
  /** In today's schema; absent for what is not there any more. */
  readonly place?: Place
}

/** What differs between two versions of a schema, type by type, in words. */
export function schemaDifferences(before: AvroSchema, after: AvroSchema): readonly Difference[] {
  const old = new Map(namedTypes(before).map((type) => [type.fullName, type]))
  const [from, to] = [schemaKey(before), schemaKey(after)]
  const renamed = from === to ? [] : [{ text: `${from} → ${to}`, ...('place' in after && { place: after.place }) }]
  const changed = namedTypes(after).flatMap((type) => {
    const former = old.get(type.fullName) ?? type.aliases.map((alias) => old.get(alias)).find((found) => found !== undefined)
    return former === undefined ? [] : differences(former, type)
  })
  return [...renamed, ...changed]
}

function differences(before: AvroNamed, after: AvroNamed): readonly Difference[] {
  const name = after.fullName
  if (before.kind === 'record' && after.kind === 'record') return fieldDifferences(before, after)
  if (before.kind === 'enum' && after.kind === 'enum') return symbolDifferences(before, after)
  const [from, to] = [usage(before), usage(after)]
  return from === to ? [] : [{ text: `${name}: ${from} → ${to}`, place: after.place }]
}

function fieldDifferences(before: AvroRecord, after: AvroRecord): readonly Difference[] {
  const taken = new Set<string>()
  const now = after.fields.flatMap((field): Difference[] => {
    const name = `${after.fullName}.${field.name}`
    const former = writerField(before, field)
    if (former === undefined)
      return [{ text: `${name} is new${field.default === undefined ? ', without a default' : ''}`, place: field.place }]
    taken.add(former.name)
    const changes: string[] = []
    if (former.name !== field.name) changes.push(`was ${former.name}`)
    const [was, is] = [schemaKey(former.type), schemaKey(field.type)]
    if (was !== is) changes.push(`${was} → ${is}`, ...newLogicalTypes(field.type, former.type))
    const [from, to] = [former.default, field.default].map((value) => (value === undefined ? 'none' : stringifyJson(value)))
    if (from !== to) changes.push(`default ${from} → ${to}`)
    return changes.length === 0 ? [] : [{ text: `${name}: ${changes.join(', ')}`, place: field.place }]
  })
  const gone = before.fields.filter(({ name }) => !taken.has(name))
  const order = now.length === 0 && gone.length === 0 && before.fields.some(({ name }, index) => after.fields[index]?.name !== name)
  return [
    ...now,
    ...gone.map(({ name }) => ({ text: `${after.fullName}.${name} is gone` })),
    ...(order ? [{ text: `${after.fullName}: its fields stand in another order`, place: after.place }] : []),
  ]
}

function symbolDifferences(before: AvroEnum, after: AvroEnum): readonly Difference[] {
  const added = after.symbols.filter((symbol) => !before.symbols.includes(symbol))
  const gone = before.symbols.filter((symbol) => !after.symbols.includes(symbol))
  const changes = [
    ...(added.length > 0 ? [`${added.join(', ')} new`] : []),
    ...(gone.length > 0 ? [`${gone.join(', ')} gone`] : []),
    ...(before.default === after.default ? [] : [`default ${before.default ?? 'none'} → ${after.default ?? 'none'}`]),
  ]
  if (changes.length === 0 && before.symbols.join() !== after.symbols.join()) changes.push('its symbols stand in another order')
  return changes.length === 0 ? [] : [{ text: `${after.fullName}: ${changes.join(', ')}`, place: after.place }]
}

function usage(schema: AvroSchema): string {
  if (schema.kind !== 'fixed') return schemaKey(schema)
  return `${schema.fullName} of ${schema.size} bytes${schema.logicalType === undefined ? '' : ` as ${logicalTypeText(schema.logicalType)}`}`
}

/** Those of a schema, each once, in the order in which they are met. */
function namedTypes(schema: AvroSchema): readonly AvroNamed[] {
  const found = new Map<string, AvroNamed>()
  const queue: AvroSchema[] = [schema]
  for (const next of queue) {
    if ('fullName' in next) {
      if (found.has(next.fullName)) continue
      found.set(next.fullName, next)
    }
    if (next.kind === 'record') queue.push(...next.fields.map(({ type }) => type))
    else if (next.kind === 'array') queue.push(next.items)
    else if (next.kind === 'map') queue.push(next.values)
    else if (next.kind === 'union') queue.push(...next.branches)
  }
  return [...found.values()]
}
