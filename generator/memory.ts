import { readFileSync } from 'node:fs'
import type { KeptLocks } from './compat/keep-lock.js'
import { MemoryCompiler } from './emit/memory-compiler.js'
import type { KeptOutputs } from './emit/write.js'
import { KeptSchemas } from './input/schemas.js'
import { Kept } from './kept.js'
import { KeptFiles } from './kept-files.js'

/**
 * What one run leaves for the next of the same process, so that a change costs what it changes. Everything in it is found by all that it was made of: no result
 * depends on what was run before.
 */
export class Memory {
  /** Of the schema folder. */
  readonly inputs = new KeptFiles<Uint8Array>((path) => readFileSync(path))
  readonly schemas = new KeptSchemas()
  readonly locks: KeptLocks = new Kept()
  /** The texts of types' modules, by path. */
  readonly typeFiles = new Kept<string>()
  /** Of the generated folders. */
  readonly outputs: KeptOutputs = { texts: new KeptFiles((path) => readFileSync(path, 'utf8')), hashes: new Kept() }
  readonly compiler = new MemoryCompiler()
}
