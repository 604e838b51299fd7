import { MemoryCompiler } from './emit/memory-compiler.js'
import type { ParsedFiles } from './input/schemas.js'
import { Kept } from './kept.js'

/**
 * What one run leaves for the next of the same process, so that a change costs what it changes. Everything in it is found by all that it was made of: no result
 * depends on what was run before.
 */
export class Memory {
  readonly parsed: ParsedFiles = { json: new Kept(), idl: new Kept() }
  /** The texts of types' modules, by path. */
  readonly typeFiles = new Kept<string>()
  readonly compiler = new MemoryCompiler()
}
