import type { AvroNamed, AvroSchema } from './avro/schema.js'
import { schemaKey } from './avro/schema-key.js'
import { schemaText } from './avro/schema-text.js'
import type { Diagnostic, Place } from './diagnostics.js'
import { describeSchema, typeFile, typeFileParts } from './emit/avro/file.js'
import { type TypeModule, TypeModules } from './emit/avro/modules.js'
import { Scope } from './emit/avro/scope.js'
import { TypeWriter } from './emit/avro/types.js'
import { number } from './emit/topology/literals.js'
import { parseDuration } from './input/duration.js'
import type { LongType } from './input/schema-reader.js'
import { Schemas } from './input/schemas.js'
import type { InputFile } from './input/source.js'
import { Memory } from './memory.js'
import type { Code, DataType, Encoding, KafkaPrimitive, TypeSystem, WriterSchema } from './model/data-type.js'
import { formatDuration } from './model/durations.js'
import { didYouMean } from './suggest.js'

export interface TypeOptions {
  /** How Avro's `long` reads in TypeScript where the schema does not say (`jsType`); default `number`, with an error beyond ±(2^53 − 1). */
  readonly long?: LongType
  /** What imports of generated siblings end with; default `.js`. */
  readonly importExtension?: string
}

/** The types of a folder: its schema files (`.avsc`, `.avdl`), in any order. Reads no disk; every problem is in `diagnostics`. */
export function loadTypes(files: readonly InputFile[], options: TypeOptions = {}, memory: Memory = new Memory()): TypeSystem {
  const schemas = new Schemas(options.long ?? 'number', memory.schemas)
  schemas.addFiles(files)
  return new AvroTypeSystem(schemas, options.importExtension ?? '.js', memory)
}

const kafkaTypes: ReadonlyMap<string, string> = new Map<KafkaPrimitive, string>([
  ['string', 'string'],
  ['int', 'number'],
  ['long', 'number'],
  ['short', 'number'],
  ['float', 'number'],
  ['double', 'number'],
  ['boolean', 'boolean'],
  ['bytes', 'Uint8Array'],
  ['uuid', 'string'],
])

const avroSerdes: Readonly<Record<Encoding, string>> = {
  avro: 'avroSerde',
  'avro-bare': 'avroBareSerde',
  confluent: 'confluentSerde',
  json: 'avroJsonSerde',
}

/** One of them says what a type that is an object is. */
const objectKeys: readonly string[] = ['type', 'timeWindowed', 'sessionWindowed']

type Resolved = { readonly type: DataType } | { readonly diagnostics: readonly Diagnostic[] }

class AvroTypeSystem implements TypeSystem {
  readonly #schemas: Schemas
  readonly #modules: TypeModules
  readonly #extension: string
  readonly #memory: Memory
  #older: ReadonlyMap<string, readonly WriterSchema[]> = new Map()

  constructor(schemas: Schemas, extension: string, memory: Memory) {
    this.#schemas = schemas
    this.#modules = new TypeModules(schemas.types)
    this.#extension = extension
    this.#memory = memory
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#schemas.diagnostics
  }

  get types(): readonly AvroNamed[] {
    return this.#schemas.types
  }

