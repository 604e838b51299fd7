import type { Json } from '../avro/json.js'
import { type Annotated, logicalTypeOf } from '../avro/logical-type.js'
import type { AvroAttributes } from '../avro/schema.js'
import { logicalTypeHint } from '../avro/type-hint.js'
import type { Diagnostic, Place } from '../diagnostics.js'
import { type JsonNode, type JsonObject, member } from './json.js'
import { isInteger, toJson } from './json-value.js'

/** Where the nodes of a tree are: a source file, or a single place of a manifest. */
export interface Located {
  place(offset: number): Place
}

/** How a `long` reads in TypeScript. */
export type LongType = 'number' | 'bigint'

/** Reads what schemas and fields say beside their type; what is wrong is reported, and left out. */
export class SchemaReader {
  readonly #diagnostics: Diagnostic[]

  constructor(diagnostics: Diagnostic[]) {
    this.#diagnostics = diagnostics
  }

  error(code: string, located: Located, node: { readonly at: number }, message: string, hint?: string): void {
    this.report(code, located.place(node.at), message, hint)
  }

  warn(code: string, located: Located, node: { readonly at: number }, message: string, hint?: string): void {
    this.#diagnostics.push({ code, severity: 'warning', place: located.place(node.at), message, ...(hint === undefined ? {} : { hint }) })
  }

  report(code: string, place: Place, message: string, hint?: string): void {
    this.#diagnostics.push({ code, severity: 'error', place, message, ...(hint === undefined ? {} : { hint }) })
  }

  text(node: JsonObject, key: string, located: Located): string | undefined {
    const value = member(node, key)
    if (value === undefined || value.kind === 'string') return value?.value
    this.warn('avro-attribute', located, value, `"${key}" is a string; it is ignored`)
    return undefined
  }

  strings(node: JsonObject, key: string, located: Located): string[] {
    const value = member(node, key)
    if (value === undefined) return []
    const items = value.kind === 'array' ? value.items : [value]
    const wrong = value.kind === 'array' ? items.find((item) => item.kind !== 'string') : value
    if (wrong !== undefined) this.error('avro-attribute', located, wrong, `"${key}" is an array of strings`)
    return items.flatMap((item) => (item.kind === 'string' ? [item.value] : []))
  }

  order(node: JsonNode, located: Located): 'ascending' | 'descending' | 'ignore' {
    const value = node.kind === 'string' ? node.value.toLowerCase() : ''
    if (value === 'ascending' || value === 'descending' || value === 'ignore') return value
    this.error('avro-attribute', located, node, 'the order of a field is ascending, descending or ignore')
    return 'ascending'
  }

  /** What `jsType` says of a `long`. */
  longType(node: JsonObject, located: Located): LongType | undefined {
    const written = member(node, 'jsType')
    if (written === undefined) return undefined
    if (written.kind === 'string' && (written.value === 'number' || written.value === 'bigint')) return written.value
    this.warn('avro-attribute', located, written, 'jsType is "number" or "bigint"; it is ignored')
    return undefined
  }

  /** The logical type, if it is one of Avro's and fits; else it is among the attributes. */
  annotations(node: JsonObject, located: Located, on: Annotated, known: readonly string[]) {
    const written = member(node, 'logicalType')
    if (written === undefined) return { attributes: attributesOf(node, known) }
    if (written.kind === 'string') {
      const [precision, scale] = ['precision', 'scale'].map((key) => integerOr(member(node, key)))
      const result = logicalTypeOf(written.value, on, precision, scale)
      if ('logicalType' in result) {
        const own = written.value === 'decimal' ? [...known, 'precision', 'scale'] : known
        return { logicalType: result.logicalType, attributes: attributesOf(node, own) }
      }
      const message = `${result.problem}; the logical type is ignored, as the specification says`
      this.warn('avro-logical-type', located, written, message, result.isUnknown ? logicalTypeHint(written.value) : undefined)
    } else this.warn('avro-logical-type', located, written, 'a logicalType is a string; it is ignored')
    return {
      attributes: attributesOf(
        node,
        known.filter((key) => key !== 'logicalType'),
      ),
    }
  }
}

/** The attributes that mean something to Avro; all others stay with the schema as they are. */
export const standard = {
  record: ['type', 'name', 'namespace', 'doc', 'aliases', 'fields'],
  enum: ['type', 'name', 'namespace', 'doc', 'aliases', 'symbols', 'default'],
  fixed: ['type', 'name', 'namespace', 'doc', 'aliases', 'size', 'logicalType'],
  field: ['name', 'type', 'doc', 'default', 'order', 'aliases'],
  array: ['type', 'items'],
  map: ['type', 'values'],
  primitive: ['type', 'logicalType'],
} as const

export function attributesOf(node: JsonObject, known: readonly string[]): AvroAttributes {
  const attributes = new Map<string, Json>()
  for (const { key, value } of node.members) if (!known.includes(key)) attributes.set(key, toJson(value))
  return attributes
}

function integerOr(node: JsonNode | undefined): unknown {
  return isInteger(node) ? Number(node.text) : node
}

/** As a message shows it. */
export function shown(node: JsonNode): string {
  return node.kind === 'string'
    ? JSON.stringify(node.value)
    : node.kind === 'number'
      ? node.text
      : node.kind === 'literal'
        ? String(node.value)
        : `an ${node.kind}`
}
