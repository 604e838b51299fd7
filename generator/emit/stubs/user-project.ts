import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { type CompilerOptions, type ImportDeclaration, Project, type SourceFile, ts } from 'ts-morph'
import { runtimeTypes } from '../compiler.js'

/** A file of the user's code, at its absolute path. */
export interface UserFile {
  readonly path: string
  readonly text: string
}

export interface UserCode {
  /** Where the user's files are; absolute. */
  readonly folder: string
  readonly files: readonly UserFile[]
  /** The generated folders, by absolute path, as they will be: path within them to text. */
  readonly generated: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** The user's files as the compiler sees them, beside the generated ones. */
export class UserProject {
  readonly #project: Project
  readonly #generated: ReadonlyMap<string, ReadonlyMap<string, string>>

  constructor({ folder, files, generated }: UserCode) {
    const runtime = runtimeTypes(folder)?.replaceAll('\\', '/')
    this.#generated = generated
    this.#project = new Project({
      compilerOptions: { ...ofTsConfig(folder), ...fixed },
      skipAddingFilesFromTsConfig: true,
      skipFileDependencyResolution: true,
      skipLoadingLibFiles: true,
      resolutionHost: (host, options) => ({
        resolveModuleNames: (names, from) => names.map((name) => resolveModule(name, from, options(), host, runtime)),
      }),
    })
    for (const [output, texts] of generated) {
      for (const [path, text] of texts) this.#project.createSourceFile(posix.join(output, path), text, { overwrite: true })
    }
    for (const { path, text } of files) this.#project.createSourceFile(path, text, { overwrite: true })
  }

  file(path: string): SourceFile {
    return this.#project.getSourceFileOrThrow(path)
  }

  /** Does it lie in a generated folder, or did before? */
  isGenerated(path: string): boolean {
    return [...this.#generated.keys()].some((output) => path.startsWith(`${output}/`))
  }

  /** Does an import lead to a package, or to what Node has? */
  isPackage(declaration: ImportDeclaration): boolean {
    const name = declaration.getModuleSpecifierValue()
    const { resolvedModule } = ts.resolveModuleName(
      name,
      declaration.getSourceFile().getFilePath(),
      this.#project.getCompilerOptions(),
      ts.sys,
    )
    return isBuiltin(name) || resolvedModule?.isExternalLibraryImport === true
  }
}

/** The first thing that is no TypeScript in a file, and where. */
export function syntaxProblem(file: SourceFile): { readonly message: string; readonly offset: number } | undefined {
  const { parseDiagnostics } = file.compilerNode as unknown as { readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[] }
  const [first] = parseDiagnostics
  return first && { message: ts.flattenDiagnosticMessageText(first.messageText, ' '), offset: first.start }
}

/** Where the user's compiler finds modules, if it says; its other options matter to nothing here. */
function ofTsConfig(folder: string): CompilerOptions {
  const path = ts.findConfigFile(folder, ts.sys.fileExists)
  if (path === undefined) return {}
  const { config } = ts.readConfigFile(path, ts.sys.readFile)
  const host = { ...ts.sys, readDirectory: () => [], useCaseSensitiveFileNames: true }
  const { options } = ts.parseJsonConfigFileContent(config ?? {}, host, posix.dirname(path), undefined, path)
  const { paths, pathsBasePath, baseUrl, rootDirs, customConditions } = options
  const all = { paths, pathsBasePath, baseUrl, rootDirs, customConditions }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** Takes every form of import: with `.js`, with `.ts`, and without. */
const fixed: CompilerOptions = {
  noLib: true,
  types: [],
  allowImportingTsExtensions: true,
  noEmit: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
}

/** What packages declare does not matter, and would take long to read; but for the runtime, whose types may be this package's own. */
function resolveModule(
  name: string,
  from: string,
  options: CompilerOptions,
  host: ts.ModuleResolutionHost,
  runtime: string | undefined,
): ts.ResolvedModule | undefined {
  const found = ts.resolveModuleName(name, from, options, host).resolvedModule
  const isRuntime = /^millrace(?:\/|$)/.test(name)
  if (isRuntime && runtime !== undefined) return { resolvedFileName: `${runtime}/${name.slice('millrace/'.length) || 'index'}.d.ts` }
  return found?.isExternalLibraryImport && !isRuntime && !name.startsWith('.') ? undefined : found
}