  resolve(written: unknown, place: Place): Resolved {
    if (typeof written === 'string') return this.#named(written.trim(), place)
    if (Array.isArray(written)) return this.#union(written, place)
    if (typeof written === 'object' && written !== null) {
      if ('timeWindowed' in written) return this.#timeWindowed(written, place)
      if ('sessionWindowed' in written) {
        return this.#windowed(written, 'sessionWindowed', ['sessionWindowed'], place, (key) => ({
          kind: 'sessionWindowed',
          key,
          nullable: false,
        }))
      }
      const hint =
        'type' in written
          ? undefined
          : Object.keys(written)
              .map((key) => didYouMean(key, objectKeys))
              .find((hint) => hint !== undefined)
      if (hint !== undefined) return problem(place, 'the type says neither its `type` nor that it is a windowed key', hint)
    }
    return this.#inline(written, place, false)
  }

  #named(written: string, place: Place): Resolved {
    const nullable = written.endsWith('?')
    const name = nullable ? written.slice(0, -1).trim() : written
    if (kafkaTypes.has(name)) return { type: { kind: 'primitive', primitive: name as KafkaPrimitive, nullable } }
    if (name === 'null') return problem(place, 'null alone is no type', 'Write the type, with a ? after it if it may be null.')
    const found = this.#schemas.find(name)
    if (found !== undefined) return { type: { kind: 'avro', schema: found, nullable } }
    const same = this.#schemas.namesLike(name)
    const exact = same.filter((fullName) => !name.includes('.') && fullName.endsWith(`.${name}`))
    const [only] = exact
    if (only !== undefined && exact.length === 1) return { type: { kind: 'avro', schema: this.#schemas.find(only)!, nullable } }
    if (same.length === 0 && this.#schemas.isExcused(name)) return { diagnostics: [] }
    const hint =
      this.#schemas.suggest(name, [...kafkaTypes.keys()]) ??
      `Types are those of Kafka (${[...kafkaTypes.keys()].join(', ')}) and the Avro types of the schema folder.`
    return problem(place, exact.length > 1 ? `the name ${name} is ambiguous` : `there is no type ${name}`, hint)
  }

  #union(written: readonly unknown[], place: Place): Resolved {
    const rest = written.filter((branch) => branch !== null && branch !== 'null')
    const nullable = rest.length < written.length
    if (rest.length !== 1) return this.#inline(rest, place, nullable)
    const resolved = this.resolve(rest[0], place)
    return 'type' in resolved && nullable ? { type: { ...resolved.type, nullable: true } } : resolved
  }

  #timeWindowed(written: object, place: Place): Resolved {
    const sizeMs = 'size' in written ? parseDuration(written.size) : undefined
    if (sizeMs === undefined) {
      return problem(
        place,
        'a time windowed key needs the size of its window',
        'Write { timeWindowed: string, size: 10s }: the bytes of the key do not tell.',
      )
    }
    return this.#windowed(written, 'timeWindowed', ['timeWindowed', 'size'], place, (key) => ({
      kind: 'timeWindowed',
      key,
      sizeMs,
      nullable: false,
    }))
  }

  #windowed(written: object, key: string, known: readonly string[], place: Place, make: (key: DataType) => DataType): Resolved {
    const unknown = Object.keys(written).find((name) => !known.includes(name))
    if (unknown !== undefined) return problem(place, `${key} does not take the key ${unknown}`)
    const inner = this.resolve((written as Record<string, unknown>)[key], place)
    return 'type' in inner ? { type: make(inner.type) } : inner
  }

  #inline(written: unknown, place: Place, nullable: boolean): Resolved {
    const result = this.#schemas.inline(written, place)
    return 'schema' in result ? { type: { kind: 'avro', schema: result.schema, nullable } } : result
  }

  typescript(type: DataType, taken: ReadonlySet<string> = new Set()): Code {
    const scope = new Scope(this.#modules, taken)
    const text = this.#typescript(type, scope)
    return { text: type.nullable ? `${text} | null` : text, imports: scope.imports }
  }

  #typescript(type: DataType, scope: Scope): string {
    switch (type.kind) {
      case 'primitive':
        return kafkaTypes.get(type.primitive)!
      case 'avro':
        return new TypeWriter(this.#modules, scope).usage(type.schema)
      default:
        return `${scope.runtime('Windowed', true)}<${this.#typescript(type.key, scope)}>`
    }
  }

  serde(type: DataType, encoding: Encoding, taken: ReadonlySet<string> = new Set()): Code {
    const scope = new Scope(this.#modules, taken)
    return { text: this.#serde(type, encoding, scope), imports: scope.imports }
  }

  #serde(type: DataType, encoding: Encoding, scope: Scope): string {
    switch (type.kind) {
      case 'primitive':
        return scope.runtime(`${type.primitive}Serde`, false)
      case 'avro': {
        const module = this.#modules.of(type.schema)
        const history = encoding === 'avro' && this.#olderOf(type.schema).length > 0 ? `, { history: ${scope.history(module)} }` : ''
        return `${scope.runtime(avroSerdes[encoding], false)}(${scope.codec(module)}${history})`
      }
      case 'timeWindowed':
        return `${scope.runtime('timeWindowedSerde', false)}(${this.#serde(type.key, encoding, scope)}, ${number(type.sizeMs)})`
      case 'sessionWindowed':
        return `${scope.runtime('sessionWindowedSerde', false)}(${this.#serde(type.key, encoding, scope)})`
    }
  }

  describe(type: DataType): string {
    return `${describe(type)}${type.nullable ? '?' : ''}`
  }

  equal(a: DataType, b: DataType): boolean {
    return a.nullable === b.nullable && identity(a) === identity(b)
  }

  remember(older: ReadonlyMap<string, readonly WriterSchema[]>): void {
    this.#older = older
  }

  #olderOf(schema: AvroSchema): readonly WriterSchema[] {
    return this.#older.get(schemaKey(schema)) ?? []
  }

  files(): ReadonlyMap<string, string> {
    for (const type of this.#schemas.types) this.#modules.of(type)
    const modules = [...this.#modules.all].sort((a, b) => (a.path < b.path ? -1 : 1))
    return new Map(modules.map((module) => [`${module.path}.ts`, this.#file(module)]))
  }

  #file(module: TypeModule): string {
    const older = this.#olderOf(module.schema)
    const parts = typeFileParts(module, this.#modules, this.#extension, older)
    return this.#memory.typeFiles.get(module.path, parts, () => typeFile(module, this.#modules, this.#extension, older))
  }
}

function describe(type: DataType): string {
  switch (type.kind) {
    case 'primitive':
      return type.primitive
    case 'avro':
      return describeSchema(type.schema)
    case 'timeWindowed':
      return `{ timeWindowed: ${describe(type.key)}, size: ${formatDuration(type.sizeMs)} }`
    case 'sessionWindowed':
      return `{ sessionWindowed: ${describe(type.key)} }`
  }
}

/** Equal for equal types: of named types the name is enough, since a folder has each once. */
function identity(type: DataType): string {
  switch (type.kind) {
    case 'primitive':
      return type.primitive
    case 'avro':
      return 'fullName' in type.schema ? `avro ${type.schema.fullName}` : `avro ${schemaText(type.schema)}`
    case 'timeWindowed':
      return `time ${type.sizeMs} ${identity(type.key)}`
    case 'sessionWindowed':
      return `session ${identity(type.key)}`
  }
}

function problem(place: Place, message: string, hint?: string): Resolved {
  return { diagnostics: [{ code: 'unknown-type', severity: 'error', place, message, ...(hint === undefined ? {} : { hint }) }] }
}
