import type { AvroLogicalType, AvroPrimitive, AvroSchema, AvroUnion } from '../../avro/schema.js'
import { objectKey, quoted, upperFirst } from '../source-text.js'
import type { TypeModules } from './modules.js'
import type { Scope } from './scope.js'
import { branchTag, isTagged, type TypeWriter, valueBranches } from './types.js'

export interface EnumTables {
  readonly symbols: string
  readonly indexes: string
}

/**
 * Writes the functions that turn values into bytes and back: one call a value, in the order of the schema, on the runtime's `Writer` and `Reader`,
 * which check and throw. Unions other than "or null" get a function of their own.
 */
export class SerdeWriter {
  readonly #modules: TypeModules
  readonly #scope: Scope
  readonly #types: TypeWriter
  readonly #tables: EnumTables
  /** Functions of unions, of which the ones that follow may ask for more. */
  readonly #functions: string[] = []
  readonly #unions = new Map<AvroUnion, { readonly write: string; readonly read: string }>()

  /** `tables`: of an enum, the names of its symbols and of their indexes in the file. */
  constructor(modules: TypeModules, scope: Scope, types: TypeWriter, tables: EnumTables) {
    this.#modules = modules
    this.#scope = scope
    this.#types = types
    this.#tables = tables
  }

  /** Functions that the ones written so far call. */
  get functions(): readonly string[] {
    return this.#functions
  }

  /** The two functions of a type: `declared` is the name of the type, `name` what their names are made of. */
  pair(schema: AvroSchema, declared: string, write: string, read: string, name: string): string {
    const empty = schema.kind === 'record' && schema.fields.length === 0
    const out = this.#scope.runtime('Writer', true)
    const input = this.#scope.runtime('Reader', true)
    return (
      `/** Writes a value in Avro's binary encoding. */\nexport function ${write}(${empty ? '_out' : 'out'}: ${out}, ${empty ? '_value' : 'value'}: ${declared}): void {\n${this.#body(schema, name)}}\n\n` +
      `/** Reads what \`${write}\` writes. */\nexport function ${read}(${empty ? '_input' : 'input'}: ${input}): ${declared} {\n  return ${this.#result(schema, name)}\n}\n`
    )
  }

  #body(schema: AvroSchema, name: string): string {
    if (schema.kind !== 'record') return this.#ownWrite(schema, name)
    return schema.fields
      .map((field) => this.#write(field.type, `value.${field.name}`, '  ', `${name}${upperFirst(field.name)}`, 0))
      .join('')
  }

