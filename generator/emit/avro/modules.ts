import { createHash } from 'node:crypto'
import type { AvroNamed, AvroSchema } from '../../avro/schema.js'
import { schemaText } from '../../avro/schema-text.js'
import { reservedFiles } from '../../file-names.js'
import { reservedNames } from '../../model/reserved.js'
import { kebab, lowerFirst, upperFirst } from '../source-text.js'

/** The generated module of a type: where it is, and what it exports. */
export interface TypeModule {
  readonly schema: AvroSchema
  /** Path within the generated folder, without extension: `types/seed/login-event`. */
  readonly path: string
  /** What names of exports are made of: `LoginEvent`. */
  readonly stem: string
  /** Stem for imports where another type of the simple name is about: `SeedLoginEvent`. */
  readonly qualifiedStem: string
  /** False of types in place, whose TypeScript is written out where it is used. */
  readonly named: boolean
}

export const writeName = (stem: string): string => `write${upperFirst(stem)}`
export const readName = (stem: string): string => `read${upperFirst(stem)}`
export const codecName = (stem: string): string => `${lowerFirst(stem)}Codec`
export const historyName = (stem: string): string => `${lowerFirst(stem)}History`

/** All that the module of a stem may export. */
export function namesOf(stem: string): readonly string[] {
  return [stem, writeName(stem), readName(stem), codecName(stem), historyName(stem)]
}

/**
 * Modules of all types, each named type in a file of its own: a change of one schema changes one file. Paths differ by more than case, so that
 * every disk holds them; of two that would not, the later by full name gets a number.
 */
export class TypeModules {
  readonly #byName = new Map<string, TypeModule>()
  readonly #inPlace = new Map<string, TypeModule>()
  readonly #paths = new Set<string>()
  /** How many modules export a name. */
  readonly #exports = new Map<string, number>()
  readonly #qualified = new Set<string>()
  readonly #names = new Map<string, readonly string[]>()

  /** `types` in a fixed order, since the order decides about numbers. */
  constructor(types: readonly AvroNamed[]) {
    for (const type of types) this.#count(stemOf(type))
    for (const type of types) this.#add(type)
  }

  get all(): readonly TypeModule[] {
    return [...this.#byName.values(), ...this.#inPlace.values()]
  }

  /** Do other modules export a name of this stem's? */
  isShared(stem: string): boolean {
    return this.#namesOf(stem).some((name) => this.#exports.get(name)! > 1)
  }

  of(schema: AvroSchema): TypeModule {
    if (!('fullName' in schema)) return this.#ofText(schema)
    const known = this.#byName.get(schema.fullName)
    if (known !== undefined) return known
    this.#count(stemOf(schema))
    return this.#add(schema)
  }

  #ofText(schema: AvroSchema): TypeModule {
    const text = schemaText(schema)
    let module = this.#inPlace.get(text)
    if (module === undefined) {
      const stem = `${describeStem(schema).slice(0, 40)}${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
      this.#count(stem)
      module = { schema, path: this.#path(`types/in-place/${kebab(stem)}`), stem, qualifiedStem: stem, named: false }
      this.#inPlace.set(text, module)
    }
    return module
  }

  #add(schema: AvroNamed): TypeModule {
    const names = schema.fullName.split('.')
    const folders = names.slice(0, -1).map((name) => fileName(name.toLowerCase()))
    const path = this.#path(['types', ...folders, fileName(kebab(names.at(-1)!))].join('/'))
    const module = { schema, path, stem: stemOf(schema), qualifiedStem: this.#qualifiedStem(names), named: true }
    this.#byName.set(schema.fullName, module)
    return module
  }

  #qualifiedStem(names: readonly string[]): string {
    const wanted = unreserved(names.map(upperFirst).join(''))
    const isFree = (stem: string) => namesOf(stem).every((name) => !this.#exports.has(name) && !this.#qualified.has(name))
    let stem = wanted
    for (let number = 2; !isFree(stem); number += 1) stem = `${wanted}${number}`
    for (const name of namesOf(stem)) this.#qualified.add(name)
    return stem
  }

  #count(stem: string): void {
    for (const name of this.#namesOf(stem)) this.#exports.set(name, (this.#exports.get(name) ?? 0) + 1)
  }

  /** Asked for again and again. */
  #namesOf(stem: string): readonly string[] {
    let names = this.#names.get(stem)
    if (names === undefined) {
      names = namesOf(stem)
      this.#names.set(stem, names)
    }
    return names
  }

  #path(wanted: string): string {
    let path = wanted
    for (let number = 2; this.#paths.has(path); number += 1) path = `${wanted}-${number}`
    this.#paths.add(path)
    return path
  }
}

function stemOf(schema: AvroNamed): string {
  return unreserved(schema.fullName.slice(schema.fullName.lastIndexOf('.') + 1))
}

function unreserved(name: string): string {
  return reservedNames.has(name) ? `${name}_` : name
}

/** A name of a file or folder that every disk takes: not a device of Windows, no leading dash, at most 100 characters. */
function fileName(name: string): string {
  const plain = name.replace(/^-+/, (dashes) => '_'.repeat(dashes.length))
  const safe = reservedFiles.test(plain) ? `${plain}_` : plain
  return safe.length <= 100 ? safe : `${safe.slice(0, 90)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}

function describeStem(schema: AvroSchema): string {
  switch (schema.kind) {
    case 'primitive':
      return upperFirst(schema.primitive)
    case 'array':
      return `ArrayOf${describeStem(schema.items)}`
    case 'map':
      return `MapOf${describeStem(schema.values)}`
    case 'union':
      return `UnionOf${schema.branches.map(describeStem).join('Or')}`
    default:
      return schema.fullName.split('.').map(upperFirst).join('')
  }
}
