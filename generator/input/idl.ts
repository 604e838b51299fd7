import { isName } from '../avro/names.js'
import { typeHint } from '../avro/type-hint.js'
import type { Diagnostic } from '../diagnostics.js'
import { IdlLexer, type Token } from './idl-lexer.js'
import { type JsonMember, type JsonNode, type JsonObject, JsonSyntaxError, maxDepth, maxNumber } from './json.js'
import type { Source } from './source.js'

/** An Avro IDL file (Avro 1.12, "IDL Language"), as the JSON schemas that it stands for; offsets are those of the IDL. */
export interface IdlFile {
  readonly namespace: string
  /** The named types in order, then the main schema if there is one. */
  readonly schemas: readonly JsonNode[]
  readonly imports: readonly IdlImport[]
}

export interface IdlImport {
  /** As written, relative to the file. */
  readonly path: string
  readonly at: number
}

/** Parses a protocol or a schema in IDL; messages are read and left out. A syntax error is reported and gives undefined. */
export function parseIdl(source: Source, diagnostics: Diagnostic[]): IdlFile | undefined {
  try {
    return new IdlParser(source.text).file()
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    diagnostics.push(error.diagnostic(source))
    return undefined
  }
}

const logicalKeywords: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['date', ['int', 'date']],
  ['time_ms', ['int', 'time-millis']],
  ['timestamp_ms', ['long', 'timestamp-millis']],
  ['local_timestamp_ms', ['long', 'local-timestamp-millis']],
  ['uuid', ['string', 'uuid']],
])
const primitives: ReadonlySet<string> = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])

/** A type, and whether a `?` made it a union with null, whose place depends on the default. */
interface IdlType {
  readonly node: JsonNode
  readonly optional: boolean
}

class IdlParser {
  readonly #tokens: IdlLexer
  readonly #schemas: JsonNode[] = []
  readonly #imports: IdlImport[] = []

  constructor(text: string) {
    this.#tokens = new IdlLexer(text)
  }

