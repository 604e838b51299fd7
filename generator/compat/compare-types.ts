import { sameJson } from '../avro/json.js'
import type { AvroSchema } from '../avro/schema.js'
import type { Place } from '../diagnostics.js'
import { describeSide, describeType, type Lock, type LockedSide, type LockedTypeDetails, typesOf } from '../lock/lock.js'
import { schemaOf } from '../lock/locked-schema.js'
import { type Difference, readingProblems, schemaDifferences } from './schema-diff.js'

/** What became of the type of a topic's or a store's side, or of one of the types within it. */
export type TypeChange =
  | { readonly kind: 'type'; readonly from: string; readonly to: string }
  | { readonly kind: 'encoding'; readonly from: string; readonly to: string }
  | { readonly kind: 'null'; readonly allowed: boolean; readonly from: string; readonly to: string }
  | SchemaChange

export interface SchemaChange {
  readonly kind: 'schema'
  readonly type: string
  readonly encoding: LockedTypeDetails['encoding']
  readonly from: string
  readonly to: string
  /** Are the bytes of a value others than before? */
  readonly bytes: boolean
  /** Why today's schema cannot read what one of the older ones wrote, though the last one could. */
  readonly reading: readonly string[]
  /** Why the last schema cannot read what today's writes. */
  readonly readBack: readonly string[]
  readonly differences: readonly string[]
  readonly place: Place | undefined
}

/** Of a change that data shows; a default or a logical type leaves the fingerprint as it is. */
export function fingerprints({ bytes, from, to }: SchemaChange): { readonly from?: string; readonly to?: string } {
  return bytes ? { from, to } : {}
}

/** A side before or after its change: with what has changed of it, where its type does not tell. */
export function describeChanged(side: LockedSide | undefined, change: TypeChange | undefined, which: 'from' | 'to'): string | undefined {
  if (side === undefined) return undefined
  const text = describeSide(side)
  if (change?.kind === 'schema') return `${text} ${change[which]}`
  return change?.kind === 'encoding' ? `${text} as ${change[which]}` : text
}

/** Compares types by the schemas that two locks have for them. */
export class TypeComparison {
  readonly #before: Lock['schemas']
  readonly #after: Lock['schemas']
  readonly #today: ReadonlyMap<string, AvroSchema>

  /** `today`: the schemas of `after` as the folder has them, with their places. */
  constructor(before: Lock['schemas'], after: Lock['schemas'], today: ReadonlyMap<string, AvroSchema>) {
    this.#before = before
    this.#after = after
    this.#today = today
  }

  sides(before: LockedSide | undefined, after: LockedSide | undefined): readonly TypeChange[] {
    if (before === undefined || after === undefined) return []
    const [from, to] = [typesOf(before), typesOf(after)]
    const [fromFormat, toFormat] = [before, after].map((side) => (typeof side === 'object' && 'of' in side ? side.format : '…'))
    if (fromFormat !== toFormat || from.length !== to.length) return [{ kind: 'type', from: describeSide(before), to: describeSide(after) }]
    return to.flatMap((type, index) => this.#types(from[index]!, type))
  }

  #types(from: LockedTypeDetails, to: LockedTypeDetails): readonly TypeChange[] {
    const words = { from: describeType(from), to: describeType(to) }
    if (from.window !== to.window || (from.fingerprint === undefined) !== (to.fingerprint === undefined))
      return [{ kind: 'type', ...words }]
    const nullable: TypeChange[] =
      (from.nullable ?? false) === (to.nullable ?? false) ? [] : [{ kind: 'null', allowed: to.nullable ?? false, ...words }]
    if (from.fingerprint === undefined) return from.type === to.type ? nullable : [{ kind: 'type', ...words }]
    if (from.encoding !== to.encoding) return [{ kind: 'encoding', from: from.encoding!, to: to.encoding! }, ...nullable]
    return [...this.#schemas(from, to), ...nullable]
  }

  #schemas(from: LockedTypeDetails, to: LockedTypeDetails): readonly TypeChange[] {
    const older = this.#before[from.type] ?? []
    const [last, now] = [older.at(-1), this.#after[to.type]?.at(-1)]
    if (last === undefined || now === undefined || (from.type === to.type && sameJson(last.schema, now.schema))) return []
    const [writer, reader] = [schemaOf(last), this.#today.get(to.type) ?? schemaOf(now)]
    if (writer === undefined || reader === undefined) return []
    // What could not be read before is no matter of this change.
    const known = older.flatMap((entry) => schemaOf(entry) ?? []).filter((other) => readingProblems(writer, other).length === 0)
    const differences = schemaDifferences(writer, reader)
    const bytes = from.fingerprint !== to.fingerprint
    return [
      {
        kind: 'schema',
        type: to.type,
        encoding: to.encoding,
        from: from.fingerprint!,
        to: to.fingerprint!,
        bytes,
        reading: [...new Set([...known, writer].flatMap((other) => readingProblems(reader, other)))],
        readBack: readingProblems(writer, reader),
        differences: differences.map(({ text }) => text),
        place: differences.find((each): each is Difference & { place: Place } => each.place !== undefined)?.place ?? placeOf(reader),
      },
    ]
  }
}

function placeOf(schema: AvroSchema): Place | undefined {
  if ('place' in schema) return schema.place
  return schema.kind === 'array' ? placeOf(schema.items) : schema.kind === 'map' ? placeOf(schema.values) : undefined
}
