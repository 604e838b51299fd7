import { type Code, joinCode, text } from '../../model/code.js'
import type { SpecValue } from '../../model/topology.js'
import { objectKey, quoted } from '../source-text.js'

const width = 140

/** Plain data as TypeScript. */
export function literal(value: SpecValue): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return number(value)
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  return object(Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, text(literal(item))] as const]))).text
}

/** A number as people read it: `86_400_000`. */
export function number(value: number): string {
  return Number.isSafeInteger(value) && Math.abs(value) >= 10_000 ? String(value).replace(/\B(?=(?:\d{3})+$)/g, '_') : String(value)
}

export type Fields = readonly (readonly [key: string, value: Code])[]

/** An object literal on one line. */
export function object(fields: Fields): Code {
  if (fields.length === 0) return text('{}')
  const parts = fields.map(([key, value]) => field(key, value))
  const inner = joinCode(parts, ', ')
  return { text: `{ ${inner.text} }`, imports: inner.imports }
}

/** An object literal on one line if it fits, else one line a field; `indent` is that of the line where it starts, after `before`. */
export function block(fields: Fields, indent: string, before = ''): Code {
  const line = object(fields)
  if (indent.length + before.length + line.text.length < width && !line.text.includes('\n')) return line
  const inner = joinCode(
    fields.map(([key, value]) => field(key, value)),
    `,\n${indent}  `,
  )
  return { text: `{\n${indent}  ${inner.text},\n${indent}}`, imports: inner.imports }
}

function field(key: string, value: Code): Code {
  const name = propertyKey(key)
  return name === value.text ? value : { text: `${name}: ${value.text}`, imports: value.imports }
}

/** A key as it stands in an object literal: quoted only where it must be. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? objectKey(name) : quoted(name)
}
