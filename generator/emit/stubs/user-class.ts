import { posix } from 'node:path'
import {
  type ClassDeclaration,
  type ClassExpression,
  type ExportDeclaration,
  type Expression,
  type ImportDeclaration,
  Node,
  type SourceFile,
} from 'ts-morph'
import type { GeneratedClass } from './stub.js'
import type { UserProject } from './user-project.js'

export type ClassNode = ClassDeclaration | ClassExpression

/** What a class of the user's extends, in the end. */
export type Ancestry =
  /** A generated class, with its declaration; `between`: the user's own classes on the way, the nearest first. */
  | {
      readonly kind: 'generated'
      readonly base: GeneratedClass
      readonly declaration: ClassDeclaration
      readonly between: readonly ClassNode[]
    }
  /** What a function makes of a generated class. */
  | { readonly kind: 'mixin'; readonly base: GeneratedClass }
  /** A class that is no more in the generated folder that it is imported from. */
  | { readonly kind: 'gone'; readonly name: string }
  /** Something that cannot be found, but has the name of a generated class. */
  | { readonly kind: 'unresolved'; readonly name: string }

/** A class of the user's that has to do with a generated one. */
export interface UserClass {
  readonly node: ClassNode
  readonly ancestry: Ancestry
}

/** Follows what classes extend, through imports under whatever name, other classes of the user's, and constants. */
export class Ancestors {
  readonly #project: UserProject
  readonly #byPlace: ReadonlyMap<string, GeneratedClass>
  readonly #byName: ReadonlySet<string>

  constructor(project: UserProject, classes: readonly GeneratedClass[]) {
    this.#project = project
    this.#byPlace = new Map(
      classes.map((each) => [`${each.generated}/${each.topology.name}/processors.ts ${each.logic.className}`, each] as const),
    )
    this.#byName = new Set(classes.map(({ logic }) => logic.className))
  }

  /** The classes of a file that have to do with generated ones, wherever in it they stand. */
  within(file: SourceFile): readonly UserClass[] {
    if (!/\bextends\b/.test(file.getFullText())) return []
    return file.getDescendants().flatMap((node) => {
      const isClass = Node.isClassExpression(node) || (Node.isClassDeclaration(node) && !node.isAmbient())
      const ancestry = isClass ? this.#ofClass(node, new Set()) : undefined
      return isClass && ancestry !== undefined ? [{ node, ancestry }] : []
    })
  }

  #ofClass(node: ClassNode, seen: Set<Node>): Ancestry | undefined {
    const expression = node.getExtends()?.getExpression()
    if (expression === undefined || seen.has(node)) return undefined
    seen.add(node)
    return this.#ofExpression(expression, seen)
  }

  #ofExpression(written: Expression, seen: Set<Node>): Ancestry | undefined {
    const expression = unwrapped(written)
    if (Node.isClassExpression(expression)) return this.#through(expression, seen)
    if (Node.isCallExpression(expression)) {
      const found = expression
        .getArguments()
        .map((argument) => (Node.isExpression(argument) ? this.#ofExpression(argument, seen) : undefined))
      const of = found.find((each) => each?.kind === 'generated' || each?.kind === 'mixin')
      return of && 'base' in of ? { kind: 'mixin', base: of.base } : undefined
    }
    const symbol = expression.getSymbol()
    const target = symbol?.getAliasedSymbol() ?? symbol
    for (const declaration of target?.getDeclarations() ?? []) {
      const found = this.#ofDeclaration(declaration, seen)
      if (found !== undefined) return found
    }
    const isKnown = (target?.getDeclarations() ?? []).length > 0
    return isKnown ? undefined : this.#unknown(expression)
  }

  #ofDeclaration(declaration: Node, seen: Set<Node>): Ancestry | undefined {
    if (Node.isClassDeclaration(declaration)) {
      const base = this.#byPlace.get(`${declaration.getSourceFile().getFilePath()} ${declaration.getName()}`)
      return base === undefined ? this.#through(declaration, seen) : { kind: 'generated', base, declaration, between: [] }
    }
    const initializer = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined
    if (initializer === undefined || seen.has(declaration)) return undefined
    seen.add(declaration)
    return this.#ofExpression(initializer, seen)
  }

  /** Of another class of the user's only a generated one is passed on: what else there is, is told of that class itself. */
  #through(node: ClassNode, seen: Set<Node>): Ancestry | undefined {
    const found = this.#ofClass(node, seen)
    return found?.kind === 'generated' ? { ...found, between: [node, ...found.between] } : undefined
  }

  /** A name that leads nowhere: one that is not generated any more, or one of an import that cannot be followed. */
  #unknown(expression: Node): Ancestry | undefined {
    const imported = importOf(expression)
    const name = imported?.name ?? expression.getText()
    if (imported !== undefined && this.#isFromGenerated(imported.module)) return { kind: 'gone', name }
    const isForeign = imported !== undefined && this.#project.isPackage(imported.module)
    return this.#byName.has(name) && !isForeign ? { kind: 'unresolved', name } : undefined
  }

  /** Is a module generated, or does it re-export one that is? One that is not there any more is known by its path. */
  #isFromGenerated(declaration: ImportDeclaration | ExportDeclaration, seen = new Set<string>()): boolean {
    const file = declaration.getModuleSpecifierSourceFile()
    if (file === undefined) {
      const written = declaration.getModuleSpecifierValue() ?? ''
      const folder = declaration.getSourceFile().getDirectoryPath()
      return written.startsWith('.') && this.#project.isGenerated(posix.join(folder, written))
    }
    const path = file.getFilePath()
    if (seen.has(path)) return false
    seen.add(path)
    return (
      this.#project.isGenerated(path) ||
      file.getExportDeclarations().some((each) => each.hasModuleSpecifier() && this.#isFromGenerated(each, seen))
    )
  }
}

/** Without what changes nothing of the value. */
function unwrapped(expression: Expression): Expression {
  const isWrapped = Node.isParenthesizedExpression(expression) || Node.isAsExpression(expression) || Node.isSatisfiesExpression(expression)
  return isWrapped ? unwrapped(expression.getExpression()) : expression
}

/** The import that an identifier, or a member of a namespace, comes from, and its name there. */
function importOf(expression: Node): { readonly name: string; readonly module: ImportDeclaration } | undefined {
  const isMember = Node.isPropertyAccessExpression(expression)
  const local = isMember ? expression.getExpression().getText() : expression.getText()
  for (const module of expression.getSourceFile().getImportDeclarations()) {
    if (isMember) {
      if (module.getNamespaceImport()?.getText() === local) return { name: expression.getName(), module }
      continue
    }
    const named = module.getNamedImports().find((each) => (each.getAliasNode() ?? each.getNameNode()).getText() === local)
    if (named !== undefined) return { name: named.getName(), module }
  }
  return undefined
}
