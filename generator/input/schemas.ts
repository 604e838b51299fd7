import { posix } from 'node:path'
import type { AvroField, AvroNamed, AvroSchema } from '../avro/schema.js'
import { schemaText } from '../avro/schema-text.js'
import { unreadableDefault } from '../avro/unreadable-default.js'
import { compareText, type Diagnostic, type Place } from '../diagnostics.js'
import { Kept } from '../kept.js'
import { firstBeyond } from './closure.js'
import { DefaultCheck } from './defaults.js'
import { type IdlFile, parseIdl } from './idl.js'
import { type JsonNode, member, parseJson } from './json.js'
import { fromPlain } from './json-value.js'
import { type CompleteType, KeptTypes } from './kept-types.js'
import { type Definition, SchemaBuilder } from './schema-builder.js'
import type { Located, LongType } from './schema-reader.js'
import { type InputFile, readSource, type Source } from './source.js'

/** A schema as it stands in a file. */
interface Root {
  readonly node: JsonNode
  readonly namespace: string
  readonly located: Located
}

/** What was made of schema files: the trees of each, by path, and the types of all. */
export class KeptSchemas {
  readonly json = new Kept<Parsed<JsonNode>>()
  readonly idl = new Kept<Parsed<IdlFile>>()
  readonly types = new KeptTypes()
}

interface Parsed<T> {
  readonly result: T | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Types written out for fingerprints, all in all: some seconds of work. A thousand types that all need each other are within. */
const maxWritten = 4_000_000

/** The named types of a folder, by full name; grows by those that manifests define in place. */
export class Schemas {
  readonly diagnostics: Diagnostic[] = []
  readonly #builder: SchemaBuilder
  readonly #defaults = new DefaultCheck()
  readonly #long: LongType
  readonly #kept: KeptSchemas

  /** `kept`: of an earlier run, which is not made again if it would be the same. */
  constructor(long: LongType, kept = new KeptSchemas()) {
    this.#long = long
    this.#kept = kept
    this.#builder = new SchemaBuilder(this.diagnostics, long)
  }

  /** All types, sorted by full name. */
  get types(): readonly AvroNamed[] {
    return [...this.#builder.types.values()].map(({ schema }) => schema).sort((a, b) => compareText(a.fullName, b.fullName))
  }

  /** Full names of types that are called so, whatever their namespace and case. */
  namesLike(name: string): readonly string[] {
    return this.#builder.namesLike(name)
  }

  /** What may have been meant by a name that is none. */
  suggest(name: string, others: readonly string[]): string | undefined {
    return this.#builder.suggest(name, others)
  }

  /** May a file define it that cannot be parsed? */
  isExcused(name: string): boolean {
    return this.#builder.isExcused(name)
  }

  find(fullName: string): AvroNamed | undefined {
    return this.#builder.types.get(fullName)?.schema
  }

  /** Reads schema files: `.avsc` (JSON), `.avdl` (IDL), `.avpr` (protocols in JSON, for their types). References may point to any of them. */
  addFiles(files: readonly InputFile[]): void {
    const sorted = [...files].sort((a, b) => compareText(a.path, b.path))
    const paths = new Set(sorted.map(({ path }) => path))
    const roots = sorted.flatMap((file) => {
      const source = readSource(file, this.diagnostics)
      if (source === undefined) return []
      return file.path.endsWith('.avdl') ? this.#idl(source, paths) : this.#json(source)
    })
    const complete = new Map<string, CompleteType>()
    this.#add(roots, complete)
    if (this.diagnostics.length === 0) this.#kept.types.keep(complete, this.#long)
  }

  #json(source: Source): Root[] {
    const node = this.#parse(source, this.#kept.json, parseJson)
    if (node === undefined) return []
    const protocol = source.path.endsWith('.avpr') && node.kind === 'object' ? node : undefined
    if (protocol === undefined) return [{ node, namespace: '', located: source }]
    const types = member(protocol, 'types')
    const namespace = member(protocol, 'namespace')
    if (types?.kind !== 'array') return []
    return types.items.map((item) => ({ node: item, namespace: namespace?.kind === 'string' ? namespace.value : '', located: source }))
  }

  #idl(source: Source, paths: ReadonlySet<string>): Root[] {
    const file = this.#parse(source, this.#kept.idl, parseIdl)
    if (file === undefined) return []
    for (const { path, at } of file.imports) {
      const target = posix.join(posix.dirname(source.path), path)
      if (paths.has(target)) continue
      this.diagnostics.push({
        code: 'idl-import',
        severity: 'error',
        place: source.place(at),
        message: `there is no file ${target} among the schema files`,
        hint: 'Types of all schema files of the folder are known without an import; a file elsewhere has to be brought here.',
      })
    }
    return file.schemas.map((node) => ({ node, namespace: file.namespace, located: source }))
  }

