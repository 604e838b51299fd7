import type { Place } from '../diagnostics.js'
import type { InputFile } from '../input/source.js'

/** A comment of the input that keeps findings of some rules back. */
export interface Suppression {
  readonly place: Place
  /** As it names them; empty if it names none. */
  readonly codes: readonly string[]
  /** The line that it is for; absent: the whole file. */
  readonly line?: number
}

const comment = /(?:#|\/\/|\/\*)[ \t]*(gen-lint-disable-(?:next-line|file))\b([^\n\r]*)/

/** `# gen-lint-disable-next-line rule, rule -- reason` in YAML, `//` or `/* … *\/` in schemas. Several may stand above one line. */
export function suppressionsOf({ path, content }: InputFile): readonly Suppression[] {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content)
  if (!text.includes('gen-lint-disable-')) return []
  const lines = text.split(/\r\n|\n|\r/)
  return lines.flatMap((line, index) => {
    const found = comment.exec(line)
    if (found === null) return []
    const [, kind, rest = ''] = found
    const codes = rest
      .replace(/--.*|\*\/.*/, '')
      .split(/[\s,]+/)
      .filter((code) => code !== '')
    const place = { file: path, line: index + 1, column: found.index + 1 }
    if (kind === 'gen-lint-disable-file') return [{ place, codes }]
    let next = index + 1
    while (comment.test(lines[next] ?? '')) next += 1
    return [{ place, codes, line: next + 1 }]
  })
}

export function covers({ place, codes, line }: Suppression, code: string, at: Place): boolean {
  return codes.includes(code) && place.file === at.file && (line === undefined || line === at.line)
}
