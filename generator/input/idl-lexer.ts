import { JsonSyntaxError } from './json.js'

/** A token of Avro IDL; `doc` is the documentation comment right before it. */
export interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'symbol' | 'end'
  /** Without quotes, escapes and backticks. */
  readonly text: string
  readonly at: number
  /** In backticks: a name even if it is a keyword. */
  readonly quoted: boolean
  readonly doc: string | undefined
}

const blank = /(?:[ \t\r\n\f]|\/\/[^\r\n]*|\/\*\*\/|\/\*(?!\*)[\s\S]*?\*\/)+/y
const docComment = /\/\*\*[\s\S]*?\*\//y
const word =
  /(?:`[\p{L}_][\p{L}\p{M}\p{N}_]*`|[\p{L}_][\p{L}\p{M}\p{N}_]*)(?:[.-](?:`[\p{L}_][\p{L}\p{M}\p{N}_]*`|[\p{L}_][\p{L}\p{M}\p{N}_]*))*/uy
const number =
  /[+-]?(?:NaN\b|Infinity\b|0[xX](?:[0-9a-fA-F]+\.?|[0-9a-fA-F]*\.[0-9a-fA-F]+)[pP][+-]?\d+|0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[lLfFdD]?/y
const string = /"(?:[^"\\\r\n\b\f\t]|\\(?:[nrbft\\'"0-7]|u[0-9a-fA-F]{4}))*"/y
const escapeSequence = /\\(?:u([0-9a-fA-F]{4})|([0-3]?[0-7]{1,2})|(.))/g
const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['t', '\t'],
])

/** Splits Avro IDL into tokens, one at a time. Throws a JsonSyntaxError at what is none. */
export class IdlLexer {
  readonly #text: string
  #at = 0
  #next: Token | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** The next token, which stays. */
  peek(): Token {
    this.#next ??= this.#read()
    return this.#next
  }

  take(): Token {
    const token = this.peek()
    this.#next = undefined
    return token
  }

  #read(): Token {
    const doc = this.#space()
    const at = this.#at
    const quoted = this.#text[at] === '`'
    const of = (kind: Token['kind'], text: string): Token => ({ kind, text, at, quoted, doc })
    // The end-of-file mark of older systems, which the grammar knows: nothing counts behind it.
    if (at >= this.#text.length || this.#text[at] === '\u001a') return of('end', 'the end of the file')
    const name = this.#match(word)
    // `NaN` and `Infinity` are numbers only where a value stands, so the parser tells.
    if (name !== undefined) return of('word', name.replaceAll('`', ''))
    const amount = this.#match(number)
    if (amount !== undefined) return of('number', amount)
    const literal = this.#match(string)
    if (literal !== undefined) return of('string', literal.slice(1, -1).replace(escapeSequence, unescaped))
    if (this.#text[at] === '"')
      throw new JsonSyntaxError(at, 'the string does not end on its line, or has an escape that is none', 'idl-syntax')
    if (this.#text.startsWith('/*', at)) throw new JsonSyntaxError(at, 'the comment does not end', 'idl-syntax')
    const symbol = String.fromCodePoint(this.#text.codePointAt(at)!)
    this.#at += symbol.length
    return of('symbol', symbol)
  }

  /** Passes over space and comments; returns the last documentation comment. */
  #space(): string | undefined {
    let doc: string | undefined
    for (;;) {
      if (this.#match(blank) !== undefined) continue
      const comment = this.#match(docComment)
      if (comment === undefined) return doc
      doc = docText(comment)
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found === undefined) return undefined
    this.#at += found.length
    return found
  }
}

function unescaped(_: string, hex: string | undefined, octal: string | undefined, other: string): string {
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
  return escapes.get(other) ?? other
}

/** The text of a documentation comment, without its stars. */
function docText(comment: string): string {
  const lines = comment
    .slice(3, -2)
    .split(/\r\n|[\r\n]/)
    .map((line, index) => (index === 0 ? line : line.replace(/^\s*\*? ?/, '')).trimEnd())
  return lines.join('\n').trim()
}
