import type { DataType, TypeSystem } from './data-type.js'
import type { WindowSpec } from './runtime-symbols.js'

export const long: DataType = { kind: 'primitive', primitive: 'long', nullable: false }

/** Has it an encoding? Types of Kafka's own have none. */
export function hasAvro(type: DataType): boolean {
  return 'key' in type ? hasAvro(type.key) : type.kind === 'avro'
}

export function nonNull(type: DataType): DataType {
  return type.nullable ? { ...type, nullable: false } : type
}

export function orNull(type: DataType): DataType {
  return type.nullable ? type : { ...type, nullable: true }
}

/** Null if either may be null. */
export function nullableAs(type: DataType, ...others: readonly DataType[]): DataType {
  return type.nullable || others.some((other) => other.nullable) ? orNull(type) : type
}

/** The key of a windowed table. */
export function windowedKey(key: DataType, window: WindowSpec | undefined, sizeMs: number): DataType {
  if (window === undefined) return nonNull(key)
  return window.kind === 'session'
    ? { kind: 'sessionWindowed', key: nonNull(key), nullable: false }
    : { kind: 'timeWindowed', key: nonNull(key), sizeMs, nullable: false }
}

/** The same but for null. An unlimited window is as long as the other says, since nobody can read its end from a topic. */
export function sameType(types: TypeSystem, a: DataType, b: DataType): boolean {
  if (
    a.kind === 'timeWindowed' &&
    b.kind === 'timeWindowed' &&
    (a.sizeMs === Number.MAX_SAFE_INTEGER || b.sizeMs === Number.MAX_SAFE_INTEGER)
  ) {
    return sameType(types, a.key, b.key)
  }
  return types.equal(nonNull(a), nonNull(b))
}
