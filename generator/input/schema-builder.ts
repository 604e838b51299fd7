import { isBigintLogicalType } from '../avro/logical-type.js'
import { isName, primitiveNames, qualify } from '../avro/names.js'
import type { AvroAttributes, AvroField, AvroLogicalType, AvroNamed, AvroPrimitive, AvroPrimitiveName, AvroSchema } from '../avro/schema.js'
import { typeHint } from '../avro/type-hint.js'
import type { Diagnostic } from '../diagnostics.js'
import { type JsonNode, type JsonObject, member } from './json.js'
import { isInteger, toJson } from './json-value.js'
import { NameIndex } from './name-index.js'
import { attributesOf, type Located, type LongType, SchemaReader, shown, standard } from './schema-reader.js'

/** A named type as it is being built: the object that references get, from the start. */
export interface Definition {
  readonly node: JsonObject
  readonly located: Located
  /** Namespace that names within it are relative to. */
  readonly namespace: string
  readonly schema: Mutable<AvroNamed>
}

/** A field with a default, which can be checked once all types are complete. */
export interface FieldDefault {
  readonly field: AvroField
  readonly node: JsonNode
  readonly located: Located
}

type Mutable<T> = T extends unknown ? { -readonly [key in keyof T]: T[key] } : never

const kinds: ReadonlyMap<string, AvroNamed['kind']> = new Map([
  ['record', 'record'],
  ['error', 'record'],
  ['enum', 'enum'],
  ['fixed', 'fixed'],
])

/** Names of types that a schema file may have meant, beside those that files define. */
const builtIn: readonly string[] = [...primitiveNames, ...kinds.keys(), 'array', 'map']

/** Types without a name become one expression of TypeScript, whose compilers give up on deeper ones. */
const maxNesting = 100

/** What stands for a schema that was reported as wrong, so that the checks of the rest go on. */
const broken: AvroPrimitive = { kind: 'primitive', primitive: 'null', attributes: new Map() }

/**
 * Makes schemas of JSON by the rules of Avro 1.12, reporting every violation. In two passes, so that references may point anywhere:
 * `define` finds the named types of all files, `complete` fills them.
 */
export class SchemaBuilder {
  readonly #reader: SchemaReader
  readonly #long: LongType
  readonly #byName = new Map<string, Definition>()
  readonly #names = new NameIndex()
  readonly #excused = new Set<string>()
  readonly #byNode = new Map<JsonObject, Definition>()
  /** How many types without a name `build` is within. */
  #depth = 0
  /** Of the type that is being completed. */
  #defaults: FieldDefault[] = []

  constructor(diagnostics: Diagnostic[], long: LongType) {
    this.#reader = new SchemaReader(diagnostics)
    this.#long = long
  }

  get types(): ReadonlyMap<string, Definition> {
    return this.#byName
  }

  /** Full names of types that are called so, whatever their namespace and case. */
  namesLike(name: string): readonly string[] {
    return this.#names.like(name)
  }

  /** What may have been meant by a name that is none. */
  suggest(name: string, others: readonly string[]): string | undefined {
    return this.#names.suggest(name, others)
  }

  /** Words of a file that cannot be parsed, which may define what others refer to: nothing is said of these. */
  excuse(words: Iterable<string>): void {
    for (const word of words) this.#excused.add(word)
  }

  isExcused(name: string): boolean {
    return this.#excused.has(name.slice(name.lastIndexOf('.') + 1))
  }

  /** Finds the named types that `node` defines, however deep; a name defined before is handed to `again`. */
  define(node: JsonNode, namespace: string, located: Located, again: (first: Definition, second: Definition) => void): Definition[] {
    const found: Definition[] = []
    const visit = (node: JsonNode | undefined, namespace: string): void => {
      if (node?.kind === 'array') for (const item of node.items) visit(item, namespace)
      if (node?.kind !== 'object') return
      const type = member(node, 'type')
      if (type?.kind !== 'string') {
        visit(type, namespace)
        return
      }
      visit(type.value === 'array' ? member(node, 'items') : type.value === 'map' ? member(node, 'values') : undefined, namespace)
      const kind = kinds.get(type.value)
      if (kind === undefined) return
      const definition = this.#definition(node, kind, namespace, located)
      if (definition === undefined) return
      const { fullName } = definition.schema
      this.#byNode.set(node, definition)
      found.push(definition)
      const first = this.#byName.get(fullName)
      if (first !== undefined) again(first, definition)
      else {
        this.#byName.set(fullName, definition)
        this.#names.add(fullName)
      }
      const fields = kind === 'record' ? member(node, 'fields') : undefined
      if (fields?.kind !== 'array') return
      for (const field of fields.items) if (field.kind === 'object') visit(member(field, 'type'), definition.namespace)
    }
    visit(node, namespace)
    return found
  }