  file(): IdlFile {
    let namespace = ''
    if (this.#isWord('namespace')) {
      this.#tokens.take()
      const { text, at } = this.#name('a namespace')
      namespace = namespaceOf(text, at)
      this.#expect(';')
    }
    let main: JsonNode | undefined
    if (this.#isWord('schema')) {
      this.#tokens.take()
      main = this.#optional(this.#fullType(0), undefined)
      this.#expect(';')
    }
    while (this.#tokens.peek().kind !== 'end') {
      const annotations = this.#annotations()
      if (namespace === '' && main === undefined && this.#schemas.length === 0 && this.#isWord('protocol'))
        return this.#protocol(annotations)
      this.#declaration(annotations, false)
    }
    return { namespace, schemas: main === undefined ? this.#schemas : [...this.#schemas, main], imports: this.#imports }
  }

  #protocol(annotations: Annotations): IdlFile {
    this.#tokens.take()
    const { text, at } = this.#name('the name of the protocol')
    const dot = text.lastIndexOf('.')
    const written = annotations.members.find(({ key }) => key === 'namespace')
    const fromAnnotation = written && namespaceOf(written.value.kind === 'string' ? written.value.value : undefined, written.value.at)
    const namespace = dot >= 0 ? namespaceOf(text.slice(0, dot), at) : (fromAnnotation ?? '')
    this.#expect('{')
    while (!this.#takes('}')) this.#declaration(this.#annotations(), true)
    const end = this.#tokens.take()
    if (end.kind !== 'end') throw unexpected(end, 'the end of the file')
    return { namespace, schemas: this.#schemas, imports: this.#imports }
  }

  /** An import, a named type, or in a protocol a message. */
  #declaration(annotations: Annotations, messages: boolean): void {
    const token = this.#tokens.peek()
    if (this.#isWord('import')) this.#import()
    else if (this.#isWord('record') || this.#isWord('error')) this.#record(annotations)
    else if (this.#isWord('enum')) this.#enum(annotations)
    else if (this.#isWord('fixed')) this.#fixed(annotations)
    else if (messages && token.kind === 'word') this.#message()
    else if (!messages && (this.#isWord('namespace') || this.#isWord('schema')))
      throw new JsonSyntaxError(token.at, `${token.text} stands before all imports and types, and once`, 'idl-syntax')
    else throw unexpected(token, 'record, enum, fixed, error or import')
  }

  #import(): void {
    this.#tokens.take()
    const kind = this.#tokens.take()
    if (kind.kind !== 'word' || !['idl', 'protocol', 'schema'].includes(kind.text)) throw unexpected(kind, 'idl, protocol or schema')
    const path = this.#tokens.take()
    if (path.kind !== 'string') throw unexpected(path, 'the file in double quotes')
    this.#expect(';')
    this.#imports.push({ path: path.text, at: path.at })
  }

  #record(annotations: Annotations): void {
    const kind = this.#tokens.take()
    const name = this.#name('the name of the record')
    this.#expect('{')
    const fields: JsonNode[] = []
    while (!this.#takes('}')) for (const field of this.#fieldsOfLine()) fields.push(field)
    this.#define(kind, name, annotations, [['fields', { kind: 'array', at: name.at, items: fields }]])
  }

  /** `string a, b = "x";`: one type, and a field each. */
  #fieldsOfLine(): JsonObject[] {
    const { doc } = this.#tokens.peek()
    const type = this.#fullType(0)
    const fields = this.#list(() => this.#variable(type, doc))
    this.#expect(';')
    return fields
  }

  #variable(type: IdlType, lineDoc: string | undefined): JsonObject {
    const annotations = this.#annotations()
    notReserved(annotations, reserved.field)
    const name = this.#name('the name of the field')
    const value = this.#takes('=') ? this.#json(0) : undefined
    return object(name.at, [
      ['name', text(name.text, name.at)],
      ['type', this.#optional(type, value)],
      ...docOf(annotations.doc ?? name.doc ?? lineDoc, name.at),
      ...(value === undefined ? [] : [['default', value] as const]),
      ...annotations.members.map(({ key, value }) => [key, value] as const),
    ])
  }

  #enum(annotations: Annotations): void {
    const kind = this.#tokens.take()
    const name = this.#name('the name of the enum')
    this.#expect('{')
    const symbols: JsonNode[] = []
    if (!this.#takes('}')) {
      symbols.push(
        ...this.#list(() => {
          this.#annotations()
          const symbol = this.#name('a symbol')
          return text(symbol.text, symbol.at)
        }),
      )
      this.#expect('}')
    }
    let standard: readonly (readonly [string, JsonNode])[] = []
    if (this.#takes('=')) {
      const symbol = this.#name('the default symbol')
      standard = [['default', text(symbol.text, symbol.at)]]
      this.#expect(';')
    }
    this.#define(kind, name, annotations, [['symbols', { kind: 'array', at: name.at, items: symbols }], ...standard])
  }

  #fixed(annotations: Annotations): void {
    const kind = this.#tokens.take()
    const name = this.#name('the name of the fixed')
    this.#expect('(')
    const size = this.#integer('the size of the fixed')
    this.#expect(')')
    this.#expect(';')
    this.#define(kind, name, annotations, [['size', size]])
  }

  #define(kind: Token, name: Token, annotations: Annotations, rest: readonly (readonly [string, JsonNode])[]): void {
    notReserved(annotations, kind.text === 'enum' ? reserved.enum : reserved.named)
    this.#schemas.push(
      object(name.at, [
        ['type', text(kind.text, kind.at)],
        ['name', text(name.text, name.at)],
        ...docOf(annotations.doc, name.at),
        ...rest,
        ...annotations.members.map(({ key, value }) => [key, value] as const),
      ]),
    )
  }

