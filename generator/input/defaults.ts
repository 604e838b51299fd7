import type { AvroField, AvroSchema } from '../avro/schema.js'
import { type JsonNode, member } from './json.js'
import { isInteger } from './json-value.js'

/** Why a default is none of its type, and where; `at` is undefined if the fault is another field's default. */
export interface DefaultProblem {
  readonly message: string
  readonly at: number | undefined
}

/** A default of more values than this, its records' own defaults counted, is a mistake or an attack: reading would make them all. */
const maxValues = 100_000

/** What a default was found to be: the number of its values, or its problem. */
type Finding = { readonly values: number } | DefaultProblem

/**
 * Checks defaults by the table of the specification (Avro 1.12, "field default values"): unions take a value of any of their branches, a record's
 * missing fields take their own defaults.
 */
export class DefaultCheck {
  readonly #defaults = new Map<AvroField, JsonNode>()
  readonly #found = new Map<AvroField, Finding | 'open'>()

  /** Makes a field's default known, which records' defaults may build on. */
  add(field: AvroField, node: JsonNode): void {
    this.#defaults.set(field, node)
  }

  /** What is wrong with the default of a field. */
  problem(field: AvroField): DefaultProblem | undefined {
    const found = this.#own(field)
    if (found === undefined || found === 'open') return undefined
    if ('message' in found) return found
    return found.values > maxValues ? { message: `it stands for more than ${maxValues} values`, at: undefined } : undefined
  }

  /** The finding of a field's own default, made once; undefined if it has none, `open` while it is being made. */
  #own(field: AvroField): Finding | 'open' | undefined {
    const node = this.#defaults.get(field)
    if (node === undefined) return undefined
    const known = this.#found.get(field)
    if (known !== undefined) return known
    this.#found.set(field, 'open')
    const found = this.#check(field.type, node)
    this.#found.set(field, found)
    return found
  }

  #check(schema: AvroSchema, node: JsonNode): Finding {
    const wrong = (message: string): Finding => ({ message, at: node.at })
    switch (schema.kind) {
      case 'primitive':
        return primitiveProblem(schema.primitive, node) ?? one
      case 'fixed':
        if (node.kind !== 'string' || !isLatin1(node.value)) return wrong('a fixed takes a string of the characters \\u0000 to \\u00ff')
        return node.value.length === schema.size
          ? one
          : wrong(`${schema.fullName} has ${schema.size} bytes, the default ${node.value.length}`)
      case 'enum':
        return node.kind === 'string' && schema.symbols.includes(node.value)
          ? one
          : wrong(`the enum ${schema.fullName} takes one of its symbols`)
      case 'array':
        if (node.kind !== 'array') return wrong('an array is expected')
        return all(node.items, (item) => this.#check(schema.items, item))
      case 'map':
        if (node.kind !== 'object') return wrong('an object is expected')
        return all(node.members, ({ value }) => this.#check(schema.values, value))
      case 'union': {
        const found = schema.branches.map((branch) => this.#check(branch, node))
        return (
          found.find((finding) => 'values' in finding) ??
          (found.length === 1 ? found[0]! : wrong('it is of none of the types of the union'))
        )
      }
      case 'record':
        if (node.kind !== 'object') return wrong(`the record ${schema.fullName} takes an object`)
        return all(schema.fields, (field) => {
          const given = member(node, field.name)
          if (given !== undefined) return this.#check(field.type, given)
          const own = this.#own(field)
          if (own === undefined) return wrong(`the field ${field.name} of ${schema.fullName} is missing, and has no default of its own`)
          if (own === 'open') return wrong(`the default of the field ${field.name} of ${schema.fullName} contains itself without end`)
          return 'message' in own ? { message: own.message, at: undefined } : own
        })
    }
  }
}

const one: Finding = { values: 1 }

function all<T>(items: readonly T[], check: (item: T) => Finding): Finding {
  let values = 1
  for (const item of items) {
    const found = check(item)
    if ('message' in found) return found
    values += found.values
  }
  return { values }
}

function primitiveProblem(primitive: string, node: JsonNode): DefaultProblem | undefined {
  const expected = (what: string, fits: boolean): DefaultProblem | undefined =>
    fits ? undefined : { message: `${what} is expected`, at: node.at }
  switch (primitive) {
    case 'null':
      return expected('null', node.kind === 'literal' && node.value === null)
    case 'boolean':
      return expected('true or false', node.kind === 'literal' && node.value !== null)
    case 'int':
      return expected('an integer of 32 bits', isInteger(node) && isWithin(node.text, 32))
    case 'long':
      return expected('an integer of 64 bits', isInteger(node) && isWithin(node.text, 64))
    case 'float':
    case 'double':
      return expected('a number', node.kind === 'number')
    case 'bytes':
      return expected('a string of the characters \\u0000 to \\u00ff', node.kind === 'string' && isLatin1(node.value))
    default:
      return expected('a string', node.kind === 'string')
  }
}

function isWithin(text: string, bits: number): boolean {
  return text.length < 25 && BigInt.asIntN(bits, BigInt(text)) === BigInt(text)
}

function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0xff) return false
  return true
}
