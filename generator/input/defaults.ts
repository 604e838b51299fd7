import type { AvroField, AvroSchema } from '../model/avro.js'
import { type JsonNode, member } from './json.js'
import { isInteger } from './json-value.js'

/** Why a default is none of its type, and where; `at` is undefined if the fault is another field's default. */
export interface DefaultProblem {
  readonly message: string
  readonly at: number | undefined
}

/**
 * Checks a default by the table of the specification (Avro 1.12, "field default values"): unions take a value of any of their branches;
 * a record's missing fields take their own defaults, found by `defaultOf`.
 */
export function checkDefault(
  schema: AvroSchema,
  node: JsonNode,
  defaultOf: (field: AvroField) => JsonNode | undefined,
  open: ReadonlySet<AvroField> = new Set(),
): DefaultProblem | undefined {
  const wrong = (message: string): DefaultProblem => ({ message, at: node.at })
  switch (schema.kind) {
    case 'primitive':
      return primitiveProblem(schema.primitive, node)
    case 'fixed':
      if (node.kind !== 'string' || !isLatin1(node.value)) return wrong('a fixed takes a string of the characters \\u0000 to \\u00ff')
      return node.value.length === schema.size
        ? undefined
        : wrong(`${schema.fullName} has ${schema.size} bytes, the default ${node.value.length}`)
    case 'enum':
      return node.kind === 'string' && schema.symbols.includes(node.value)
        ? undefined
        : wrong(`the enum ${schema.fullName} takes one of its symbols`)
    case 'array':
      if (node.kind !== 'array') return wrong('an array is expected')
      return first(node.items, (item) => checkDefault(schema.items, item, defaultOf, open))
    case 'map':
      if (node.kind !== 'object') return wrong('an object is expected')
      return first(node.members, ({ value }) => checkDefault(schema.values, value, defaultOf, open))
    case 'union': {
      const problems = schema.branches.map((branch) => checkDefault(branch, node, defaultOf, open))
      return problems.includes(undefined)
        ? undefined
        : problems.length === 1
          ? problems[0]
          : wrong('it is of none of the types of the union')
    }
    case 'record':
      if (node.kind !== 'object') return wrong(`the record ${schema.fullName} takes an object`)
      return first(schema.fields, (field) => {
        const given = member(node, field.name)
        if (given !== undefined) return checkDefault(field.type, given, defaultOf, open)
        const own = defaultOf(field)
        if (own === undefined) return wrong(`the field ${field.name} of ${schema.fullName} is missing, and has no default of its own`)
        if (open.has(field)) return wrong(`the default of the field ${field.name} of ${schema.fullName} contains itself without end`)
        const problem = checkDefault(field.type, own, defaultOf, new Set([...open, field]))
        return problem === undefined ? undefined : { message: problem.message, at: undefined }
      })
  }
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

function first<T>(items: readonly T[], check: (item: T) => DefaultProblem | undefined): DefaultProblem | undefined {
  for (const item of items) {
    const problem = check(item)
    if (problem !== undefined) return problem
  }
  return undefined
}

function isWithin(text: string, bits: number): boolean {
  return text.length < 25 && BigInt.asIntN(bits, BigInt(text)) === BigInt(text)
}

function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0xff) return false
  return true
}
