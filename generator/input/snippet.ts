import { type ts, typescript } from '../typescript.js'

/** A piece of TypeScript as a manifest has it: an expression, or the statements of a function body. */
export type Snippet =
  | { readonly kind: 'expression' | 'statements'; readonly identifiers: ReadonlySet<string> }
  | { readonly kind: 'broken'; readonly message: string; readonly offset: number }

/** Deeper logic is refused: compilers go down the levels by calls. */
const maxDepth = 250

/** Marks that show a text in another order than it runs. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/

/** An expression if it parses as one; else statements; else what is wrong with it. */
export function parseSnippet(text: string): Snippet {
  const turned = turning.exec(text)
  if (turned !== null) {
    const message = 'A mark that changes the direction of text: a reader would see other code than runs. In a text, write it as an escape.'
    return { kind: 'broken', message, offset: turned.index }
  }
  const expression = parse(`(\n${text}\n)`)
  if (expression.problem === undefined && isOneExpression(expression.file)) {
    return { kind: 'expression', identifiers: identifiersOf(expression.file) }
  }
  const opening = 'function body() {\n'
  const statements = parse(`${opening}${text}\n}`)
  if (statements.problem === undefined && isOneFunction(statements.file)) {
    const declared = declaredNames(statements.file)
    return { kind: 'statements', identifiers: new Set([...identifiersOf(statements.file)].filter((name) => !declared.has(name))) }
  }
  // A text without a statement's words is told what is wrong with it as an expression.
  const looksLikeStatements = /\breturn\b|;|\n|^\s*(?:if|for|while|const|let|switch|throw|try)\b/.test(text)
  const problem = looksLikeStatements ? statements.problem : expression.problem
  const offset = Math.min(Math.max(0, (problem?.start ?? 0) - (looksLikeStatements ? opening.length : 2)), text.length)
  return { kind: 'broken', message: problem?.message ?? 'This is neither one expression nor the statements of a function.', offset }
}

interface Parsed {
  readonly file: ts.SourceFile
  readonly problem: { readonly message: string; readonly start: number } | undefined
}

function parse(source: string): Parsed {
  try {
    const parsed = parseAsFile(source)
    const deep = tooDeep(parsed.file)
    return parsed.problem === undefined && deep !== undefined ? { ...parsed, problem: deep } : parsed
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { file: parseAsFile('').file, problem: { message: deepMessage, start: 0 } }
  }
}

const deepMessage = `More than ${maxDepth} levels of nesting.`

/** The first node that lies too deep. By hand, since the stack may not be deep enough for what was parsed. */
function tooDeep(file: ts.SourceFile): Parsed['problem'] {
  const { ts } = typescript()
  let level: ts.Node[] = [file]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return { message: deepMessage, start: level[0]!.getStart(file) }
    const next: ts.Node[] = []
    for (const node of level) ts.forEachChild(node, (child) => void next.push(child))
    level = next
  }
  return undefined
}

function parseAsFile(source: string): Parsed {
  const { ts } = typescript()
  const file = ts.createSourceFile('snippet.ts', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS)
  const [first] = (file as unknown as { readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics
  return { file, problem: first && { message: ts.flattenDiagnosticMessageText(first.messageText, ' '), start: first.start } }
}

function isOneExpression(file: ts.SourceFile): boolean {
  const { ts } = typescript()
  const [statement, ...rest] = file.statements
  return (
    rest.length === 0 &&
    statement !== undefined &&
    ts.isExpressionStatement(statement) &&
    ts.isParenthesizedExpression(statement.expression) &&
    statement.expression.getStart() === 0 &&
    statement.expression.getEnd() === file.text.length
  )
}

function isOneFunction(file: ts.SourceFile): boolean {
  const { ts } = typescript()
  const [statement, ...rest] = file.statements
  return rest.length === 0 && statement !== undefined && ts.isFunctionDeclaration(statement) && statement.getEnd() === file.text.length
}

/** Identifiers that may mean something of the scope around: not names of properties. A bound from above. */
function identifiersOf(file: ts.SourceFile): ReadonlySet<string> {
  const { ts } = typescript()
  const names = new Set<string>()
  /** The function that statements were put into; its name is not theirs. */
  const wrapper = file.statements.find(ts.isFunctionDeclaration)
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isPropertyName(node) && node.parent !== wrapper) names.add(node.text)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return names
}

/** What the statements themselves declare: it is not taken from the scope around. */
function declaredNames(file: ts.SourceFile): ReadonlySet<string> {
  const { ts } = typescript()
  const names = new Set<string>()
  const add = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) names.add(name.text)
    else for (const element of name.elements) if (ts.isBindingElement(element)) add(element.name)
  }
  const [body] = file.statements
  const statements = body !== undefined && ts.isFunctionDeclaration(body) ? (body.body?.statements ?? []) : []
  for (const statement of statements) {
    if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) add(name)
    else if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) names.add(statement.name.text)
  }
  return names
}

function isPropertyName(node: ts.Identifier): boolean {
  const { ts } = typescript()
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent)) return parent.name === node
  if (ts.isBindingElement(parent)) return parent.propertyName === node
  return ts.isQualifiedName(parent) && parent.right === node
}
