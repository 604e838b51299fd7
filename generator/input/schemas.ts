import { posix } from 'node:path'
import { compareText, type Diagnostic, type Place } from '../diagnostics.js'
import { Kept } from '../kept.js'
import type { AvroNamed, AvroSchema } from '../model/avro.js'
import { schemaText } from '../model/schema-text.js'
import { firstBeyond } from './closure.js'
import { DefaultCheck } from './defaults.js'
import { type IdlFile, parseIdl } from './idl.js'
import { type JsonNode, member, parseJson } from './json.js'
import { fromPlain } from './json-value.js'
import { type Definition, type Located, type LongType, SchemaBuilder } from './schema-builder.js'
import { type InputFile, readSource, type Source } from './source.js'

/** A schema as it stands in a file. */
interface Root {
  readonly node: JsonNode
  readonly namespace: string
  readonly located: Located
}

/** What parsers made of files, and said of them, by path. */
export interface ParsedFiles {
  readonly json: Kept<Parsed<JsonNode>>
  readonly idl: Kept<Parsed<IdlFile>>
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
  readonly #parsed: ParsedFiles

  /** `parsed`: files of an earlier run, which are not parsed again if they are the same. */
  constructor(long: LongType, parsed: ParsedFiles = { json: new Kept(), idl: new Kept() }) {
    this.#parsed = parsed
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

  find(fullName: string): AvroNamed | undefined {
    return this.#builder.types.get(fullName)?.schema
  }

  /** Reads schema files: `.avsc` (JSON), `.avdl` (IDL), `.avpr` (protocols in JSON, for their types). References may point to any of them. */
  addFiles(files: readonly InputFile[]): void {
    const sorted = [...files].sort((a, b) => compareText(a.path, b.path))
    const paths = new Set(sorted.map(({ path }) => path))
    this.#add(
      sorted.flatMap((file) => {
        const source = readSource(file, this.diagnostics)
        if (source === undefined) return []
        return file.path.endsWith('.avdl') ? this.#idl(source, paths) : this.#json(source)
      }),
    )
  }

  #json(source: Source): Root[] {
    const node = this.#parse(source, this.#parsed.json, parseJson)
    if (node === undefined) return []
    const protocol = source.path.endsWith('.avpr') && node.kind === 'object' ? node : undefined
    if (protocol === undefined) return [{ node, namespace: '', located: source }]
    const types = member(protocol, 'types')
    const namespace = member(protocol, 'namespace')
    if (types?.kind !== 'array') return []
    return types.items.map((item) => ({ node: item, namespace: namespace?.kind === 'string' ? namespace.value : '', located: source }))
  }

  #idl(source: Source, paths: ReadonlySet<string>): Root[] {
    const file = this.#parse(source, this.#parsed.idl, parseIdl)
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
    const { result, diagnostics } = kept.get(source.path, source.text, () => {
      const diagnostics: Diagnostic[] = []
      return { result: parse(source, diagnostics), diagnostics }
    })
    for (const diagnostic of diagnostics) this.diagnostics.push(diagnostic)
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

  #add(roots: readonly Root[]): AvroSchema[] {
    const again: [Definition, Definition][] = []
    const definitions = roots.flatMap(({ node, namespace, located }) =>
      this.#builder.define(node, namespace, located, (first, second) => again.push([first, second])),
    )
    for (const definition of definitions) this.#builder.complete(definition)
    const schemas = roots.map(({ node, namespace, located }) => this.#builder.build(node, namespace, located))
    const texts = new Map<Definition, string>()
    for (const [first, second] of again) this.#checkAgain(first, second, texts)
    if (definitions.length > 0) this.#checkSize()
    const defaults = this.#builder.takeDefaults()
    for (const { field, node } of defaults) this.#defaults.add(field, node)
    for (const { field, node, located } of defaults) {
      const problem = this.#defaults.problem(field)
      if (problem === undefined) continue
      const message = `the default of the field ${field.name} is wrong: ${problem.message}`
      this.diagnostics.push({ code: 'avro-default', severity: 'error', place: located.place(problem.at ?? node.at), message })
    }
    return schemas
  }

  #checkSize(): void {
    const type = firstBeyond(this.types, maxWritten)
    if (type === undefined) return
    const message = `the types of the folder refer to each other so much that, each written out with all that it needs, they are more than ${maxWritten} types`
    this.diagnostics.push({ code: 'too-deep', severity: 'error', place: type.place, message, hint: 'Spread them over several folders.' })
  }

  /** Files that bring their own copy of a type are common; what counts is that the copies agree. */
  #checkAgain(first: Definition, second: Definition, texts: Map<Definition, string>): void {
    const { fullName } = second.schema
    const other = first.schema.place
    const text = texts.get(first) ?? schemaText(first.schema)
    texts.set(first, text)
    if (first.located !== second.located && text === schemaText(second.schema)) return
    this.diagnostics.push({
      code: 'avro-duplicate-type',
      severity: 'error',
      place: second.schema.place,
      message: `${fullName} is defined in ${other.file}:${other.line}:${other.column} already`,
      hint: first.located === second.located ? 'Refer to it by its name.' : 'Remove one, or make both the same.',
    })
  }
}
