import { StreamError } from '../core/errors.js'
import type { AvroCodec } from './codec.js'
import { isArray, isObject, type Json, type JsonObject, own, parseJson } from './json.js'

export type PrimitiveName = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'

export interface LogicalType {
  readonly name: string
  readonly precision: number
  readonly scale: number
}

/** A schema at run time, references resolved: what reading another writer's data and JSON need. */
export type Schema = PrimitiveSchema | ArraySchema | MapSchema | UnionSchema | NamedSchema
export type NamedSchema = RecordSchema | EnumSchema | FixedSchema

export interface PrimitiveSchema {
  readonly kind: 'primitive'
  readonly primitive: PrimitiveName
  readonly logicalType?: LogicalType
  /** Values are bigints. */
  readonly bigint: boolean
}

export interface ArraySchema {
  readonly kind: 'array'
  readonly items: Schema
}

export interface MapSchema {
  readonly kind: 'map'
  readonly values: Schema
}

export interface UnionSchema {
  readonly kind: 'union'
  readonly branches: readonly Schema[]
  /** Two branches or more beside null: values are `{ type, value }`. */
  readonly tagged: boolean
}

interface Named {
  readonly fullName: string
  /** Full names. */
  readonly aliases: readonly string[]
}

export interface RecordSchema extends Named {
  readonly kind: 'record'
  fields: readonly Field[]
}

export interface Field {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: Schema
  readonly default?: Json
}

export interface EnumSchema extends Named {
  readonly kind: 'enum'
  readonly symbols: readonly string[]
  readonly default?: string
}

export interface FixedSchema extends Named {
  readonly kind: 'fixed'
  readonly size: number
  readonly logicalType?: LogicalType
}

/** The name of a branch as the JSON encoding and our unions tag it. */
export function tagOf(schema: Schema): string {
  return schema.kind === 'primitive' ? schema.primitive : 'fullName' in schema ? schema.fullName : schema.kind
}

/** The schema of a codec, with all that it refers to. */
export function schemaOf(codec: AvroCodec): Schema {
  const codecs = new Set<AvroCodec>([codec])
  for (const known of codecs) for (const inner of known.references()) codecs.add(inner)
  const [own] = new SchemaParser(true).parse([...codecs].map(({ schema }) => schema))
  return own!
}

/** A schema with all its types written out, there or in `references`, as histories and registries keep it. Throws a StreamError if it is none. */
export function parseSchema(text: string, references: readonly string[] = []): Schema {
  const [schema] = new SchemaParser(false).parse([text, ...references])
  return schema!
}

const primitiveNames: ReadonlySet<string> = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])

class SchemaParser {
  /** Are all names full ones? A name without a dot is then of no namespace, which JSON within a namespace cannot say. */
  readonly #full: boolean
  readonly #named = new Map<string, NamedSchema>()
  /** Fields are read when all names are known. */
  readonly #records: { readonly schema: RecordSchema; readonly json: JsonObject; readonly namespace: string }[] = []

  constructor(full: boolean) {
    this.#full = full
  }

  parse(texts: readonly string[]): Schema[] {
    const parsed = texts.map((text) => {
      try {
        return parseJson(text)
      } catch (error) {
        throw invalid(`${(error as Error).message} in ${text.slice(0, 80)}`)
      }
    })
    for (const json of parsed) this.#define(json, '')
    for (const { schema, json, namespace } of this.#records) schema.fields = this.#fields(json, namespace)
    return parsed.map((json) => this.#schema(json, ''))
  }

  #define(json: Json, namespace: string): void {
    if (isArray(json)) for (const branch of json) this.#define(branch, namespace)
    if (!isObject(json)) return
    const { type } = json
    if (typeof type !== 'string') return this.#define(type ?? null, namespace)
    if (type === 'array') return this.#define(json.items ?? null, namespace)
    if (type === 'map') return this.#define(json.values ?? null, namespace)
    if (type !== 'record' && type !== 'error' && type !== 'enum' && type !== 'fixed') return
    const fullName = nameOf(json, namespace)
    const within = this.#full ? '' : fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')))
    const base = { fullName, aliases: strings(json.aliases).map((alias) => qualify(alias, within)) }
    if (type === 'enum') {
      const symbols = strings(json.symbols)
      this.#add(
        typeof json.default === 'string' ? { kind: 'enum', ...base, symbols, default: json.default } : { kind: 'enum', ...base, symbols },
      )
    } else if (type === 'fixed') {
      if (typeof json.size !== 'number') throw invalid(`the fixed ${fullName} has no size`)
      const logicalType = logicalTypeOf(json, undefined, json.size)
      this.#add({ kind: 'fixed', ...base, size: json.size, ...(logicalType === undefined ? {} : { logicalType }) })
    } else {
      const schema: RecordSchema = { kind: 'record', ...base, fields: [] }
      this.#add(schema)
      this.#records.push({ schema, json, namespace: within })
      for (const field of list(json.fields)) if (isObject(field)) this.#define(field.type ?? null, within)
    }
  }

