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

/** The body of a method, each line indented to stand in a class. */
export function bodyLines({ parameters, result }: MethodModel, body: InlineLogic): string {
  const prologue = parameters.flatMap(({ name }) => {
    const parts = body.uses.has(name) ? partsOf(name, body) : []
    return parts.length > 0 ? [`const { ${parts.join(', ')} } = ${name}`] : []
  })
  if (partsOf('this', body).length > 0) prologue.push('const { context } = this')
  const lines = [...prologue, ...logicLines(body, isVoid(result.text), prologue.length > 0)]
  return lines.map((line) => (line === '' ? '' : `    ${line}`)).join('\n')
}

function logicLines({ kind, node }: InlineLogic, isVoid: boolean, follows: boolean): readonly string[] {
  const text = node.text.replace(/\s+$/, '')
  if (kind === 'statements') return guarded(text, follows).split('\n')
  const oneLine = !text.includes('\n') && !/^\s*\/[/*]/.test(text)
  if (!isVoid) return oneLine ? [`return ${text.trimStart()}`] : ['return (', ...text.split('\n'), ')']
  const plain = oneLine && !/^\s*(?:\{|function\b|class\b|async\b|let\b)/.test(text)
  return plain ? [guarded(text.trimStart(), follows)] : [`${follows ? ';' : ''}(`, ...text.split('\n'), ')']
}

/** Without semicolons a line must not read as the end of the one before it. */
function guarded(text: string, follows: boolean): string {
  return follows && /^\s*[([`+\-/]/.test(text) ? `;${text.trimStart()}` : text
}

function partsOf(source: string, body: InlineLogic): readonly string[] {
  return Object.entries(body.scope).flatMap(([name, from]) => (from === source && body.uses.has(name) ? [name] : []))
}

function isVoid(result: string): boolean {
  return result === 'Nothing' || result === 'void'
}
