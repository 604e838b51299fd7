import type { AvroSchema } from './avro.js'

/** The Parsing Canonical Form of a schema (Avro 1.12, "Parsing Canonical Form for Schemas"). */
export function canonicalForm(schema: AvroSchema): string {
  return canonical(schema, new Set())
}

/** CRC-64-AVRO of the Parsing Canonical Form: 16 hex digits, the most significant first. */
export function fingerprint(schema: AvroSchema): string {
  return crc64(canonicalForm(schema))
}

function canonical(schema: AvroSchema, defined: Set<string>): string {
  switch (schema.kind) {
    case 'primitive':
      return `"${schema.primitive}"`
    case 'array':
      return `{"type":"array","items":${canonical(schema.items, defined)}}`
    case 'map':
      return `{"type":"map","values":${canonical(schema.values, defined)}}`
    case 'union':
      return `[${schema.branches.map((branch) => canonical(branch, defined)).join(',')}]`
  }
  if (defined.has(schema.fullName)) return `"${schema.fullName}"`
  defined.add(schema.fullName)
  const head = `{"name":"${schema.fullName}","type":"${schema.kind}"`
  switch (schema.kind) {
    case 'record':
      return `${head},"fields":[${schema.fields.map((field) => `{"name":"${field.name}","type":${canonical(field.type, defined)}}`).join(',')}]}`
    case 'enum':
      return `${head},"symbols":[${schema.symbols.map((symbol) => `"${symbol}"`).join(',')}]}`
    case 'fixed':
      return `${head},"size":${schema.size}}`
  }
}

/** The CRC's empty value and polynomial, c15d213aa4d7a795, in halves of 32 bits: faster than bigints by far. */
const emptyHigh = 0xc15d213a
const emptyLow = 0xa4d7a795
const tableHigh = new Uint32Array(256)
const tableLow = new Uint32Array(256)
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

function crc64(text: string): string {
  let high = emptyHigh
  let low = emptyLow
  for (const byte of new TextEncoder().encode(text)) {
    const index = (low ^ byte) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ tableLow[index]!
    high = (high >>> 8) ^ tableHigh[index]!
  }
  return hex(high) + hex(low)
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
