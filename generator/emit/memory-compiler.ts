import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { stampOf } from '../file-stamp.js'
import { type ts, typescript } from '../typescript.js'

/** Where the library of types is: nowhere on a disk. */
const libraryFolder = '/typescript-library'

/** A compilation, and all that it came of: what it asked for of files and folders, found or not. */
interface Compiled {
  readonly program: ts.Program
  readonly asked: ReadonlyMap<string, string>
}

/**
 * Compiles files that are in memory together with what they import from the disk. A file is parsed again when its text is another, and nothing is compiled again when
 * all that was asked for is still as it was; so every result is that of a first compilation.
 */
export class MemoryCompiler {
  readonly #parsed = new Map<string, ts.SourceFile>()
  readonly #compiled = new Map<string, Compiled>()
  #asked = new Map<string, string>()

  /** Where on the disk compilations looked since the last call, whether they found something or not, with what was there then; but in packages. */
  takeAsked(): ReadonlyMap<string, string> {
    const asked = this.#asked
    this.#asked = new Map()
    return asked
  }

  /** `files`: absolute path to text; they hide those of the disk. Reads only what `roots` lead to. */
  compile(roots: readonly string[], files: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.Program {
    const folders = foldersOf(files.keys())
    const stateOf = (path: string) => files.get(path) ?? (folders.has(path) ? 'folder' : stampOf(path))
    const name = JSON.stringify([roots, options])
    let compiled = this.#compiled.get(name)
    if (compiled === undefined || [...compiled.asked].some(([path, state]) => stateOf(path) !== state)) {
      const asked = new Map<string, string>()
      const host = this.#host(files, folders, (path) => {
        if (!asked.has(path)) asked.set(path, stateOf(path))
        return path
      })
      compiled = { program: typescript().ts.createProgram({ rootNames: roots, options, host }), asked }
      this.#keep(name, compiled)
    }
    for (const [path, state] of compiled.asked) {
      if (!files.has(path) && !folders.has(path) && !packages.test(path) && !this.#asked.has(path)) this.#asked.set(path, state)
    }
    return compiled.program
  }

  /** The two last ones: a check may take one without Node's types and one with them. */
  #keep(name: string, compiled: Compiled): void {
    this.#compiled.delete(name)
    this.#compiled.set(name, compiled)
    const [oldest] = this.#compiled.keys()
    if (this.#compiled.size > 2) this.#compiled.delete(oldest!)
  }

  #host(files: ReadonlyMap<string, string>, folders: ReadonlySet<string>, ask: (path: string) => string): ts.CompilerHost {
    const library = libraryFiles()
    const read = (path: string) => library.get(path) ?? files.get(ask(path)) ?? readText(path)
    return {
      fileExists: (path) => library.has(path) || files.has(ask(path)) || isFile(path),
      readFile: read,
      directoryExists: (path) => folders.has(ask(path)) || existsSync(path),
      realpath: (path) => (files.has(ask(path)) || !existsSync(path) ? path : realpathSync(path)),
      getSourceFile: (path, language) => {
        const text = read(path)
        return text === undefined ? undefined : this.#parse(path, text, language)
      },
      getDefaultLibFileName: () => posix.join(libraryFolder, 'lib.d.ts'),
      getDefaultLibLocation: () => libraryFolder,
      getCurrentDirectory: () => '/',
      getCanonicalFileName: (path) => path,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => '\n',
      writeFile: () => {},
    }
  }

  #parse(path: string, text: string, language: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.SourceFile {
    const known = this.#parsed.get(path)
    if (known?.text === text) return known
    const file = typescript().ts.createSourceFile(path, text, language)
    this.#parsed.set(path, file)
    return file
  }
}

const packages = /(?:^|[\\/])(?:node_modules|package\.json)(?:[\\/]|$)/

let libraryTexts: ReadonlyMap<string, string> | undefined

function libraryFiles(): ReadonlyMap<string, string> {
  libraryTexts ??= new Map(
    typescript()
      .getLibFiles()
      .map(({ fileName, text }) => [posix.join(libraryFolder, fileName), text]),
  )
  return libraryTexts
}

/** All folders that paths lie in, up to the root. */
function foldersOf(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>()
  for (const path of paths) for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) folders.add(folder)
  return folders
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function readText(path: string): string | undefined {
  return isFile(path) ? readFileSync(path, 'utf8') : undefined
}