  /** Messages are of no use to a stream; their syntax is checked. */
  #message(): void {
    if (!this.#takesWord('void')) this.#fullType(0)
    this.#name('the name of the message')
    this.#expect('(')
    if (!this.#takes(')')) {
      this.#list(() => this.#variable(this.#fullType(0), undefined))
      this.#expect(')')
    }
    if (!this.#takesWord('oneway') && this.#takesWord('throws')) this.#list(() => this.#name('an error'))
    this.#expect(';')
  }

  #fullType(depth: number): IdlType {
    const annotations = this.#annotations()
    const type = this.#plainType(depth, annotations)
    if (type.kind === 'array' || isCollection(type)) return { node: type, optional: false }
    if (!this.#takes('?')) return { node: type, optional: false }
    return { node: { kind: 'array', at: type.at, items: [text('null', type.at), type] }, optional: true }
  }

  #plainType(depth: number, annotations: Annotations): JsonNode {
    notReserved(annotations, reserved.type)
    const { members } = annotations
    const token = this.#name('a type')
    const { at } = token
    if (depth > maxDepth) throw new JsonSyntaxError(at, 'types are nested too deeply', 'too-deep')
    const annotated = (entries: readonly (readonly [string, JsonNode])[]) =>
      object(at, [...entries, ...members.map(({ key, value }) => [key, value] as const)])
    if (!token.quoted) {
      if (token.text === 'array' || token.text === 'map') {
        this.#expect('<')
        const inner = this.#optional(this.#fullType(depth + 1), undefined)
        this.#expect('>')
        return annotated([
          ['type', text(token.text, at)],
          [token.text === 'array' ? 'items' : 'values', inner],
        ])
      }
      if (token.text === 'union') {
        this.#expect('{')
        const items = this.#list(() => this.#optional(this.#fullType(depth + 1), undefined))
        this.#expect('}')
        return { kind: 'array', at, items }
      }
      if (token.text === 'decimal' && this.#takes('(')) {
        const precision = this.#integer('the precision')
        const scale = this.#takes(',') ? this.#integer('the scale') : undefined
        this.#expect(')')
        const rest: readonly (readonly [string, JsonNode])[] = scale === undefined ? [] : [['scale', scale]]
        return annotated([['type', text('bytes', at)], ['logicalType', text('decimal', at)], ['precision', precision], ...rest])
      }
      const logical = logicalKeywords.get(token.text)
      if (logical !== undefined) {
        return annotated([
          ['type', text(logical[0], at)],
          ['logicalType', text(logical[1], at)],
        ])
      }
      if (primitives.has(token.text)) return members.length === 0 ? text(token.text, at) : annotated([['type', text(token.text, at)]])
    }
    if (this.#takes('<'))
      throw new JsonSyntaxError(
        at,
        `there is no type ${token.text}<…>`,
        'idl-syntax',
        typeHint(token.text, true) ?? 'array and map are the types with another in them.',
      )
    if (members.length > 0) throw new JsonSyntaxError(members[0]!.at, 'a reference to a named type takes no annotation', 'idl-syntax')
    return text(token.text, at)
  }

  /** Of a type with `?`, null comes first unless the default is of the other type. */
  #optional({ node, optional }: IdlType, value: JsonNode | undefined): JsonNode {
    if (!optional || node.kind !== 'array' || value === undefined || (value.kind === 'literal' && value.value === null)) return node
    return { ...node, items: [...node.items].reverse() }
  }

  #annotations(): Annotations {
    const { doc } = this.#tokens.peek()
    const members: JsonMember[] = []
    while (this.#takes('@')) {
      const name = this.#name('the name of an annotation')
      this.#expect('(')
      members.push({ key: name.text, at: name.at, value: this.#json(0) })
      this.#expect(')')
    }
    return { doc, members }
  }

  #json(depth: number): JsonNode {
    const token = this.#tokens.take()
    const { at } = token
    if (depth > maxDepth) throw new JsonSyntaxError(at, 'values are nested too deeply', 'too-deep')
    if (token.kind === 'string') return text(token.text, at)
    if (token.kind === 'number') return { kind: 'number', at, text: plainNumber(token) }
    if (token.kind === 'word') {
      if (token.text === 'NaN' || token.text === 'Infinity') return { kind: 'number', at, text: token.text }
      if (token.text === 'true' || token.text === 'false') return { kind: 'literal', at, value: token.text === 'true' }
      if (token.text === 'null') return { kind: 'literal', at, value: null }
    }
    if (token.text === '[' && token.kind === 'symbol') {
      if (this.#takes(']')) return { kind: 'array', at, items: [] }
      const items = this.#list(() => this.#json(depth + 1))
      this.#expect(']')
      return { kind: 'array', at, items }
    }
    if (token.text !== '{' || token.kind !== 'symbol') throw unexpected(token, 'a value in JSON')
    if (this.#takes('}')) return { kind: 'object', at, members: [] }
    const members = this.#list((): JsonMember => {
      const key = this.#tokens.take()
      if (key.kind !== 'string') throw unexpected(key, 'a key in double quotes')
      this.#expect(':')
      return { key: key.text, at: key.at, value: this.#json(depth + 1) }
    })
    this.#expect('}')
    return { kind: 'object', at, members }
  }

  #integer(what: string): JsonNode {
    const token = this.#tokens.take()
    if (token.kind !== 'number') throw unexpected(token, what)
    return { kind: 'number', at: token.at, text: plainNumber(token) }
  }