  #definition(node: JsonObject, kind: AvroNamed['kind'], enclosing: string, located: Located): Definition | undefined {
    const name = member(node, 'name')
    if (name?.kind !== 'string') {
      this.#reader.error('avro-name', located, name ?? node, `${article(kind)} needs a name, a string`)
      return undefined
    }
    const written = member(node, 'namespace')
    if (written !== undefined && (written.kind !== 'string' || (written.value !== '' && !isName(written.value, true)))) {
      this.#reader.error('avro-name', located, written, 'a namespace is names of [A-Za-z_][A-Za-z0-9_]* with dots between them')
    }
    const fullName = qualify(name.value, written?.kind === 'string' ? written.value : enclosing)
    const simple = fullName.slice(fullName.lastIndexOf('.') + 1)
    if (!isName(name.value, true)) {
      this.#reader.error(
        'avro-name',
        located,
        name,
        `${JSON.stringify(name.value)} is not a name of Avro`,
        'Names are [A-Za-z_][A-Za-z0-9_]*, with dots after namespaces.',
      )
      return undefined
    }
    if (primitiveNames.has(simple)) {
      this.#reader.error('avro-name', located, name, `${simple} is a primitive type, which no namespace may define again`)
      return undefined
    }
    const namespace = fullName.slice(0, Math.max(0, fullName.length - simple.length - 1))
    const doc = this.#reader.text(node, 'doc', located)
    const base = {
      fullName,
      aliases: this.#reader.strings(node, 'aliases', located).map((alias) => qualify(alias, namespace)),
      ...(doc === undefined ? {} : { doc }),
      place: located.place(name.at),
    }
    const schema: Mutable<AvroNamed> =
      kind === 'record'
        ? { kind, ...base, fields: [], attributes: attributesOf(node, standard.record) }
        : kind === 'enum'
          ? { kind, ...base, symbols: [], attributes: attributesOf(node, standard.enum) }
          : { kind, ...base, size: 0, attributes: new Map() }
    return { node, located, namespace, schema }
  }

  /** Takes a type that is complete for the one of its name. */
  take(definition: Definition): void {
    this.#byName.set(definition.schema.fullName, definition)
  }

  /** Reads the inside of a named type; gives the defaults that are to be checked. */
  complete(definition: Definition): readonly FieldDefault[] {
    this.#defaults = []
    this.#complete(definition)
    return this.#defaults
  }

  #complete({ node, located, namespace, schema }: Definition): void {
    switch (schema.kind) {
      case 'record':
        schema.fields = this.#fields(node, namespace, located)
        return
      case 'enum':
        schema.symbols = this.#symbols(node, located)
        this.#enumDefault(schema, node, located)
        return
      case 'fixed': {
        const size = member(node, 'size')
        if (isInteger(size) && Number(size.text) >= 0 && Number(size.text) < 2 ** 31) schema.size = Number(size.text)
        else this.#reader.error('avro-fixed', located, size ?? node, 'a fixed needs a size, an integer from 0 to 2147483647')
        const { logicalType, attributes } = this.#reader.annotations(node, located, { fixedSize: schema.size }, standard.fixed)
        if (logicalType !== undefined) schema.logicalType = logicalType
        schema.attributes = attributes
      }
    }
  }

  /** A schema as it stands in a file. */
  build(node: JsonNode, namespace: string, located: Located, jsType?: LongType): AvroSchema {
    if (this.#depth > maxNesting) {
      const message = `more than ${maxNesting} arrays, maps and unions in each other`
      return this.#wrong('too-deep', located, node, message, 'Name an inner type (a record) and refer to it.')
    }
    this.#depth += 1
    const schema = this.#build(node, namespace, located, jsType)
    this.#depth -= 1
    return schema
  }

  #build(node: JsonNode, namespace: string, located: Located, jsType: LongType | undefined): AvroSchema {
    if (node.kind === 'string') return this.#reference(node.value, node, namespace, located, jsType)
    if (node.kind === 'array') return this.#union(node.items, node, namespace, located, jsType)
    if (node.kind !== 'object') return this.#wrong('avro-type', located, node, 'a schema is a name, an object or an array (a union)')
    const type = member(node, 'type')
    if (type === undefined) return this.#wrong('avro-type', located, node, 'the schema has no type')
    if (type.kind !== 'string')
      return this.#wrong(
        'avro-type',
        located,
        type,
        'the type of a schema is a name',
        'Leave out one of the two objects, which say `type` both.',
      )
    const definition = this.#byNode.get(node)
    if (definition !== undefined) return (this.#byName.get(definition.schema.fullName) ?? definition).schema
    if (kinds.has(type.value)) return broken
    switch (type.value) {
      case 'array':
        return {
          kind: 'array',
          items: this.#inner(node, 'items', namespace, located),
          attributes: attributesOf(node, standard.array),
        }
      case 'map':
        return { kind: 'map', values: this.#inner(node, 'values', namespace, located), attributes: attributesOf(node, standard.map) }
    }
    if (!primitiveNames.has(type.value)) return this.#reference(type.value, type, namespace, located, jsType)
    const primitive = type.value as AvroPrimitiveName
    const { logicalType, attributes } = this.#reader.annotations(node, located, { primitive }, standard.primitive)
    return this.#primitive(primitive, this.#reader.longType(node, located) ?? jsType, attributes, logicalType)
  }

  /** `jsType` is what the field or type says of itself. */
  #primitive(
    primitive: AvroPrimitiveName,
    jsType: LongType | undefined,
    attributes: AvroAttributes,
    logicalType?: AvroLogicalType,
  ): AvroPrimitive {
    const schema = { kind: 'primitive', primitive, attributes, ...(logicalType === undefined ? {} : { logicalType }) } as const
    if (primitive !== 'long') return schema
    const usual = logicalType === undefined ? this.#long : isBigintLogicalType(logicalType) ? 'bigint' : 'number'
    return (jsType ?? usual) === 'bigint' ? { ...schema, bigint: true } : schema
  }

  #inner(node: JsonObject, key: 'items' | 'values', namespace: string, located: Located): AvroSchema {
    const inner = member(node, key)
    if (inner !== undefined) return this.build(inner, namespace, located)
    return this.#wrong('avro-type', located, node, `${key === 'items' ? 'an array' : 'a map'} needs "${key}", a schema`)
  }

  #reference(name: string, node: JsonNode, namespace: string, located: Located, jsType: LongType | undefined): AvroSchema {
    if (primitiveNames.has(name)) return this.#primitive(name as AvroPrimitiveName, jsType, new Map())
    const found = this.#byName.get(qualify(name, namespace)) ?? (name.includes('.') ? undefined : this.#byName.get(name))
    if (found !== undefined) return found.schema
    if (this.isExcused(name)) return broken
    const inIdl = located.place(node.at).file.endsWith('.avdl')
    const hint = typeHint(name, inIdl) ?? this.suggest(name, builtIn) ?? 'Define it in a schema file of the folder.'
    return this.#wrong('avro-unknown-type', located, node, `there is no type ${qualify(name, namespace)}`, hint)
  }

  #union(items: readonly JsonNode[], node: JsonNode, namespace: string, located: Located, jsType: LongType | undefined): AvroSchema {
    if (items.length === 0) return this.#wrong('avro-union', located, node, 'a union needs at least one type')
    const branches: AvroSchema[] = []
    const seen = new Set<string>()
    for (const item of items) {
      const branch = this.build(item, namespace, located, jsType)
      if (branch === broken) continue
      const key = branchKey(branch)
      if (branch.kind === 'union') this.#reader.error('avro-union', located, item, 'a union may not contain a union')
      else if (seen.has(key))
        this.#reader.error(
          'avro-union',
          located,
          item,
          `a union may contain one ${key} only`,
          'Two of a kind need names: records, enums or fixeds.',
        )
      else branches.push(branch)
      seen.add(key)
    }
    return branches.length === 0 ? broken : { kind: 'union', branches }
  }

  #fields(record: JsonObject, namespace: string, located: Located): AvroField[] {
    const list = member(record, 'fields')
    if (list?.kind !== 'array') {
      this.#reader.error('avro-record', located, list ?? record, 'a record needs "fields", an array')
      return []
    }
    const names = new Set<string>()
    const fields: AvroField[] = []
    for (const node of list.items) {
      const field = this.#field(node, namespace, located)
      if (field === undefined) continue
      if (names.has(field.name)) this.#reader.report('avro-duplicate-field', field.place, `the record has two fields named ${field.name}`)
      else fields.push(field)
      names.add(field.name)
    }
    return fields
  }

  #field(node: JsonNode, namespace: string, located: Located): AvroField | undefined {
    if (node.kind !== 'object') return void this.#reader.error('avro-record', located, node, 'a field is an object with a name and a type')
    const name = member(node, 'name')
    if (name?.kind !== 'string') return void this.#reader.error('avro-name', located, name ?? node, 'a field needs a name, a string')
    if (!isName(name.value, false)) {
      return void this.#reader.error(
        'avro-name',
        located,
        name,
        `${JSON.stringify(name.value)} is not a name of Avro`,
        'Field names are [A-Za-z_][A-Za-z0-9_]*.',
      )
    }
    const type = member(node, 'type')
    if (type === undefined) return void this.#reader.error('avro-type', located, node, `the field ${name.value} has no type`)
    const order = member(node, 'order')
    const built = this.build(type, namespace, located, this.#reader.longType(node, located))
    const written = member(node, 'default')
    const given = written && (isFloating(built) ? numberOfText(written) : written)
    const doc = this.#reader.text(node, 'doc', located)
    const field: AvroField = {
      name: name.value,
      type: built,
      aliases: this.#reader.strings(node, 'aliases', located),
      ...(doc === undefined ? {} : { doc }),
      ...(given === undefined ? {} : { default: toJson(given) }),
      ...(order === undefined ? {} : { order: this.#reader.order(order, located) }),
      attributes: attributesOf(node, standard.field),
      place: located.place(name.at),
    }
    if (given !== undefined) this.#defaults.push({ field, node: given, located })
    return field
  }

  #symbols(node: JsonObject, located: Located): string[] {
    const list = member(node, 'symbols')
    if (list?.kind !== 'array') {
      this.#reader.error('avro-enum', located, list ?? node, 'an enum needs "symbols", an array of strings')
      return []
    }
    const symbols = new Set<string>()
    for (const item of list.items) {
      if (item.kind !== 'string' || !isName(item.value, false)) {
        this.#reader.error('avro-enum', located, item, `${shown(item)} is not a symbol of an enum`, 'Symbols are [A-Za-z_][A-Za-z0-9_]*.')
      } else if (symbols.has(item.value)) this.#reader.error('avro-enum', located, item, `the enum has the symbol ${item.value} twice`)
      else symbols.add(item.value)
    }
    return [...symbols]
  }

  #enumDefault(schema: Mutable<AvroNamed> & { kind: 'enum' }, node: JsonObject, located: Located): void {
    const value = member(node, 'default')
    if (value === undefined) return
    if (value.kind === 'string' && schema.symbols.includes(value.value)) schema.default = value.value
    else this.#reader.error('avro-enum', located, value, `the default ${shown(value)} is not a symbol of the enum`)
  }

  #wrong(code: string, located: Located, node: JsonNode, message: string, hint?: string): AvroSchema {
    this.#reader.error(code, located, node, message, hint)
    return broken
  }
}

/** What makes a branch of a union unique: its full name, or its type. */
export function branchKey(schema: AvroSchema): string {
  return schema.kind === 'primitive' ? schema.primitive : 'fullName' in schema ? schema.fullName : schema.kind
}

function isFloating(schema: AvroSchema): boolean {
  return schema.kind === 'primitive' && (schema.primitive === 'float' || schema.primitive === 'double')
}

/** The default of a float or double may be text, as Avro's Java has it: JSON has no other way to say NaN. */
function numberOfText(node: JsonNode): JsonNode {
  const found = node.kind === 'string' ? /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/.exec(node.value) : null
  return found === null ? node : { kind: 'number', at: node.at, text: found[0].replace('+', '') }
}

function article(kind: string): string {
  return kind === 'enum' ? 'an enum' : `a ${kind}`
}
