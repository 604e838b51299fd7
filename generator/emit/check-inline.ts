import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { Node, Project, type SourceFile, type Diagnostic as TsDiagnostic, ts } from 'ts-morph'
import type { Diagnostic, Place } from '../diagnostics.js'
import type { MethodModel, TopologyModel } from '../model/topology.js'
import { bodyIndent, bodyLines } from './topology/inline.js'

/** A generated folder, at its absolute path. */
export interface CheckedFolder {
  readonly path: string
  readonly files: ReadonlyMap<string, string>
}

/**
 * Compiles the classes with inline logic, in memory, and tells what is wrong at its place in the manifest. Reads the disk for the runtime's
 * types and for the modules that manifests import. `folders`: by the output of topologies.
 */
export function checkInline(topologies: readonly TopologyModel[], folders: ReadonlyMap<string, CheckedFolder>): readonly Diagnostic[] {
  const withLogic = topologies.filter((topology) => inlineMethods(topology).length > 0)
  const needed = [...new Set(withLogic.map(({ output }) => output))].flatMap((output) => folders.get(output) ?? [])
  const [first] = needed
  if (first === undefined) return []
  const project = new Project({ compilerOptions: compilerOptions(first.path), skipAddingFilesFromTsConfig: true })
  if (!hasNodeTypes(first.path)) project.createSourceFile(posix.join(first.path, 'globals.d.ts'), globals, { overwrite: true })
  for (const { path, files } of needed) {
    for (const [name, text] of files) project.createSourceFile(posix.join(path, name), text, { overwrite: true })
  }
  const program = project.getProgram()
  return withLogic.flatMap((topology) => {
    const file = project.getSourceFileOrThrow(posix.join(folders.get(topology.output)!.path, topology.name, 'processors.ts'))
    return program.getSemanticDiagnostics(file).flatMap((problem) => toDiagnostic(problem, file, topology) ?? [])
  })
}

interface InlineMethod {
  readonly className: string
  readonly method: MethodModel
}

function inlineMethods(topology: TopologyModel): readonly InlineMethod[] {
  return topology.steps.flatMap((step) =>
    step.logic.flatMap(({ className, methods }) =>
      methods.filter(({ body }) => body !== undefined).map((method) => ({ className, method })),
    ),
  )
}

function compilerOptions(folder: string): ts.CompilerOptions {
  const runtime = runtimeTypes(folder)
  return {
    strict: true,
    noImplicitOverride: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: hasNodeTypes(folder) ? ['node'] : [],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    ...(runtime && { paths: { 'millrace/*': [join(runtime, '*.d.ts')] } }),
  }
}

/** Where the runtime's types are if they cannot be found from the generated folder: this package's own. */
function runtimeTypes(folder: string): string | undefined {
  try {
    createRequire(join(folder, 'index.js')).resolve('millrace/codegen')
    return undefined
  } catch {
    return dirname(createRequire(import.meta.url).resolve('millrace/codegen'))
  }
}

function hasNodeTypes(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(join(path, 'node_modules/@types/node/package.json'))) return true
    if (dirname(path) === path) return false
  }
}

/** What Node has beside the language, for projects without `@types/node`. */
const globals = `
declare const console: Record<'debug' | 'error' | 'info' | 'log' | 'warn', (...data: unknown[]) => void>
declare class TextEncoder { encode(text?: string): Uint8Array }
declare class TextDecoder { constructor(label?: string); decode(bytes?: Uint8Array): string }
declare function structuredClone<T>(value: T): T
`

function toDiagnostic(problem: TsDiagnostic, file: SourceFile, topology: TopologyModel): Diagnostic | undefined {
  const start = problem.getStart()
  const text = problem.getMessageText()
  const message = typeof text === 'string' ? text : ts.flattenDiagnosticMessageText(text.compilerObject, ' ')
  const place = start === undefined ? undefined : placeOf(start, file, topology)
  return place && { code: 'logic-type', severity: 'error', place, message: `${message} (TS${problem.getCode()})` }
}

/** Where in the manifest a character of `processors.ts` comes from; undefined: not from there. */
function placeOf(start: number, file: SourceFile, topology: TopologyModel): Place | undefined {
  const node = file.getDescendantAtPos(start)
  const method = node?.getFirstAncestor(Node.isMethodDeclaration)
  const className = method?.getParentIfKind(ts.SyntaxKind.ClassDeclaration)?.getName()
  const found = inlineMethods(topology).find((inline) => inline.className === className && inline.method.name === method?.getName())
  const body = found?.method.body
  if (found === undefined || body === undefined || method === undefined) return importPlace(node, topology)
  const position = file.getLineAndColumnAtPos(start)
  const firstLine = file.getLineAndColumnAtPos(method.getBodyOrThrow().getStart()).line + 1
  const origin = bodyLines(found.method, body)[position.line - firstLine]?.origin
  const line = origin && body.node.lines[origin.line]
  if (origin === undefined || line === undefined) return body.node.place
  return { ...line, column: line.column + Math.max(0, position.column - 1 - bodyIndent - origin.shift) }
}

/** `x` of `x as y`, and of `type x`. */
function importedName(written: string): string {
  return written.replace(/^type /, '').split(' ')[0]!
}

function importPlace(node: Node | undefined, topology: TopologyModel): Place | undefined {
  const declaration = node?.getFirstAncestor(Node.isImportDeclaration)
  if (declaration === undefined) return undefined
  const names = new Set(declaration.getNamedImports().map((named) => named.getName()))
  const imported = topology.imports.find((each) => each.names.some(({ name }) => names.has(importedName(name))))
  const named = imported?.names.find(({ name }) => importedName(name) === node?.getText())
  return named?.place ?? imported?.module.place
}