  #parse<T>(source: Source, kept: Kept<Parsed<T>>, parse: (source: Source, diagnostics: Diagnostic[]) => T | undefined): T | undefined {
    const { result, diagnostics } = kept.get(source.path, [source.text], () => {
      const diagnostics: Diagnostic[] = []
      return { result: parse(source, diagnostics), diagnostics }
    })
    for (const diagnostic of diagnostics) this.diagnostics.push(diagnostic)
    if (result === undefined) this.#builder.excuse(source.text.match(/[A-Za-z_]\w*/g) ?? [])
    return result
  }

  /** A schema in place, a plain value; problems are returned, all at `place`. */
  inline(written: unknown, place: Place): { readonly schema: AvroSchema } | { readonly diagnostics: readonly Diagnostic[] } {
    const before = this.diagnostics.length
    const node = fromPlain(written)
    if (node === undefined) {
      return {
        diagnostics: [{ code: 'avro-type', severity: 'error', place, message: 'a type is a name, an object or an array (a union)' }],
      }
    }
    const located = { place: () => place }
    const [schema] = this.#add([{ node, namespace: '', located }])
    const diagnostics = this.diagnostics.splice(before)
    return diagnostics.some(({ severity }) => severity === 'error') || schema === undefined ? { diagnostics } : { schema }
  }

  /** `complete`: gets the types that are, for those of files. */
  #add(roots: readonly Root[], complete?: Map<string, CompleteType>): AvroSchema[] {
    const again: [Definition, Definition][] = []
    const definitions = roots.flatMap(({ node, namespace, located }) =>
      this.#builder.define(node, namespace, located, (first, second) => again.push([first, second])),
    )
    const staying = complete === undefined ? new Map<string, CompleteType>() : this.#kept.types.staying(this.#builder.types, this.#long)
    for (const { definition } of staying.values()) this.#builder.take(definition)
    const completed = definitions
      .filter(({ node, schema }) => staying.get(schema.fullName)?.definition.node !== node)
      .map((definition) => ({ definition, defaults: this.#builder.complete(definition) }))
    for (const each of [...staying.values(), ...completed]) {
      const { fullName } = each.definition.schema
      for (const { field, node } of each.defaults) this.#defaults.add(field, node)
      if (this.#builder.types.get(fullName) === each.definition) complete?.set(fullName, each)
    }
    const schemas = roots.map(({ node, namespace, located }) => this.#builder.build(node, namespace, located))
    for (const [first, second] of again) this.#checkAgain(first, second)
    if (definitions.length > 0) this.#checkSize()
    for (const { field, node, located } of completed.flatMap(({ defaults }) => defaults)) {
      const problem = this.#defaults.problem(field)
      if (problem === undefined) {
        this.#warnOfDefault(field, located.place(node.at))
        continue
      }
      const message = `the default of the field ${field.name} is wrong: ${problem.message}`
      this.diagnostics.push({ code: 'avro-default', severity: 'error', place: located.place(problem.at ?? node.at), message })
    }
    return schemas
  }

  #warnOfDefault(field: AvroField, place: Place): void {
    const reason = unreadableDefault(field)
    if (reason === undefined) return
    const message = `data without the field ${field.name} cannot be read by its default: ${reason}`
    const hint = 'Give it another default, or make it a union with null; a `long` may be a bigint: "jsType": "bigint".'
    this.diagnostics.push({ code: 'unreadable-default', severity: 'warning', place, message, hint })
  }

  #checkSize(): void {
    const type = firstBeyond(this.types, maxWritten)
    if (type === undefined) return
    const message = `the types of the folder refer to each other so much that, each written out with all that it needs, they are more than ${maxWritten} types`
    this.diagnostics.push({ code: 'too-deep', severity: 'error', place: type.place, message, hint: 'Spread them over several folders.' })
  }

  /** Files that bring their own copy of a type are common; what counts is that the copies agree. */
  #checkAgain(first: Definition, second: Definition): void {
    const { fullName } = second.schema
    const other = first.schema.place
    if (first.located !== second.located && schemaText(this.find(fullName)!) === schemaText(second.schema)) return
    this.diagnostics.push({
      code: 'avro-duplicate-type',
      severity: 'error',
      place: second.schema.place,
      message: `${fullName} is defined in ${other.file}:${other.line}:${other.column} already`,
      hint: first.located === second.located ? 'Refer to it by its name.' : 'Remove one, or make both the same.',
    })
  }
}
