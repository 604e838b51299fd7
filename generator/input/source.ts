import type { Diagnostic, Place } from '../diagnostics.js'

/** A file as the generator is given it; `path` is what diagnostics show, with forward slashes. */
export interface InputFile {
  readonly path: string
  readonly content: Uint8Array | string
  /** Why it was not read; the content is empty then. */
  readonly unreadable?: string
}

/** Larger files are not read: no schema that people write comes near. */
export const maxBytes = 16_000_000

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
    // The end of a line is where it begins to end: between CR and LF is no place.
    const end = offset - (this.text[offset] === '\n' && this.text[offset - 1] === '\r' ? 1 : 0)
    return { file: this.path, line: low + 1, column: end - this.#lines[low]! + 1 }
  }
}

export const tooLarge = `the file is larger than ${maxBytes / 1_000_000} MB`

/** Decodes a file: UTF-8 with or without a byte order mark. Bytes that are not UTF-8 are a diagnostic, at their place. */
export function readSource(file: InputFile, diagnostics: Diagnostic[]): Source | undefined {
  const unreadable = file.unreadable ?? (file.content.length > maxBytes ? tooLarge : undefined)
  if (unreadable !== undefined) {
    const place: Place = { file: file.path, line: 1, column: 1 }
    diagnostics.push({
      code: 'unreadable-file',
      severity: 'error',
      place,
      message: unreadable,
      hint: 'Put a plain file in its place, or move it out of the schema folder.',
    })
    return undefined
  }
  if (typeof file.content === 'string') return new Source(file.path, file.content.replace(/^\uFEFF/, ''))
  const known = sources.get(file.content)
  if (known?.path === file.path) return known
  try {
    const source = new Source(file.path, new TextDecoder('utf-8', { fatal: true }).decode(file.content))
    sources.set(file.content, source)
    return source
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

/** Of bytes that were decoded before: a run that follows another gets the same ones again. */
const sources = new WeakMap<Uint8Array, Source>()

/** The place before the first byte sequence that does not decode. */
function placeOfInvalid(file: InputFile): Place {
  const bytes = file.content as Uint8Array
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let from = 0
  while (from < bytes.length && decodes(decoder, bytes.subarray(from, from + chunk))) from += chunk
  // Within the chunk, from the start of a character on: the longest part that decodes as a stream (which may end within a character).
  while (from > 0 && (bytes[from]! & 0xc0) === 0x80) from -= 1
  let low = Math.min(from, bytes.length)
  let high = Math.min(from + chunk, bytes.length)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (decodes(new TextDecoder('utf-8', { fatal: true }), bytes.subarray(from, middle))) low = middle
    else high = middle - 1
  }
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, low), { stream: true })
  return new Source(file.path, text).place(text.length)
}

const chunk = 1 << 16

function decodes(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === 10 || (unit === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1)
  }
  return starts
}
