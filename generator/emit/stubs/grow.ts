import { posix } from 'node:path'
import { type Diagnostic, sortDiagnostics } from '../../diagnostics.js'
import { Source } from '../../input/source.js'
import type { MethodModel, TopologyModel } from '../../model/topology.js'
import { type Insertion, LocalNames } from './local-names.js'
import { addMethods, memberNames } from './missing-methods.js'
import { type GeneratedClass, generatedClasses, methodsToWrite, stubFile, stubText } from './stub.js'
import type { StubCode } from './stub-codes.js'
import { styleOf } from './style.js'
import { problemsOf } from './tell.js'
import { Ancestors, type ClassNode, type UserClass } from './user-class.js'
import { syntaxProblem, type UserCode, UserProject } from './user-project.js'

export interface GrowOptions {
  /** What the topologies' paths are relative to; absolute. */
  readonly base: string
  /** What the imports that are added end with. */
  readonly extension: string
  /** A path as messages show it. */
  readonly shown: (path: string) => string
  /** Is something in the way of a new file there, be it a link? */
  readonly isTaken: (path: string) => boolean
}

/** What is to be added to the user's code. Nothing of it is ever removed. */
export interface Growth {
  /** Whole texts of files, by absolute path; `before` is what is there now. */
  readonly write: readonly { readonly path: string; readonly text: string; readonly before: string | undefined }[]
  /** What the user has to see to: warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Finds the user's classes of the generated ones, adds the methods that they lack, and lays a new file for each that is not there. */
export function growStubs(code: UserCode, topologies: readonly TopologyModel[], options: GrowOptions): Growth {
  const bases = generatedClasses(topologies, options.base)
  const project = new UserProject(code)
  const ancestors = new Ancestors(project, bases)
  const files = code.files.map((file) => {
    const source = project.file(file.path)
    return { ...file, source, classes: ancestors.within(source), problem: syntaxProblem(source) }
  })
  const whole = files.filter(({ problem }) => problem === undefined)
  const broken = files.filter(({ problem }) => problem !== undefined)
  const diagnostics = [
    ...broken.map(({ path, text, problem }) => {
      const place = new Source(options.shown(path), text).place(problem!.offset)
      return warning('stub-syntax', place, `The file is left as it is, since it is no TypeScript: ${problem!.message}`)
    }),
    ...whole.flatMap(({ classes }) => classes.flatMap((each) => problemsOf(each, bases, options.shown))),
  ]

  const missing = missingMethods(whole.flatMap(({ classes }) => classes))
  const grown = whole.flatMap(({ path, text, source, classes }) => {
    const [names, style] = [new LocalNames(source), styleOf(source)]
    const insertions = classes.flatMap(({ node, ancestry }) => {
      const methods = missing.get(node)
      return methods === undefined || !('base' in ancestry) ? [] : [addMethods(node, methods, ancestry.base, names, style)]
    })
    if (insertions.length === 0) return []
    return [{ path, before: text, text: inserted(text, [...names.insertions(style, options.extension), ...insertions]) }]
  })

  const laid = bases
    .filter((base) => !base.logic.concrete)
    .filter((base) => !files.some(({ classes }) => classes.some((each) => isOf(each, base))))
    .filter(({ logic }) => !broken.some(({ text }) => new RegExp(`\\bextends\\s+${logic.className}\\b`).test(text)))
    .flatMap((base) => {
      const folder = topologies.length > 1 ? posix.join(code.folder, base.topology.name) : code.folder
      const path = posix.join(folder, stubFile(base.logic))
      if (!options.isTaken(path)) return [{ path, before: undefined, text: stubText(base, path, options.extension) }]
      const place = { file: options.shown(path), line: 1, column: 1 }
      const message = `No class extends \`${base.logic.className}\`, and where one would go there is something already.`
      diagnostics.push({ ...warning('stub-file-taken', place, message), hint: 'Write it here, or in another file of the folder.' })
      return []
    })
  return { write: [...grown, ...laid], diagnostics: sortDiagnostics(diagnostics) }
}

/** What each class lacks; of a family the first that is not abstract gets it, and those after it inherit it. */
function missingMethods(classes: readonly UserClass[]): ReadonlyMap<ClassNode, readonly MethodModel[]> {
  const missing = new Map<ClassNode, readonly MethodModel[]>()
  const generated = classes.flatMap(({ node, ancestry }) => (ancestry.kind === 'generated' ? [{ node, ...ancestry }] : []))
  for (const { node, base, between } of generated.sort((a, b) => a.between.length - b.between.length)) {
    if (node.isAbstract()) continue
    const has = new Set([node, ...between].flatMap((each) => [...memberNames(each), ...(missing.get(each) ?? []).map(({ name }) => name)]))
    const methods = methodsToWrite(base.logic).filter(({ name }) => !has.has(name))
    if (methods.length > 0) missing.set(node, methods)
  }
  return missing
}

function isOf({ ancestry }: UserClass, base: GeneratedClass): boolean {
  return 'base' in ancestry ? ancestry.base === base : ancestry.kind === 'unresolved' && ancestry.name === base.logic.className
}

function inserted(text: string, insertions: readonly Insertion[]): string {
  let [result, from] = ['', 0]
  for (const { at, text: addition } of [...insertions].sort((a, b) => a.at - b.at)) {
    result += text.slice(from, at) + addition
    from = at
  }
  return result + text.slice(from)
}

function warning(code: StubCode, place: Diagnostic['place'], message: string): Diagnostic {
  return { code, severity: 'warning', place, message }
}
