import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { stampOf } from '../file-stamp.js'
import { type ts, typescript } from '../typescript.js'

/** Where the library of types is: nowhere on a disk. */
const library = '/typescript-library'

/**
 * Compiles files that are in memory together with what they import from the disk. Keeps what it has parsed: of two compilations most files are the same,
 * and a file is parsed again when its text is another. Nothing else is kept, so that every result is that of a first one.
 */
export class MemoryCompiler {
  readonly #parsed = new Map<string, ts.SourceFile>()
  #asked = new Map<string, string>()

  /** Where on the disk compilations looked since the last call, whether they found something or not, with what was there then; but in packages. */
  takeAsked(): ReadonlyMap<string, string> {
    const asked = this.#asked
    this.#asked = new Map()
    return asked
  }

  /** `files`: absolute path to text; they hide those of the disk. Reads only what `roots` lead to. */
  compile(roots: readonly string[], files: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.Program {
    const host = this.#host(files)
    return typescript().ts.createProgram({ rootNames: roots, options, host })
  }

  #host(files: ReadonlyMap<string, string>): ts.CompilerHost {
    const folders = new Set([...files.keys()].flatMap(foldersAbove))
    const asked = (path: string): string => {
      if (!packages.test(path) && !this.#asked.has(path)) this.#asked.set(path, stampOf(path))
      return path
    }
    const read = (path: string) => files.get(path) ?? libraryFiles().get(path) ?? readText(asked(path))
    return {
      fileExists: (path) => files.has(path) || libraryFiles().has(path) || isFile(asked(path)),
      readFile: read,
      directoryExists: (path) => folders.has(path) || existsSync(asked(path)),
      realpath: (path) => (files.has(path) || !existsSync(path) ? path : realpathSync(path)),
      getSourceFile: (path, language) => {
        const text = read(path)
        return text === undefined ? undefined : this.#parse(path, text, language)
      },
      getDefaultLibFileName: () => posix.join(library, 'lib.d.ts'),
      getDefaultLibLocation: () => library,
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
      .map(({ fileName, text }) => [posix.join(library, fileName), text]),
  )
  return libraryTexts
}

function foldersAbove(path: string): readonly string[] {
  const folder = dirname(path)
  return folder === path ? [] : [folder, ...foldersAbove(folder)]
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function readText(path: string): string | undefined {
  return isFile(path) ? readFileSync(path, 'utf8') : undefined
}