  #result(schema: AvroSchema, name: string): string {
    if (schema.kind !== 'record') return this.#ownRead(schema, name)
    const rows = schema.fields.map(
      (field) => `    ${objectKey(field.name)}: ${this.#read(field.type, `${name}${upperFirst(field.name)}`)},\n`,
    )
    return rows.length === 0 ? '{}' : `{\n${rows.join('')}  }`
  }

  #ownWrite(schema: AvroSchema, name: string): string {
    if (schema.kind === 'enum') return `  out.symbol(${this.#tables.indexes}, value)\n`
    if (schema.kind === 'fixed') return `  ${fixedWrite(schema.size, schema.logicalType, 'value')}\n`
    return this.#write(schema, 'value', '  ', name, 0)
  }

  #ownRead(schema: AvroSchema, name: string): string {
    if (schema.kind === 'enum') return `input.symbol(${this.#tables.symbols})`
    if (schema.kind === 'fixed') return this.#fixedRead(schema.size, schema.logicalType)
    return this.#read(schema, name)
  }

  /** Statements that write the value of an expression. */
  #write(schema: AvroSchema, value: string, indent: string, name: string, depth: number): string {
    const item = depth === 0 ? 'item' : `item${depth + 1}`
    switch (schema.kind) {
      case 'primitive':
        return `${indent}${primitiveWrite(schema, value)}\n`
      case 'array': {
        const inner = this.#write(schema.items, item, `${indent}  `, `${name}Item`, depth + 1)
        return `${indent}for (const ${item} of out.array(${value})) {\n${inner}${indent}}\n${indent}out.end()\n`
      }
      case 'map': {
        const key = depth === 0 ? 'key' : `key${depth + 1}`
        const inner = this.#write(schema.values, item, `${indent}  `, `${name}Value`, depth + 1)
        return `${indent}for (const [${key}, ${item}] of out.map(${value})) {\n${indent}  out.string(${key})\n${inner}${indent}}\n${indent}out.end()\n`
      }
      case 'union': {
        const nullable = nullableBranch(schema)
        if (nullable === undefined) return `${indent}${this.#union(schema, name).write}(out, ${value})\n`
        const inner = this.#write(nullable.branch, value, `${indent}  `, name, depth)
        return `${indent}if (${value} === null) {\n${indent}  out.branch(${nullable.nullIndex})\n${indent}} else {\n${indent}  out.branch(${1 - nullable.nullIndex})\n${inner}${indent}}\n`
      }
      default:
        return `${indent}${this.#scope.write(this.#modules.of(schema))}(out, ${value})\n`
    }
  }

  /** An expression that reads a value. */
  #read(schema: AvroSchema, name: string): string {
    switch (schema.kind) {
      case 'primitive':
        return this.#primitiveRead(schema)
      case 'array':
        return `input.array(${this.#readFunction(schema.items, `${name}Item`)})`
      case 'map':
        return `input.map(${this.#readFunction(schema.values, `${name}Value`)})`
      case 'union': {
        const nullable = nullableBranch(schema)
        if (nullable === undefined) return `${this.#union(schema, name).read}(input)`
        return `input.branch(2) === ${nullable.nullIndex} ? null : ${this.#read(nullable.branch, name)}`
      }
      default:
        return `${this.#scope.read(this.#modules.of(schema))}(input)`
    }
  }

  #readFunction(schema: AvroSchema, name: string): string {
    const expression = this.#read(schema, name)
    const call = /^(\w+)\(input\)$/.exec(expression)
    return call === null ? `(input) => ${expression.startsWith('{') ? `(${expression})` : expression}` : call[1]!
  }

  #union(union: AvroUnion, name: string): { readonly write: string; readonly read: string } {
    const known = this.#unions.get(union)
    if (known !== undefined) return known
    const alias = this.#types.aliases.get(union)?.name ?? name
    const names = { write: this.#scope.declare(`write${upperFirst(alias)}`), read: this.#scope.declare(`read${upperFirst(alias)}`) }
    this.#unions.set(union, names)
    const index = this.#functions.length
    this.#functions.push('')
    this.#functions[index] = this.#unionFunctions(union, names, this.#types.usage(union), alias)
    return names
  }

  #unionFunctions(union: AvroUnion, names: { readonly write: string; readonly read: string }, type: string, name: string): string {
    const tagged = isTagged(union)
    const writes: string[] = []
    const values: string[] = []
    const reads: string[] = []
    union.branches.forEach((branch, index) => {
      const isNull = branch.kind === 'primitive' && branch.primitive === 'null'
      const last = index === union.branches.length - 1
      const inner = `${name}${upperFirst(branchTag(branch).replace(/.*\./, ''))}`
      const value = isNull ? 'null' : this.#read(branch, inner)
      values.push(value)
      reads.push(
        `    ${last ? 'default' : `case ${index}`}:\n      return ${isNull || !tagged ? value : `{ type: ${quoted(branchTag(branch))}, value: ${value} }`}\n`,
      )
      if (isNull || !tagged) return
      const body = this.#write(branch, 'value.value', '      ', inner, 0)
      writes.push(`    case ${quoted(branchTag(branch))}:\n      out.branch(${index})\n${body}      break\n`)
    })
    const nullIndex = union.branches.findIndex((branch) => branch.kind === 'primitive' && branch.primitive === 'null')
    const out = this.#scope.runtime('Writer', true)
    const input = this.#scope.runtime('Reader', true)
    let write = nullIndex < 0 ? '' : `  if (value === null) {\n    out.branch(${nullIndex})\n    return\n  }\n`
    if (tagged) write += `  switch (value.type) {\n${writes.join('')}    default:\n      out.noBranch(value)\n  }\n`
    else if (valueBranches(union).length === 0) write = '  out.branch(0)\n  out.null(value)\n'
    else write += `  out.branch(0)\n${this.#write(union.branches[0]!, 'value', '  ', name, 0)}`
    const read =
      union.branches.length === 1
        ? `  input.branch(1)\n  return ${values[0]}\n`
        : `  switch (input.branch(${union.branches.length})) {\n${reads.join('')}  }\n`
    return `function ${names.write}(out: ${out}, value: ${type}): void {\n${write}}\n\nfunction ${names.read}(input: ${input}): ${type} {\n${read}}\n`
  }

  #primitiveRead({ primitive, logicalType, bigint }: AvroPrimitive): string {
    switch (logicalType?.name) {
      case 'decimal':
        return `input.decimal(${logicalType.scale})`
      case 'big-decimal':
        return 'input.bigDecimal()'
      case 'uuid':
        return 'input.uuid()'
      default:
        return `input.${bigint === true ? 'bigint' : primitive}()`
    }
  }

  #fixedRead(size: number, logicalType: AvroLogicalType | undefined): string {
    switch (logicalType?.name) {
      case 'decimal':
        return `input.fixedDecimal(${size}, ${logicalType.scale})`
      case 'uuid':
        return 'input.fixedUuid()'
      case 'duration':
        return 'input.duration()'
      default:
        return `input.fixed(${size})`
    }
  }
}

function primitiveWrite({ primitive, logicalType, bigint }: AvroPrimitive, value: string): string {
  switch (logicalType?.name) {
    case 'decimal':
      return `out.decimal(${value}, ${logicalType.precision}, ${logicalType.scale})`
    case 'big-decimal':
      return `out.bigDecimal(${value})`
    case 'uuid':
      return `out.uuid(${value})`
    default:
      return `out.${bigint === true ? 'bigint' : primitive}(${value})`
  }
}

function fixedWrite(size: number, logicalType: AvroLogicalType | undefined, value: string): string {
  switch (logicalType?.name) {
    case 'decimal':
      return `out.fixedDecimal(${value}, ${size}, ${logicalType.precision}, ${logicalType.scale})`
    case 'uuid':
      return `out.fixedUuid(${value})`
    case 'duration':
      return `out.duration(${value})`
    default:
      return `out.fixed(${value}, ${size})`
  }
}

/** Of a union of null and one other: that one, and the index of null. */
function nullableBranch(union: AvroUnion): { readonly branch: AvroSchema; readonly nullIndex: number } | undefined {
  if (union.branches.length !== 2) return undefined
  const values = valueBranches(union)
  return values.length === 1 ? { branch: values[0]!, nullIndex: union.branches[0] === values[0] ? 1 : 0 } : undefined
}
