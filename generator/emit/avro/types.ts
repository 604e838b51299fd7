import { isBigintLogicalType } from '../../avro/logical-type.js'
import type { AvroLogicalType, AvroPrimitive, AvroSchema, AvroUnion } from '../../avro/schema.js'
import { quoted, upperFirst } from '../source-text.js'
import type { TypeModules } from './modules.js'
import type { Scope } from './scope.js'

/** Avro's type names as the JSON encoding tags them, which are the tags of unions in TypeScript too. */
export function branchTag(schema: AvroSchema): string {
  return schema.kind === 'primitive' ? schema.primitive : 'fullName' in schema ? schema.fullName : schema.kind
}

/** The branches of a union that are not null. */
export function valueBranches(union: AvroUnion): readonly AvroSchema[] {
  return union.branches.filter((branch) => branch.kind !== 'primitive' || branch.primitive !== 'null')
}

/** A union that TypeScript sees as `{ type, value }`: of two types or more beside null. */
export function isTagged(union: AvroUnion): boolean {
  return valueBranches(union).length > 1
}

export function isNullable(union: AvroUnion): boolean {
  return valueBranches(union).length < union.branches.length
}

const primitives = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Uint8Array',
  string: 'string',
}

const logicalTypes: ReadonlyMap<string, string> = new Map([
  ['decimal', 'Decimal'],
  ['big-decimal', 'Decimal'],
  ['uuid', 'Uuid'],
  ['duration', 'Duration'],
  ['date', 'EpochDays'],
  ['time-millis', 'TimeMillis'],
  ['time-micros', 'TimeMicros'],
  ['timestamp-millis', 'TimestampMillis'],
  ['timestamp-micros', 'TimestampMicros'],
  ['timestamp-nanos', 'TimestampNanos'],
  ['local-timestamp-millis', 'LocalTimestampMillis'],
  ['local-timestamp-micros', 'LocalTimestampMicros'],
  ['local-timestamp-nanos', 'LocalTimestampNanos'],
])

/** Writes the TypeScript of schemas (docs/avro.md has the table), with what it needs imported in the scope. */
export class TypeWriter {
  readonly #modules: TypeModules
  readonly #scope: Scope
  /** Union types that the file declares under a name, with what it is. */
  readonly aliases = new Map<AvroUnion, { readonly name: string; readonly text: string }>()

  constructor(modules: TypeModules, scope: Scope) {
    this.#modules = modules
    this.#scope = scope
  }

  /** A type where it is used. With `name`, unions within get that name as an alias of the file; else they are written out. */
  usage(schema: AvroSchema, name?: string): string {
    switch (schema.kind) {
      case 'primitive':
        return this.primitive(schema)
      case 'array':
        return `readonly ${parenthesised(this.usage(schema.items, name && `${name}Item`))}[]`
      case 'map':
        return `ReadonlyMap<string, ${this.usage(schema.values, name && `${name}Value`)}>`
      case 'union':
        return this.#union(schema, name)
      default:
        return this.#scope.type(this.#modules.of(schema))
    }
  }

  primitive(schema: AvroPrimitive): string {
    const { primitive, logicalType, bigint = false } = schema
    const plain = bigint ? 'bigint' : primitives[primitive]
    if (logicalType === undefined) return plain
    return primitive === 'long' && bigint !== isBigintLogicalType(logicalType) ? plain : this.logical(logicalType)
  }

  logical(type: AvroLogicalType): string {
    return this.#scope.runtime(logicalTypes.get(type.name)!, true)
  }

  #union(union: AvroUnion, name: string | undefined): string {
    const branches = valueBranches(union)
    if (branches.length === 0) return 'null'
    const nullable = isNullable(union) ? ' | null' : ''
    const alias = this.aliases.get(union)
    if (alias !== undefined) return `${alias.name}${nullable}`
    if (branches.length === 1) return `${this.usage(branches[0]!, name)}${nullable}`
    if (name === undefined) return `${this.#branches(union, undefined).join(' | ')}${nullable}`
    const declared = this.#scope.declare(name)
    const text = `\n${this.#branches(union, declared)
      .map((branch) => `  | ${branch}\n`)
      .join('')}`
    this.aliases.set(union, { name: declared, text })
    return `${declared}${nullable}`
  }

  #branches(union: AvroUnion, name: string | undefined): string[] {
    return valueBranches(union).map((branch) => {
      const tag = branchTag(branch)
      const inner = name && `${name}${upperFirst(tag.slice(tag.lastIndexOf('.') + 1))}`
      return `{ readonly type: ${quoted(tag)}; readonly value: ${this.usage(branch, inner)} }`
    })
  }
}

function parenthesised(type: string): string {
  return /[ |]/.test(type) ? `(${type})` : type
}
