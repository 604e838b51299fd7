import { posix } from 'node:path'
import { type ImportDeclaration, Node, type SourceFile, SyntaxKind } from 'ts-morph'
import type { Import } from '../../model/data-type.js'
import { importLines } from '../imports.js'
import { indentationAt, type Style } from './style.js'

/** A text to put into a file, at an offset of what is there. */
export interface Insertion {
  readonly at: number
  readonly text: string
}

/** What a file of the user's calls the types that are written into it: by its imports, or by new ones. */
export class LocalNames {
  readonly #file: SourceFile
  readonly #taken: Set<string>
  readonly #added: Import[] = []

  constructor(file: SourceFile) {
    this.#file = file
    this.#taken = new Set(file.getDescendantsOfKind(SyntaxKind.Identifier).map((node) => node.getText()))
  }

  /** A type's text with the file's names for what it needs; these are imported if they are not yet. */
  write(text: string, imports: readonly Import[]): string {
    return imports.reduce((written, each) => renamed(written, each.as ?? each.name, this.#nameOf(each)), text)
  }

  /** The imports that are missing, as they go into the file. */
  insertions(style: Style, extension: string): readonly Insertion[] {
    const left: Import[] = []
    const result: Insertion[] = []
    for (const each of this.#added) {
      const found = this.#file
        .getImportDeclarations()
        .find((declaration) => isOf(declaration, each.from) && declaration.getNamedImports().length > 0)
      const after = found?.getNamedImports().at(-1)
      if (found === undefined || after === undefined) {
        left.push(each)
        continue
      }
      const isOwnLine = found.getText().includes('\n')
      const separator = isOwnLine ? `,${style.newline}${indentationAt(this.#file.getFullText(), after.getStart())}` : ', '
      const name = each.as === undefined ? each.name : `${each.name} as ${each.as}`
      result.push({ at: after.getEnd(), text: `${separator}${found.isTypeOnly() ? '' : 'type '}${name}` })
    }
    if (left.length === 0) return result
    const path = this.#file.getFilePath().replace(/\.[cm]?tsx?$/, '')
    const lines = importLines(left, path, extension)
      .trimEnd()
      .replaceAll("'", style.quote)
      .replaceAll(new RegExp(`${style.quote}$`, 'gm'), `${style.quote}${style.semicolon}`)
      .replaceAll('\n', style.newline)
    return [...result, this.#newLine(lines, style)]
  }

  #nameOf({ name, from, as }: Import): string {
    const known = this.#imported(name, from)
    if (known !== undefined) return known
    const added = this.#added.find((each) => each.name === name && each.from === from)
    if (added !== undefined) return added.as ?? added.name
    let local = as ?? name
    for (let number = 2; this.#taken.has(local); number += 1) local = `${name}${number}`
    this.#taken.add(local)
    this.#added.push({ name, from, typeOnly: true, ...(local !== name && { as: local }) })
    return local
  }

  /** What an import of the file calls it. */
  #imported(name: string, from: string): string | undefined {
    for (const declaration of this.#file.getImportDeclarations()) {
      const space = declaration.getNamespaceImport()
      if (space !== undefined && gives(declaration, name, from)) return `${space.getText()}.${name}`
      for (const named of declaration.getNamedImports()) {
        const local = named.getAliasNode() ?? named.getNameNode()
        const target = local.getSymbol()?.getAliasedSymbol()
        const isIt = isPackage(from)
          ? named.getName() === name && isOf(declaration, from)
          : isDeclaredIn(target?.getDeclarations() ?? [], name, from)
        if (isIt) return local.getText()
      }
    }
    return undefined
  }

  /** After the last import; else at the top, but for a line that says what runs the file. */
  #newLine(lines: string, { newline }: Style): Insertion {
    const text = this.#file.getFullText()
    const last = this.#file.getImportDeclarations().at(-1)
    if (last !== undefined) {
      const rest = /^[ \t]*(?:\/\/[^\r\n]*)?(?=[\r\n]|$)/.exec(text.slice(last.getEnd()))?.[0] ?? ''
      return { at: last.getEnd() + rest.length, text: newline + lines }
    }
    return { at: /^#![^\n]*\n/.exec(text)?.[0].length ?? 0, text: lines + newline }
  }
}

/** Does an import lead to this module, a package or the path of a file without its extension? */
function isOf(declaration: ImportDeclaration, from: string): boolean {
  if (isPackage(from)) return declaration.getModuleSpecifierValue() === from
  return declaration.getModuleSpecifierSourceFile()?.getFilePath() === `${from}.ts`
}

function gives(declaration: ImportDeclaration, name: string, from: string): boolean {
  if (isPackage(from)) return isOf(declaration, from)
  const found = declaration.getModuleSpecifierSourceFile()?.getExportedDeclarations().get(name)
  return isDeclaredIn(found ?? [], name, from)
}

/** Is it declared by the module, or, for what a topology's own module gives, by one of that topology? */
function isDeclaredIn(declarations: readonly Node[], name: string, from: string): boolean {
  return declarations.some((declaration) => {
    const path = declaration.getSourceFile().getFilePath()
    const isNamed = Node.hasName(declaration) && declaration.getName() === name
    return isNamed && (path === `${from}.ts` || posix.dirname(path) === from)
  })
}

function isPackage(from: string): boolean {
  return !posix.isAbsolute(from) && !/^[A-Za-z]:/.test(from)
}

/** A type's text with another name for one of its parts; texts in quotes and members of the same name stay. */
function renamed(text: string, name: string, local: string): string {
  if (name === local) return text
  const pattern = new RegExp(`'(?:[^'\\\\]|\\\\.)*'|(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'g')
  return text.replace(pattern, (found) => (found.startsWith("'") ? found : local))
}