  #list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.#takes(',')) items.push(item())
    return items
  }

  #name(what: string): Token {
    const token = this.#tokens.take()
    if (token.kind !== 'word') throw unexpected(token, what)
    return token
  }

  #isWord(word: string): boolean {
    const token = this.#tokens.peek()
    return token.kind === 'word' && !token.quoted && token.text === word
  }

  #takesWord(word: string): boolean {
    if (!this.#isWord(word)) return false
    this.#tokens.take()
    return true
  }

  #takes(symbol: string): boolean {
    const token = this.#tokens.peek()
    if (token.kind !== 'symbol' || token.text !== symbol) return false
    this.#tokens.take()
    return true
  }

  #expect(symbol: string): void {
    if (!this.#takes(symbol)) throw unexpected(this.#tokens.peek(), symbol)
  }
}

/** What stands before a declaration or a name. */
interface Annotations {
  readonly doc: string | undefined
  readonly members: readonly JsonMember[]
}

/** What the syntax says, annotations may not say otherwise. */
const named = ['doc', 'fields', 'items', 'name', 'size', 'symbols', 'type', 'values']
const reserved = {
  field: ['default', 'doc', 'name', 'type'],
  named,
  enum: [...named, 'default'],
  type: [...named, 'namespace', 'aliases'],
}

function notReserved({ members }: Annotations, names: readonly string[]): void {
  const wrong = members.find(({ key }) => names.includes(key))
  if (wrong !== undefined) throw new JsonSyntaxError(wrong.at, `@${wrong.key} is not free for annotations here`, 'idl-syntax')
}

/** An array or a map, which takes no `?`: only types with a name do. */
function isCollection(node: JsonNode): boolean {
  return node.kind === 'object' && node.members.some(({ key }) => key === 'items' || key === 'values')
}

/** A floating point number whose digits are hexadecimal: `0x1.8p3` is 12. */
function hexadecimalFloat(text: string): number | undefined {
  const found = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/.exec(text)
  if (found === null) return undefined
  const [, sign, whole = '', fraction = '', exponent] = found
  return (sign === '-' ? -1 : 1) * Number(`0x${whole}${fraction}`) * 2 ** (Number(exponent) - 4 * fraction.length)
}

/** IDL takes Java's numbers: hexadecimal, octal, with a suffix. */
function plainNumber({ text, at }: Token): string {
  if (text.length > maxNumber) throw new JsonSyntaxError(at, `a number of more than ${maxNumber} characters`, 'idl-syntax')
  const whole = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]+|\d+)[lL]?$/.exec(text)
  if (whole !== null) {
    const digits = whole[2]!
    const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits)
    return `${whole[1] === '-' ? '-' : ''}${value}`
  }
  const hexadecimal = hexadecimalFloat(text)
  if (hexadecimal !== undefined) return String(hexadecimal)
  const value = Number(text.replace(/[fFdD]$/, ''))
  if (Number.isNaN(value) && !text.endsWith('NaN')) throw new JsonSyntaxError(at, `${text} is not a number`, 'idl-syntax')
  return text.replace(/[fFdD]$/, '').replace(/^\+/, '')
}

function text(value: string, at: number): JsonNode {
  return { kind: 'string', at, value }
}

function docOf(doc: string | undefined, at: number): readonly (readonly [string, JsonNode])[] {
  return doc === undefined ? [] : [['doc', text(doc, at)]]
}

function object(at: number, entries: readonly (readonly [string, JsonNode])[]): JsonObject {
  return { kind: 'object', at, members: entries.map(([key, value]) => ({ key, at: value.at, value })) }
}

/** Throws for what is no namespace. */
function namespaceOf(text: string | undefined, at: number): string {
  if (text !== undefined && (text === '' || isName(text, true))) return text
  throw new JsonSyntaxError(at, 'a namespace is names of [A-Za-z_][A-Za-z0-9_]* with dots between them', 'avro-name')
}

function unexpected(token: Token, expected: string): JsonSyntaxError {
  const found = token.kind === 'end' ? token.text : JSON.stringify(token.text.slice(0, 40))
  return new JsonSyntaxError(token.at, `expected ${expected}, found ${found}`, 'idl-syntax')
}
