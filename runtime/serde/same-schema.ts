import type { LogicalType, NamedSchema, Schema } from './schema.js'

/** Do both schemas write every value to the same bytes, and read them as the same value? Docs, aliases and defaults do not matter to that. */
export function sameSchema(a: Schema, b: Schema): boolean {
  return same(a, b, new Map())
}

/** `known`: named types of the left that were met already, with those that stood in their place on the right. */
function same(a: Schema, b: Schema, known: Map<NamedSchema, NamedSchema>): boolean {
  switch (a.kind) {
    case 'primitive':
      return b.kind === 'primitive' && a.primitive === b.primitive && sameLogicalType(a.logicalType, b.logicalType)
    case 'array':
      return b.kind === 'array' && same(a.items, b.items, known)
    case 'map':
      return b.kind === 'map' && same(a.values, b.values, known)
    case 'union':
      return b.kind === 'union' && sameEach(a.branches, b.branches, (left, right) => same(left, right, known))
    default:
      if (!('fullName' in b) || a.fullName !== b.fullName) return false
      if (known.has(a)) return known.get(a) === b
      known.set(a, b)
      return sameNamed(a, b, known)
  }
}

function sameNamed(a: NamedSchema, b: NamedSchema, known: Map<NamedSchema, NamedSchema>): boolean {
  switch (a.kind) {
    case 'record':
      return (
        b.kind === 'record' && sameEach(a.fields, b.fields, (left, right) => left.name === right.name && same(left.type, right.type, known))
      )
    case 'enum':
      return b.kind === 'enum' && sameEach(a.symbols, b.symbols, (left, right) => left === right)
    case 'fixed':
      return b.kind === 'fixed' && a.size === b.size && sameLogicalType(a.logicalType, b.logicalType)
  }
}

function sameLogicalType(a: LogicalType | undefined, b: LogicalType | undefined): boolean {
  return a?.name === b?.name && a?.precision === b?.precision && a?.scale === b?.scale
}

function sameEach<T>(a: readonly T[], b: readonly T[], equal: (left: T, right: T) => boolean): boolean {
  return a.length === b.length && a.every((item, index) => equal(item, b[index]!))
}
