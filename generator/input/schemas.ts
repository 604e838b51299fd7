import type { Diagnostic, Place } from '../diagnostics.js'
import type { AvroField, AvroNamed, AvroSchema } from '../model/avro.js'
import { schemaText } from '../model/schema-text.js'
import { checkDefault } from './defaults.js'
import { type JsonNode, parseJson } from './json.js'
import { fromPlain } from './json-value.js'
import { type Definition, type Located, type LongType, SchemaBuilder } from './schema-builder.js'
import { type InputFile, readSource } from './source.js'

/** The named types of a folder, by full name; grows by those that manifests define in place. */
export class Schemas {
  readonly diagnostics: Diagnostic[] = []
  readonly #builder: SchemaBuilder
  readonly #defaults = new Map<AvroField, JsonNode>()

  constructor(long: LongType) {
    this.#builder = new SchemaBuilder(this.diagnostics, long)
  }

  /** All types, sorted by full name. */
  get types(): readonly AvroNamed[] {
    return [...this.#builder.types.values()].map(({ schema }) => schema).sort((a, b) => (a.fullName < b.fullName ? -1 : 1))
  }

  find(fullName: string): AvroNamed | undefined {
    return this.#builder.types.get(fullName)?.schema
  }

  /** Reads schema files, `.avsc` (JSON) and `.avdl` (IDL); references may point to any of them. */
  addFiles(files: readonly InputFile[]): void {
    const roots: { node: JsonNode; namespace: string; located: Located }[] = []
    for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
      const source = readSource(file, this.diagnostics)
      if (source === undefined) continue
      const node = parseJson(source, this.diagnostics)
      if (node !== undefined) roots.push({ node, namespace: '', located: source })
    }
    this.#add(roots)
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

  #add(roots: readonly { readonly node: JsonNode; readonly namespace: string; readonly located: Located }[]): AvroSchema[] {
    const again: [Definition, Definition][] = []
    const definitions = roots.flatMap(({ node, namespace, located }) =>
      this.#builder.define(node, namespace, located, (first, second) => again.push([first, second])),
    )
    for (const definition of definitions) this.#builder.complete(definition)
    const schemas = roots.map(({ node, namespace, located }) => this.#builder.build(node, namespace, located))
    for (const [first, second] of again) this.#checkAgain(first, second)
    const defaults = this.#builder.takeDefaults()
    for (const { field, node } of defaults) this.#defaults.set(field, node)
    for (const { field, node, located } of defaults) {
      const problem = checkDefault(field.type, node, (other) => this.#defaults.get(other))
      if (problem !== undefined) {
        const place = located.place(problem.at ?? node.at)
        this.diagnostics.push({
          code: 'avro-default',
          severity: 'error',
          place,
          message: `the default of the field ${field.name} is wrong: ${problem.message}`,
        })
      }
    }
    return schemas
  }

  /** Files that bring their own copy of a type are common; what counts is that the copies agree. */
  #checkAgain(first: Definition, second: Definition): void {
    const { fullName } = second.schema
    const other = first.schema.place
    if (first.located !== second.located && schemaText(first.schema) === schemaText(second.schema)) return
    this.diagnostics.push({
      code: 'avro-duplicate-type',
      severity: 'error',
      place: second.schema.place,
      message: `${fullName} is defined in ${other.file}:${other.line}:${other.column} already`,
      hint: first.located === second.located ? 'Refer to it by its name.' : 'Remove one, or make both the same.',
    })
  }
}
