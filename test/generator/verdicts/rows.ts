import { isDeepStrictEqual } from 'node:util'
import type { BufferedRecord } from '#runtime/operators/buffers/buffered-record.js'
import type {
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyWindowStore,
  StateStore,
  VersionedKeyValueStore,
} from '#runtime/stores/state-store.js'
import type { StoreSpec } from '#runtime/stores/store-spec.js'
import type { NamedType } from './project.js'

export interface Row {
  readonly key: unknown
  readonly value: unknown
}

const end = Number.MAX_SAFE_INTEGER

/** All rows of a store, decoded to the last; `keys` are those that versioned stores, which cannot be listed, are asked for. */
export function rowsOf(spec: StoreSpec, store: StateStore, keys: readonly unknown[]): readonly Row[] {
  switch (spec.kind) {
    case 'keyValue':
    case 'timestampedKeyValue':
      return [...(store as ReadOnlyKeyValueStore<unknown, unknown>).all()].map((row) => opened(spec, row))
    case 'window':
    case 'timestampedWindow':
      // A row does not have its window's end: that is what today's size makes of its start.
      return [...(store as ReadOnlyWindowStore<unknown, unknown>).all()].map(({ key: { key, start }, value }) => ({
        key: { key, start },
        value,
      }))
    case 'session':
      return [...(store as unknown as ReadOnlySessionStore<unknown, unknown>).findSessionsByEnd(0, end)]
    case 'versioned':
      return keys.flatMap((key) => {
        const value = (store as VersionedKeyValueStore<unknown, unknown>).get(key)
        return value === undefined ? [] : [{ key, value }]
      })
  }
}

/** What a buffer holds back is bytes in its rows. */
function opened({ value: serde }: StoreSpec, { key, value }: Row): Row {
  if (serde.name !== 'buffered record') return { key, value }
  const { values, ...held } = value as BufferedRecord
  return { key, value: { ...held, values: values.map((bytes) => bytes && serde.parts!.at(-1)!.deserialize(bytes)) } }
}

/** Are the rows what a reader of today's types makes of those of then? */
export function sameRows(then: readonly Row[], now: readonly Row[], types: readonly NamedType[]): boolean {
  return then.length === now.length && then.every((row, index) => resolvesTo(row, now[index], types))
}

/** Are those of then that the store's retention of today leaves there still, whatever else has expired or is seen again? */
export function keepsLive(then: readonly Row[], now: readonly Row[], spec: StoreSpec, types: readonly NamedType[]): boolean {
  const timeOf = (row: Row) => {
    const { start, end } = row.key as { readonly start: number; readonly end?: number }
    return end ?? start
  }
  const liveFrom = 'retentionMs' in spec ? Math.max(...then.map(timeOf)) - spec.retentionMs + 1 : 0
  const live = 'retentionMs' in spec ? then.filter((row) => timeOf(row) >= liveFrom) : then
  return live.every((row) => now.some((other) => resolvesTo(row, other, types)))
}

/** Avro's resolution, by names of fields alone: a field is what it was, by its name or an alias, or its default. */
function resolvesTo(then: unknown, now: unknown, types: readonly NamedType[]): boolean {
  if (then instanceof Uint8Array || typeof then !== 'object' || then === null || typeof now !== 'object' || now === null)
    return (
      isDeepStrictEqual(then, now) ||
      types.some((type) => type.kind === 'enum' && type.default === now && !type.symbols.includes(String(then)))
    )
  const fields = types.flatMap((type) => ('fields' in type ? type.fields : []))
  return Object.entries(now).every(([name, value]) => {
    const sources = [name, ...fields.flatMap((field) => (field.name === name ? (field.aliases ?? []) : []))].filter(
      (source) => source in then,
    )
    if (sources.length === 0) return fields.some((field) => field.name === name && isDeepStrictEqual(field.default, value))
    return sources.some((source) => resolvesTo((then as Record<string, unknown>)[source], value, types))
  })
}
