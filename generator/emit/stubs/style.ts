import { Node, type SourceFile } from 'ts-morph'

/** How a file is written, so that what is added looks like the rest of it. */
export interface Style {
  readonly newline: '\n' | '\r\n'
  /** One level of indentation. */
  readonly indent: string
  readonly quote: "'" | '"'
  readonly semicolon: ';' | ''
}

export function styleOf(file: SourceFile): Style {
  const text = file.getFullText()
  return { newline: newlineOf(text), indent: indentOf(file, text), quote: quoteOf(file), semicolon: semicolonOf(file) }
}

/** The white space that the line of an offset begins with. */
export function indentationAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset)))![0]
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

function newlineOf(text: string): Style['newline'] {
  const all = text.split('\n').length - 1
  return 2 * (text.split('\r\n').length - 1) > all ? '\r\n' : '\n'
}

/** As members of classes are indented; else the first line that is. */
function indentOf(file: SourceFile, text: string): string {
  for (const node of file.getDescendants()) {
    if (!Node.isClassDeclaration(node) && !Node.isClassExpression(node)) continue
    const outer = indentationAt(text, node.getStart())
    for (const member of node.getMembers()) {
      const inner = indentationAt(text, member.getStart())
      if (inner.startsWith(outer) && inner.length > outer.length) return inner.slice(outer.length)
    }
  }
  return /^(?:\t| {1,8})(?=[^\s*])/m.exec(text)?.[0] ?? '  '
}

function quoteOf(file: SourceFile): Style['quote'] {
  const [first] = file.getImportStringLiterals()
  return first?.getText().startsWith('"') ? '"' : "'"
}

/** Do most of the statements that may end with a semicolon do? */
function semicolonOf(file: SourceFile): Style['semicolon'] {
  const statements = file
    .getStatements()
    .filter((node) => Node.isImportDeclaration(node) || Node.isVariableStatement(node) || Node.isExpressionStatement(node))
  return 2 * statements.filter((node) => node.getText().endsWith(';')).length > statements.length ? ';' : ''
}
