import { join, posix } from 'node:path'
import type { Diagnostic, Place } from '../diagnostics.js'
import type { MethodModel, TopologyModel } from '../model/topology.js'
import { type ts, typescript } from '../typescript.js'
import { hasNodeTypes, runtimeTypes } from './compiler.js'
import type { MemoryCompiler } from './memory-compiler.js'
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
export function checkInline(
  topologies: readonly TopologyModel[],
  folders: ReadonlyMap<string, CheckedFolder>,
  compiler: MemoryCompiler,
): readonly Diagnostic[] {
  const withLogic = topologies.filter((topology) => inlineMethods(topology).length > 0)
  const needed = [...new Set(withLogic.map(({ output }) => output))].flatMap((output) => folders.get(output) ?? [])
  const [first] = needed
  if (first === undefined) return []
  const files = new Map<string, string>(
    needed.flatMap(({ path, files }) => [...files].map(([name, text]) => [`${path}/${name}`, text] as const)),
  )
  const roots = withLogic.map((topology) => posix.join(folders.get(topology.output)!.path, topology.name, 'processors.ts'))

  const check = (nodeTypes: boolean): readonly Diagnostic[] => {
    const ambient = nodeTypes ? [] : [posix.join(first.path, 'globals.d.ts')]
    for (const path of ambient) files.set(path, globals)
    const program = compiler.compile([...ambient, ...roots], files, compilerOptions(first.path, nodeTypes))
    for (const path of ambient) files.delete(path)
    return withLogic.flatMap((topology, index) => {
      const file = program.getSourceFile(roots[index]!)!
      return program.getSemanticDiagnostics(file).flatMap((problem) => toDiagnostic(problem, file, topology) ?? [])
    })
  }
  if (!hasNodeTypes(first.path)) return check(false)
  // Node's types are large, and little logic needs them: what is right without them and imports nothing of the user's is right with them.
  const isAlone = withLogic.every(({ imports }) => imports.every(({ module }) => module.name === 'millrace'))
  return isAlone && check(false).length === 0 ? [] : check(true)
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

function compilerOptions(folder: string, nodeTypes: boolean): ts.CompilerOptions {
  const { ts } = typescript()
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
    types: nodeTypes ? ['node'] : [],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    ...(runtime && { paths: { millrace: [join(runtime, 'index.d.ts')], 'millrace/*': [join(runtime, '*.d.ts')] } }),
  }
}

/** What Node has beside the language, for projects without `@types/node`. */
const globals = `
declare const console: Record<'debug' | 'error' | 'info' | 'log' | 'warn', (...data: unknown[]) => void>
declare class TextEncoder { encode(text?: string): Uint8Array }
declare class TextDecoder { constructor(label?: string); decode(bytes?: Uint8Array): string }
declare function structuredClone<T>(value: T): T
`

function toDiagnostic(problem: ts.Diagnostic, file: ts.SourceFile, topology: TopologyModel): Diagnostic | undefined {
  const place = problem.start === undefined ? undefined : placeOf(problem.start, file, topology)
  const message = typescript().ts.flattenDiagnosticMessageText(problem.messageText, ' ')
  const hint = hintFor(problem, file, topology)
  return place && { code: 'logic-type', severity: 'error', place, message: `${message} (TS${problem.code})`, ...(hint && { hint }) }
}

/** The compiler's words are of the generated file: what names the manifest could use there they do not tell. */
function hintFor({ start, length, code }: ts.Diagnostic, file: ts.SourceFile, topology: TopologyModel): string | undefined {
  if (code === 1308) return 'Logic is synchronous: it cannot wait.'
  if (!unknownName.includes(code) || start === undefined || length === undefined) return undefined
  // Values of a runtime's class come in without its name.
  if (file.text.slice(start, start + length) === 'Decimal') return 'Import it in the manifest: `imports: { millrace: [Decimal] }`.'
  const found = methodAround(innermost(start, file), file, topology)
  if (code !== 2304 || found?.method.body === undefined) return undefined
  const names = new Set([...found.method.parameters.map(({ name }) => name), ...Object.keys(found.method.body.scope)])
  return `In scope: ${[...names].map((name) => `\`${name}\``).join(', ')}, and what \`imports\` names.`
}

/** There is none of the name; it is only a type; it is imported only as one. */
const unknownName: readonly number[] = [2304, 2693, 1361]

/** Where in the manifest a character of `processors.ts` comes from; undefined: not from there. */
function placeOf(start: number, file: ts.SourceFile, topology: TopologyModel): Place | undefined {
  const { ts } = typescript()
  const node = innermost(start, file)
  const method = ts.findAncestor(node, ts.isMethodDeclaration)
  const found = methodAround(node, file, topology)
  const body = found?.method.body
  if (found === undefined || body === undefined || method?.body === undefined) return importPlace(node, file, topology)
  const position = file.getLineAndCharacterOfPosition(start)
  const firstLine = file.getLineAndCharacterOfPosition(method.body.getStart(file)).line + 1
  const origin = bodyLines(found.method, body)[position.line - firstLine]?.origin
  const line = origin && body.node.lines[origin.line]
  if (origin === undefined || line === undefined) return body.node.place
  return { ...line, column: line.column + Math.max(0, position.character - bodyIndent - origin.shift) }
}

/** The method with inline logic that a node of `processors.ts` is in. */
function methodAround(node: ts.Node, file: ts.SourceFile, topology: TopologyModel): InlineMethod | undefined {
  const { ts } = typescript()
  const method = ts.findAncestor(node, ts.isMethodDeclaration)
  const owner = method && ts.isClassDeclaration(method.parent) ? method.parent.name?.text : undefined
  return inlineMethods(topology).find((inline) => inline.className === owner && inline.method.name === method?.name.getText(file))
}

/** The smallest node that a character is of. */
function innermost(start: number, file: ts.SourceFile): ts.Node {
  const { ts } = typescript()
  const within = (node: ts.Node): ts.Node =>
    ts.forEachChild(node, (child) => (child.getStart(file) <= start && start < child.end ? within(child) : undefined)) ?? node
  return within(file)
}

/** `x` of `x as y`, and of `type x`. */
function importedName(written: string): string {
  return written.replace(/^type /, '').split(' ')[0]!
}

function importPlace(node: ts.Node, file: ts.SourceFile, topology: TopologyModel): Place | undefined {
  const { ts } = typescript()
  const bindings = ts.findAncestor(node, ts.isImportDeclaration)?.importClause?.namedBindings
  if (bindings === undefined || !ts.isNamedImports(bindings)) return undefined
  const names = new Set(bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text))
  const imported = topology.imports.find((each) => each.names.some(({ name }) => names.has(importedName(name))))
  const named = imported?.names.find(({ name }) => importedName(name) === node.getText(file))
  return named?.place ?? imported?.module.place
}
