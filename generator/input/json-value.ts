import { type Json, jsonObject } from '../avro/json.js'
import type { JsonNode, JsonNumber } from './json.js'

/** The value of a node; integers that a number cannot hold become bigints. */
export function toJson(node: JsonNode): Json {
  switch (node.kind) {
    case 'object':
      return jsonObject(node.members.map(({ key, value }) => [key, toJson(value)]))
    case 'array':
      return node.items.map(toJson)
    case 'number': {
      const value = Number(node.text)
      return isInteger(node) && !Number.isSafeInteger(value) ? BigInt(node.text) : value
    }
    default:
      return node.value
  }
}

/** A plain value, as a YAML reader gives it, as nodes that are all at one place. */
export function fromPlain(value: unknown): JsonNode | undefined {
  const at = 0
  if (value === null || typeof value === 'boolean') return { kind: 'literal', at, value }
  if (typeof value === 'string') return { kind: 'string', at, value }
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'number', at, text: String(value) }
  if (typeof value !== 'object') return undefined
  if (Array.isArray(value)) {
    const items = value.map(fromPlain)
    return items.every((item) => item !== undefined) ? { kind: 'array', at, items } : undefined
  }
  const members = Object.entries(value).map(([key, inner]) => ({ key, at, value: fromPlain(inner) }))
  return members.every((entry): entry is { key: string; at: number; value: JsonNode } => entry.value !== undefined)
    ? { kind: 'object', at, members }
    : undefined
}

/** Is it an integer, written without fraction and exponent? */
export function isInteger(node: JsonNode | undefined): node is JsonNumber {
  return node?.kind === 'number' && /^-?\d+$/.test(node.text)
}