  #add(schema: NamedSchema): void {
    if (!this.#named.has(schema.fullName)) this.#named.set(schema.fullName, schema)
  }

  #fields(json: JsonObject, namespace: string): Field[] {
    return list(json.fields).map((field) => {
      if (!isObject(field) || typeof field.name !== 'string') throw invalid('a field has no name')
      const value = own(field, 'default')
      return {
        name: field.name,
        aliases: strings(field.aliases),
        type: this.#schema(field.type ?? null, namespace),
        ...(value === undefined ? {} : { default: value }),
      }
    })
  }

  #schema(json: Json, namespace: string): Schema {
    if (typeof json === 'string') return this.#reference(json, namespace)
    if (isArray(json)) {
      const branches = json.map((branch) => this.#schema(branch, namespace))
      return { kind: 'union', branches, tagged: branches.filter((branch) => tagOf(branch) !== 'null').length > 1 }
    }
    if (!isObject(json)) throw invalid('a type is missing')
    const { type } = json
    if (typeof type !== 'string') return this.#schema(type ?? null, namespace)
    if (type === 'array') return { kind: 'array', items: this.#schema(json.items ?? null, namespace) }
    if (type === 'map') return { kind: 'map', values: this.#schema(json.values ?? null, namespace) }
    if (primitiveNames.has(type)) {
      const primitive = type as PrimitiveName
      const logicalType = logicalTypeOf(json, primitive, undefined)
      const usual = logicalType !== undefined && /timestamp-(micros|nanos)$/.test(logicalType.name)
      const bigint = primitive === 'long' && (json.jsType === 'bigint' || (usual && json.jsType !== 'number'))
      return { kind: 'primitive', primitive, bigint, ...(logicalType === undefined ? {} : { logicalType }) }
    }
    if (type === 'record' || type === 'error' || type === 'enum' || type === 'fixed') return this.#named.get(nameOf(json, namespace))!
    return this.#reference(type, namespace)
  }

  #reference(name: string, namespace: string): Schema {
    if (primitiveNames.has(name)) return { kind: 'primitive', primitive: name as PrimitiveName, bigint: false }
    const found = this.#named.get(qualify(name, namespace)) ?? this.#named.get(name)
    if (found === undefined) throw invalid(`the type ${name} is not defined`)
    return found
  }
}

const underlying: ReadonlyMap<string, PrimitiveName> = new Map([
  ['date', 'int'],
  ['time-millis', 'int'],
  ['time-micros', 'long'],
  ['timestamp-millis', 'long'],
  ['timestamp-micros', 'long'],
  ['timestamp-nanos', 'long'],
  ['local-timestamp-millis', 'long'],
  ['local-timestamp-micros', 'long'],
  ['local-timestamp-nanos', 'long'],
])

/** The logical type if it fits what it annotates; one that does not is to be ignored (Avro 1.12, "Logical Types"). */
function logicalTypeOf(json: JsonObject, primitive: PrimitiveName | undefined, size: number | undefined): LogicalType | undefined {
  const { logicalType: name, precision, scale = 0 } = json
  if (typeof name !== 'string') return undefined
  const plain = { name, precision: 0, scale: 0 }
  if (underlying.has(name)) return underlying.get(name) === primitive ? plain : undefined
  if (name === 'uuid') return primitive === 'string' || size === 16 ? plain : undefined
  if (name === 'duration') return size === 12 ? plain : undefined
  if (name === 'big-decimal') return primitive === 'bytes' ? plain : undefined
  if (name !== 'decimal' || (primitive !== 'bytes' && size === undefined)) return undefined
  const most = size === undefined ? Number.POSITIVE_INFINITY : Math.floor(Math.log10(2) * (8 * size - 1))
  const fits = isCount(precision) && isCount(scale) && precision > 0 && precision <= most && scale <= precision
  return fits ? { name, precision, scale } : undefined
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function nameOf(json: JsonObject, namespace: string): string {
  if (typeof json.name !== 'string') throw invalid('a named type has no name')
  return qualify(json.name, typeof json.namespace === 'string' ? json.namespace : namespace)
}

function qualify(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

function strings(json: Json | undefined): string[] {
  return list(json).filter((item) => typeof item === 'string')
}

function list(json: Json | undefined): readonly Json[] {
  return isArray(json) ? json : []
}

function invalid(message: string): StreamError {
  return new StreamError('DESERIALIZATION', `not a schema of Avro: ${message}`)
}
