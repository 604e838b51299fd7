import type { AvroNamed, AvroSchema } from './schema.js'

/** The Parsing Canonical Form of a schema (Avro 1.12, "Parsing Canonical Form for Schemas"). */
export function canonicalForm(schema: AvroSchema): string {
  const parts: string[] = []
  visit(schema, ({ text }) => parts.push(text))
  return parts.join('')
}

/** CRC-64-AVRO of the Parsing Canonical Form: 16 hex digits, the most significant first. */
export function fingerprint(schema: AvroSchema): string {
  let text = fingerprints.get(schema)
  if (text === undefined) {
    const crc = new Crc64()
    visit(schema, ({ bytes }) => crc.add(bytes))
    text = crc.hex()
    fingerprints.set(schema, text)
  }
  return text
}

const fingerprints = new WeakMap<AvroSchema, string>()

/** A stretch of canonical text without named types, which most schemas of a folder have in common with others. */
interface Chunk {
  readonly text: string
  readonly bytes: Uint8Array
}

/** A definition in pieces: text, and named types that are written out where they come first and are names after that. */
type Piece = Chunk | AvroNamed

interface Definition {
  readonly name: Chunk
  readonly pieces: readonly Piece[]
}

const definitions = new WeakMap<AvroNamed, Definition>()

/** Hands over the canonical text in order, in chunks that are made once for each type. */
function visit(schema: AvroSchema, take: (chunk: Chunk) => void): void {
  const defined = new Set<string>()
  // What is left to do, last first: by hand, since types may refer to each other in a chain of any length.
  const left: Piece[] = [...piecesOf((add) => use(schema, add))].reverse()
  for (let piece = left.pop(); piece !== undefined; piece = left.pop()) {
    if ('text' in piece) take(piece)
    else if (defined.has(piece.fullName)) take(definitionOf(piece).name)
    else {
      defined.add(piece.fullName)
      const { pieces } = definitionOf(piece)
      for (let at = pieces.length - 1; at >= 0; at -= 1) left.push(pieces[at]!)
    }
  }
}

function definitionOf(schema: AvroNamed): Definition {
  let definition = definitions.get(schema)
  if (definition === undefined) {
    definition = { name: chunk(`"${schema.fullName}"`), pieces: piecesOf((add) => define(schema, add)) }
    definitions.set(schema, definition)
  }
  return definition
}

function use(schema: AvroSchema, add: (piece: string | AvroNamed) => void): void {
  switch (schema.kind) {
    case 'primitive':
      return add(`"${schema.primitive}"`)
    case 'array':
      add('{"type":"array","items":')
      use(schema.items, add)
      return add('}')
    case 'map':
      add('{"type":"map","values":')
      use(schema.values, add)
      return add('}')
    case 'union':
      schema.branches.forEach((branch, index) => {
        add(index === 0 ? '[' : ',')
        use(branch, add)
      })
      return add(']')
    default:
      return add(schema)
  }
}

function define(schema: AvroNamed, add: (piece: string | AvroNamed) => void): void {
  add(`{"name":"${schema.fullName}","type":"${schema.kind}"`)
  switch (schema.kind) {
    case 'enum':
      return add(`,"symbols":[${schema.symbols.map((symbol) => `"${symbol}"`).join(',')}]}`)
    case 'fixed':
      return add(`,"size":${schema.size}}`)
    case 'record':
      add(',"fields":[')
      schema.fields.forEach((field, index) => {
        add(`${index === 0 ? '' : ','}{"name":"${field.name}","type":`)
        use(field.type, add)
        add('}')
      })
      return add(']}')
  }
}

function piecesOf(fill: (add: (piece: string | AvroNamed) => void) => void): readonly Piece[] {
  const pieces: Piece[] = []
  let text = ''
  const flush = () => {
    if (text !== '') pieces.push(chunk(text))
    text = ''
  }
  fill((piece) => {
    if (typeof piece === 'string') text += piece
    else {
      flush()
      pieces.push(piece)
    }
  })
  flush()
  return pieces
}

const utf8 = new TextEncoder()

function chunk(text: string): Chunk {
  return { text, bytes: utf8.encode(text) }
}

/** The CRC's empty value and polynomial, c15d213aa4d7a795, in halves of 32 bits: faster than bigints by far. */
const emptyHigh = 0xc15d213a
const emptyLow = 0xa4d7a795
const tableHigh = new Int32Array(256)
const tableLow = new Int32Array(256)
for (let index = 0; index < 256; index += 1) {
  let high = 0
  let low = index
  for (let bit = 0; bit < 8; bit += 1) {
    const odd = low & 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (odd === 1) {
      low ^= emptyLow
      high ^= emptyHigh
    }
  }
  tableHigh[index] = high
  tableLow[index] = low
}

class Crc64 {
  #high = emptyHigh | 0
  #low = emptyLow | 0

  add(bytes: Uint8Array): void {
    let high = this.#high
    let low = this.#low
    for (let at = 0; at < bytes.length; at += 1) {
      const index = (low ^ bytes[at]!) & 0xff
      low = ((low >>> 8) | (high << 24)) ^ tableLow[index]!
      high = (high >>> 8) ^ tableHigh[index]!
    }
    this.#high = high
    this.#low = low
  }

  hex(): string {
    return [this.#high, this.#low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }
}
