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
