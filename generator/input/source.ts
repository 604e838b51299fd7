import type { Diagnostic, Place } from '../diagnostics.js'

/** A file as the generator is given it; `path` is what diagnostics show, with forward slashes. */
export interface InputFile {
  readonly path: string
  readonly content: Uint8Array | string
}

/** The text of an input file, and where in it an offset is. */
export class Source {
  readonly path: string
  readonly text: string
  #lines: readonly number[] | undefined

  constructor(path: string, text: string) {
    this.path = path
    this.text = text
  }

  /** Line and column of an offset (UTF-16 units) of the text. */
  place(offset: number): Place {
    this.#lines ??= lineStarts(this.text)
    let low = 0
    let high = this.#lines.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#lines[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { file: this.path, line: low + 1, column: offset - this.#lines[low]! + 1 }
  }
}

/** Decodes a file: UTF-8 with or without a byte order mark. Bytes that are not UTF-8 are a diagnostic, at their place. */
export function readSource(file: InputFile, diagnostics: Diagnostic[]): Source | undefined {
  if (typeof file.content === 'string') return new Source(file.path, file.content.replace(/^\uFEFF/, ''))
  try {
    return new Source(file.path, new TextDecoder('utf-8', { fatal: true }).decode(file.content))
  } catch {
    diagnostics.push({
      code: 'invalid-utf8',
      severity: 'error',
      place: placeOfInvalid(file),
      message: 'the file is not UTF-8 text',
      hint: 'Save it as UTF-8.',
    })
    return undefined
  }
}

/** The place before the first byte sequence that does not decode. */
function placeOfInvalid(file: InputFile): Place {
  const bytes = file.content as Uint8Array
  let low = 0
  let high = bytes.length
  // The longest prefix that decodes as a stream (which accepts an unfinished character at its end).
  while (low < high) {
    const middle = (low + high + 1) >> 1
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true })
      low = middle
    } catch {
      high = middle - 1
    }
  }
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, low), { stream: true })
  return new Source(file.path, text).place(text.length)
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === 10 || (unit === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1)
  }
  return starts
}
