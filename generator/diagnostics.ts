/** A place in an input file; line and column count from 1, columns in UTF-16 units. */
export interface Place {
  /** Relative to the folder that `gen` was called with, with forward slashes. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One problem of the input, with a stable code; checks return these and never throw. */
export interface Diagnostic {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly place: Place
  readonly message: string
  /** The way out, a sentence. */
  readonly hint?: string
}

/** `file:line:col CODE message`, the hint indented below. */
export function formatDiagnostic({ code, severity, place, message, hint }: Diagnostic): string {
  const first = `${place.file}:${place.line}:${place.column} ${code} ${severity === 'warning' ? 'warning: ' : ''}${message}`
  return hint === undefined ? first : `${first}\n  ${hint}`
}

/** By file, line and column; the same problem at the same place once; texts of the input in them fit to be shown. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const distinct = new Map(diagnostics.map(presentable).map((diagnostic) => [formatDiagnostic(diagnostic), diagnostic]))
  return [...distinct.values()].sort(
    (a, b) =>
      compareText(a.place.file, b.place.file) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column ||
      compareText(a.code, b.code) ||
      compareText(a.message, b.message),
  )
}

function presentable(diagnostic: Diagnostic): Diagnostic {
  const { place, message, hint } = diagnostic
  return {
    ...diagnostic,
    place: { ...place, file: printable(place.file) },
    message: printable(message),
    ...(hint === undefined ? {} : { hint: hint.split(hintBreak).map(printable).join(hintBreak) }),
  }
}

/** Between the lines of a hint that has several. */
const hintBreak = '\n  '

/** On one line, not endless, and without what a terminal would obey or a reader not see. */
export function printable(text: string): string {
  const line = text.length > maxText ? `${text.slice(0, maxText)}…` : text
  return line.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const maxText = 1000
// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not get to a terminal
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

/** By UTF-16 unit, so that the order is the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Where checks put what they find. */
export type Report = (diagnostic: Diagnostic) => void
