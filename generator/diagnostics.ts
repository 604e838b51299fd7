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

/** By file, line and column; the same problem at the same place once. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const distinct = new Map(diagnostics.map((diagnostic) => [formatDiagnostic(diagnostic), diagnostic]))
  return [...distinct.values()].sort(
    (a, b) =>
      compareText(a.place.file, b.place.file) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column ||
      compareText(a.code, b.code) ||
      compareText(a.message, b.message),
  )
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

/** By UTF-16 unit, so that the order is the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Where checks put what they find. */
export type Report = (diagnostic: Diagnostic) => void
