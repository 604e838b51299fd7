import type { InlineLogic, MethodModel } from '../../model/topology.js'

/**
 * The names of a method's parameters, as its body wants them: those that it does not use are left out at the end and marked before,
 * and of a record of which only parts are used, the parts: `{ value }`.
 */
export function parameterNames({ parameters, body }: MethodModel): readonly string[] {
  if (body === undefined) return parameters.map(({ name }) => name)
  const names = parameters.map(({ name }) => {
    if (body.uses.has(name)) return name
    const parts = partsOf(name, body)
    return parts.length > 0 ? `{ ${parts.join(', ')} }` : `_${name}`
  })
  while (names.at(-1)?.startsWith('_')) names.pop()
  return names
}

/** A line of a method's body; `origin` says which line of the manifest's text it is, and by how much it moved to the right. */
export interface BodyLine {
  readonly text: string
  readonly origin?: { readonly line: number; readonly shift: number }
}

/** The body of a method: what takes the scope's names apart, then the manifest's text. */
export function bodyLines({ parameters, result }: MethodModel, body: InlineLogic): readonly BodyLine[] {
  const prologue = parameters.flatMap(({ name }) => {
    const parts = body.uses.has(name) ? partsOf(name, body) : []
    return parts.length > 0 ? [{ text: `const { ${parts.join(', ')} } = ${name}` }] : []
  })
  if (partsOf('this', body).length > 0) prologue.push({ text: 'const { context } = this' })
  return [...prologue, ...logicLines(body, isVoid(result.text), prologue.length > 0)]
}

/** Spaces before each line of a body, within a class. */
export const bodyIndent = 4

export function indented(lines: readonly BodyLine[]): string {
  return lines.map(({ text }) => (text === '' ? '' : ' '.repeat(bodyIndent) + text)).join('\n')
}

function logicLines({ kind, node }: InlineLogic, isVoid: boolean, follows: boolean): readonly BodyLine[] {
  const lines = node.text.trimEnd().split('\n')
  const first = lines[0] ?? ''
  const asTheyAre = lines.map((text, line) => ({ text, origin: { line, shift: 0 } }))
  const prefixed = (prefix: string): readonly BodyLine[] => {
    const text = first.trimStart()
    return [{ text: prefix + text, origin: { line: 0, shift: prefix.length + text.length - first.length } }, ...asTheyAre.slice(1)]
  }
  const guard = follows && /^\s*[([`+\-/]/.test(first) ? ';' : ''
  if (kind === 'statements') return guard === '' ? asTheyAre : prefixed(guard)
  const isOneLine = lines.length === 1 && !/^\s*\/[/*]/.test(first)
  if (!isVoid) return isOneLine ? prefixed('return ') : [{ text: 'return (' }, ...asTheyAre, { text: ')' }]
  const isStatement = isOneLine && !/^\s*(?:\{|function\b|class\b|async\b|let\b)/.test(first)
  return isStatement ? prefixed(guard) : [{ text: `${follows ? ';' : ''}(` }, ...asTheyAre, { text: ')' }]
}

function partsOf(source: string, body: InlineLogic): readonly string[] {
  return Object.entries(body.scope).flatMap(([name, from]) => (from === source && body.uses.has(name) ? [name] : []))
}

function isVoid(result: string): boolean {
  return result === 'Nothing' || result === 'void'
}
