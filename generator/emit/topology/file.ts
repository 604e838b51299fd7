import type { Code, Import } from '../../model/data-type.js'
import { importLines } from '../imports.js'

/** What all files of a topology are written with. */
export interface EmitContext {
  /** First line of each file. */
  readonly header: string
  /** What imports of siblings end with: `.js`. */
  readonly extension: string
  /** What paths of the input are relative to, absolute; no text shows it. */
  readonly base: string
}

/** A file of a topology while it is written: collects the imports of its code. */
export class GeneratedFile {
  /** From the generated folder, without extension: `login-attempts/topology`. */
  readonly path: string
  readonly #imports: Import[] = []
  readonly #context: EmitContext

  constructor(path: string, context: EmitContext) {
    this.path = path
    this.#context = context
  }

  get header(): string {
    return this.#context.header
  }

  /** The text of code, whose imports the file then has. */
  use(code: Code): string {
    for (const each of code.imports) this.#imports.push(each)
    return code.text
  }

  import(name: string, from: string, typeOnly: boolean): string {
    this.#imports.push({ name, from, typeOnly })
    return name
  }

  /** Last, when all code has been used. */
  imports(): string {
    return importLines(this.#imports, this.path, this.#context.extension)
  }
}
