import type { Import } from '../../model/data-type.js'
import { codecName, historyName, namesOf, readName, type TypeModule, type TypeModules, writeName } from './modules.js'

/** The entry of the runtime that generated code imports. */
export const runtimeEntry = 'millrace/codegen'

/** The local names of one generated file: what it declares, and under which name it imports the rest. */
export class Scope {
  readonly #modules: TypeModules
  /** The module that the file is, whose exports need no import. */
  readonly #own: TypeModule | undefined
  /** Names that are declared beside this scope. */
  readonly #reserved: ReadonlySet<string>
  readonly #taken: Set<string>
  readonly #stems = new Map<TypeModule, string>()
  readonly #runtimeNames = new Map<string, string>()
  readonly #imports = new Map<string, Import>()

  /** `taken`: names that the file declares; they win over imports. */
  constructor(modules: TypeModules, taken: ReadonlySet<string>, own?: TypeModule) {
    this.#modules = modules
    this.#own = own
    this.#reserved = taken
    this.#taken = new Set(own === undefined ? [] : namesOf(own.stem))
    if (own !== undefined) this.#stems.set(own, own.stem)
  }

  /** Sorted by module and name. */
  get imports(): readonly Import[] {
    return [...this.#imports.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
  }

  /** A free name for a declaration of the file. */
  declare(wanted: string): string {
    let name = wanted
    for (let number = 2; this.#isTaken(name); number += 1) name = `${wanted}${number}`
    this.#taken.add(name)
    return name
  }

  /** A name of the runtime's. */
  runtime(name: string, typeOnly: boolean): string {
    let local = this.#runtimeNames.get(name)
    if (local === undefined) {
      local = name
      while (this.#isTaken(local)) local = `${local}_`
      this.#taken.add(local)
      this.#runtimeNames.set(name, local)
    }
    this.#import(name, local, runtimeEntry, typeOnly)
    return local
  }

  type(module: TypeModule): string {
    return this.#exported(module, (stem) => stem, true)
  }

  write(module: TypeModule): string {
    return this.#exported(module, writeName, false)
  }

  read(module: TypeModule): string {
    return this.#exported(module, readName, false)
  }

  codec(module: TypeModule): string {
    return this.#exported(module, codecName, false)
  }

  history(module: TypeModule): string {
    return this.#exported(module, historyName, false)
  }

  #exported(module: TypeModule, nameOf: (stem: string) => string, typeOnly: boolean): string {
    const stem = this.#stems.get(module) ?? this.#stem(module)
    if (module !== this.#own) this.#import(nameOf(module.stem), nameOf(stem), module.path, typeOnly)
    return nameOf(stem)
  }

  /** A stem whose names are all free here. */
  #stem(module: TypeModule): string {
    const isTaken = (stem: string) => namesOf(stem).some((name) => this.#isTaken(name))
    let stem = this.#modules.isShared(module.stem) || isTaken(module.stem) ? module.qualifiedStem : module.stem
    while (isTaken(stem)) stem = `${stem}_`
    for (const name of namesOf(stem)) this.#taken.add(name)
    this.#stems.set(module, stem)
    return stem
  }

  #isTaken(name: string): boolean {
    return this.#taken.has(name) || this.#reserved.has(name)
  }

  #import(name: string, local: string, from: string, typeOnly: boolean): void {
    const key = `${from} ${name}`
    if (this.#imports.get(key)?.typeOnly === false) return
    this.#imports.set(key, local === name ? { name, from, typeOnly } : { name, as: local, from, typeOnly })
  }
}
