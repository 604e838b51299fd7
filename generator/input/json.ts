import type { Diagnostic } from '../diagnostics.js'
import type { Source } from './source.js'

/** JSON with the offset where each value starts; numbers keep their text, so that nothing is lost. */
export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonLiteral

export interface JsonObject {
  readonly kind: 'object'
  readonly at: number
  readonly members: readonly JsonMember[]
}

export interface JsonMember {
  readonly key: string
  readonly at: number
  readonly value: JsonNode
}

export interface JsonArray {
  readonly kind: 'array'
  readonly at: number
  readonly items: readonly JsonNode[]
}

export interface JsonString {
  readonly kind: 'string'
  readonly at: number
  readonly value: string
}

export interface JsonNumber {
  readonly kind: 'number'
  readonly at: number
  readonly text: string
}

export interface JsonLiteral {
  readonly kind: 'literal'
  readonly at: number
  readonly value: true | false | null
}

/** The value of a member; undefined if there is none (of two, which is reported, the last). */
export function member(node: JsonObject, key: string): JsonNode | undefined {
  return node.members.findLast((entry) => entry.key === key)?.value
}

/** How deep arrays and objects may lie in each other: beyond what people write, within what the stack of every step bears. Java's readers stop at 1,000. */
export const maxDepth = 1500

/** How long a number may be written: beyond any double and decimal, and still quick to turn into an integer. */
export const maxNumber = 1000

/**
 * Parses JSON, with comments as Avro's own parser takes them. A syntax error is reported and gives undefined;
 * a key that occurs twice in an object is reported and parsing goes on.
 */
export function parseJson(source: Source, diagnostics: Diagnostic[]): JsonNode | undefined {
  const parser = new JsonParser(source, diagnostics)
  try {
    return parser.document()
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    diagnostics.push(error.diagnostic(source))
    return undefined
  }
}

export class JsonSyntaxError extends Error {
  readonly at: number
  readonly code: string
  readonly hint: string | undefined

  constructor(at: number, message: string, code = 'json-syntax', hint?: string) {
    super(message)
    this.at = at
    this.code = code
    this.hint = hint
  }

  diagnostic(source: Source): Diagnostic {
    const { code, at, message, hint } = this
    return { code, severity: 'error', place: source.place(at), message, ...(hint === undefined ? {} : { hint }) }
  }
}

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const wordPattern = /[A-Za-z]+/y
const plainPattern = /[ !#-[\]-\uffff]*/y
const unicodePattern = /\\u[0-9a-fA-F]{4}/y
const spacePattern = /[ \t\r\n]+|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//y

const literals: ReadonlyMap<string, true | false | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])
const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/** A parser of one value at a time, from an offset on; the IDL reader uses it for defaults and annotations. */
export class JsonParser {
  readonly #source: Source
  readonly #text: string
  readonly #diagnostics: Diagnostic[]
  /** Offset of what is read next. */
  at: number

  constructor(source: Source, diagnostics: Diagnostic[], at = 0) {
    this.#source = source
    this.#text = source.text
    this.#diagnostics = diagnostics
    this.at = at
  }

  document(): JsonNode {
    const node = this.value(0)
    this.#space()
    if (this.at < this.#text.length) throw new JsonSyntaxError(this.at, `unexpected ${this.#shown()} after the end of the value`)
    return node
  }

  value(depth: number): JsonNode {
    this.#space()
    if (depth > maxDepth)
      throw new JsonSyntaxError(this.at, `nested more than ${maxDepth} levels deep`, 'too-deep', 'Name inner types and refer to them.')
    const at = this.at
    const first = this.#text[at]
    if (first === '{') return this.#object(at, depth)
    if (first === '[') return this.#array(at, depth)
    if (first === '"') return { kind: 'string', at, value: this.#string() }
    const number = this.#match(numberPattern)
    if (number !== undefined && number.length > maxNumber) throw new JsonSyntaxError(at, `a number of more than ${maxNumber} characters`)
    if (number !== undefined) return { kind: 'number', at, text: number }
    const word = this.#match(wordPattern)
    const literal = word === undefined ? undefined : literals.get(word)
    if (literal !== undefined) return { kind: 'literal', at, value: literal }
    this.at = at
    throw new JsonSyntaxError(at, `expected a JSON value, found ${word === undefined ? this.#shown() : word.slice(0, 40)}`)
  }

  #object(at: number, depth: number): JsonObject {
    const members: JsonMember[] = []
    const keys = new Set<string>()
    this.at += 1
    this.#space()
    if (this.#take('}')) return { kind: 'object', at, members }
    for (;;) {
      this.#space()
      const keyAt = this.at
      if (this.#text[keyAt] !== '"') throw new JsonSyntaxError(keyAt, `expected a key in double quotes, found ${this.#shown()}`)
      const key = this.#string()
      if (keys.has(key)) this.#twice(key, keyAt)
      keys.add(key)
      this.#space()
      if (!this.#take(':')) throw new JsonSyntaxError(this.at, `expected a colon after the key, found ${this.#shown()}`)
      members.push({ key, at: keyAt, value: this.value(depth + 1) })
      this.#space()
      if (this.#take('}')) return { kind: 'object', at, members }
      if (!this.#take(',')) throw new JsonSyntaxError(this.at, `expected a comma or } in the object, found ${this.#shown()}`)
    }
  }

  #array(at: number, depth: number): JsonArray {
    const items: JsonNode[] = []
    this.at += 1
    this.#space()
    if (this.#take(']')) return { kind: 'array', at, items }
    for (;;) {
      items.push(this.value(depth + 1))
      this.#space()
      if (this.#take(']')) return { kind: 'array', at, items }
      if (!this.#take(',')) throw new JsonSyntaxError(this.at, `expected a comma or ] in the array, found ${this.#shown()}`)
    }
  }

  #string(): string {
    const start = this.at
    const parts: string[] = []
    this.at += 1
    for (;;) {
      parts.push(this.#match(plainPattern)!)
      const unit = this.#text[this.at]
      if (unit === '"') {
        this.at += 1
        return parts.join('')
      }
      if (unit !== '\\') {
        const message =
          unit === undefined ? 'the string does not end' : 'a line break or control character in a string: write it as an escape'
        throw new JsonSyntaxError(unit === undefined ? start : this.at, message)
      }
      parts.push(this.#escape())
    }
  }

  #escape(): string {
    const code = this.#match(unicodePattern)
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code.slice(2), 16))
    const text = escapes.get(this.#text[this.at + 1] ?? '')
    if (text === undefined) throw new JsonSyntaxError(this.at, 'not an escape of JSON')
    this.at += 2
    return text
  }

  #twice(key: string, at: number): void {
    this.#diagnostics.push({
      code: 'json-duplicate-key',
      severity: 'error',
      place: this.#source.place(at),
      message: `the key ${JSON.stringify(key)} occurs twice in the object`,
      hint: 'Readers differ in which of the two they take; remove one.',
    })
  }

  #space(): void {
    while (this.#match(spacePattern) !== undefined);
  }

  #take(character: string): boolean {
    if (this.#text[this.at] !== character) return false
    this.at += 1
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#text)?.[0]
    if (found === undefined) return undefined
    this.at += found.length
    return found
  }

  #shown(): string {
    const point = this.#text.codePointAt(this.at)
    return point === undefined ? 'the end of the file' : JSON.stringify(String.fromCodePoint(point))
  }
}
