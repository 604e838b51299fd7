import { type NodeReader, type Reference, shorten } from '../input/reader.js'
import { type InputNode, plain } from '../input/yaml.js'
import type { DataType, TypeSystem } from '../model/data-type.js'
import { parseSignedDuration } from '../model/durations.js'

/** A key of a step beside the operator: what it may hold, for the reader, the JSON Schema and the docs. */
export interface OptionSyntax<T> {
  readonly doc: string
  readonly required: boolean
  /** Does a step make sense without it, where its value is wrong? Then the steps after it are checked all the same. */
  readonly isMinor?: boolean
  readonly schema: JsonSchema
  /** Undefined, and reported, if it is not that. */
  readonly read: (node: InputNode, context: OptionContext) => T | undefined
}

export type JsonSchema = { readonly [keyword: string]: unknown }

export interface OptionContext {
  readonly reader: NodeReader
  readonly types: TypeSystem
  /** The option, for messages: ``​`grace` of step `counts` ``. */
  readonly what: string
}

// biome-ignore lint/suspicious/noExplicitAny: options of all types in one record
export type Options = Readonly<Record<string, OptionSyntax<any>>>
export type OptionValues<O extends Options> = { readonly [K in keyof O]?: O[K] extends OptionSyntax<infer T> ? T : never }

export function required<T>(option: OptionSyntax<T>): OptionSyntax<T> {
  return { ...option, required: true }
}

export function minor<T>(option: OptionSyntax<T>): OptionSyntax<T> {
  return { ...option, isMinor: true }
}

export function typeOption(doc: string): OptionSyntax<DataType> {
  return {
    doc,
    required: false,
    schema: { $ref: '#/$defs/type' },
    read(node, { reader, types }) {
      const resolved = types.resolve(plain(node), node.place)
      if ('type' in resolved) return resolved.type
      for (const diagnostic of resolved.diagnostics) reader.report(diagnostic)
      return undefined
    },
  }
}

export function durationOption(doc: string, { negative = false } = {}): OptionSyntax<number> {
  return { doc, required: false, schema: { $ref: '#/$defs/duration' }, read: (node, context) => readDuration(node, context, negative) }
}

export function readDuration(
  node: InputNode,
  { reader, what }: Pick<OptionContext, 'reader' | 'what'>,
  negative = false,
): number | undefined {
  const scalar = reader.scalar(node, what, 'a duration such as `5m`')
  if (scalar === undefined) return undefined
  const ms = parseSignedDuration(scalar.text)
  if (ms !== undefined && (ms >= 0 || negative)) return ms
  const hint =
    typeof scalar.value === 'number'
      ? `Write the unit: \`${scalar.text}ms\` or \`${scalar.text}s\`.`
      : 'Durations are written `5m`, `30s`, `100ms`, `7d`, or `PT5M`.'
  return reader.error('invalid-option', node.place, `\`${shorten(scalar.text)}\` is no duration.`, hint)
}

export function integerOption(doc: string, least: number, most?: number): OptionSyntax<number> {
  return {
    doc,
    required: false,
    schema: { type: 'integer', minimum: least, ...(most !== undefined && { maximum: most }) },
    read: (node, { reader, what }) => reader.integer(node, what, least, most),
  }
}

export function choiceOption<const T extends string>(doc: string, choices: readonly T[]): OptionSyntax<T> {
  return {
    doc,
    required: false,
    schema: { enum: choices },
    read: (node, { reader, what }) => reader.choice(node, what, choices),
  }
}

/** A name that the step declares or refers to. */
export function nameOption(doc: string): OptionSyntax<Reference> {
  return { doc, required: false, schema: { $ref: '#/$defs/name' }, read: (node, { reader, what }) => reader.name(node, what) }
}

/** Several such names. */
export function namesOption(doc: string): OptionSyntax<readonly Reference[]> {
  return {
    doc,
    required: false,
    schema: { type: 'array', items: { $ref: '#/$defs/name' }, minItems: 1, uniqueItems: true },
    read(node, { reader, what }) {
      const names = reader.list(node, what)?.items.map((item) => reader.name(item, what))
      return names?.every((name) => name !== undefined) ? names : undefined
    },
  }
}

export const storeOption = nameOption('The store that holds the table, one of `stores`; default: one of the step’s own.')
