import { isStreamError } from 'millrace'
import { type AvroCodec, avroBareSerde, avroJsonSerde, avroSerde, type Serde, type WriterSchema } from 'millrace/codegen'
import { canonicalForm, fingerprint } from '#generator/avro/canonical.js'
import { incompatibilities } from '#generator/avro/compatibility.js'
import { isArray, isObject, type Json, own, parseJson, stringifyJson } from '#runtime/serde/json.js'
import { parseSchema, type Schema, schemaOf } from '#runtime/serde/schema.js'
import type { Generated } from './generated.js'
import { logicalValues } from './logical.js'
import type { Vector } from './vectors.js'

/** What is checked of a vector; each line of `differences` is a value that is not what the reference says. */
export class VectorCheck {
  readonly differences: string[] = []
  checks = 0
  readonly #vector: Vector

  constructor(vector: Vector) {
    this.#vector = vector
  }

  /** Names and fingerprints, which need no generated code. */
  schema({ root }: Generated, evolved: Generated | undefined): void {
    const { read } = this.#vector
    this.#equal('canonical form', canonicalForm(root), read('canonical.json')?.trim())
    this.#equal('fingerprint', fingerprint(root), read('fingerprint')?.trim())
    const compatibility = read('compatibility.txt')
    if (evolved === undefined || compatibility === undefined) return
    const lines = [...verdict('BACKWARD', evolved.root, root), ...verdict('FORWARD', root, evolved.root)]
    this.#equal('compatibility', lines.join('\n'), compatibility.trimEnd())
  }

  /** Bytes, JSON and logical values, through the serdes of generated code; `long` is how it reads longs. */
  values(codec: AvroCodec, long: 'number' | 'bigint'): void {
    const { lines } = this.#vector
    const data = this.#json('data.json', codec)
    const bare = avroBareSerde(codec)
    const single = avroSerde(codec)
    const json = avroJsonSerde(codec)
    const blocks = this.#vector.read('data.blocks.hex') === undefined ? undefined : lines('data.blocks.hex')
    const logical = this.#vector.read('logical.json') === undefined ? undefined : jsonArray(this.#vector.read('logical.json'))
    const singles = lines('data.single-object.hex')
    lines('data.hex').forEach((hex, index) => {
      const text = stringifyJson(data[index] ?? null)
      this.#run(`${long} value ${index}`, text, long, () => {
        const value = bare.deserialize(bytes(hex))
        this.#equal(`${long} value ${index} bytes`, hexOf(bare.serialize(value)), hex)
        this.#equal(
          `${long} value ${index} single object`,
          hexOf(single.serialize(single.deserialize(bytes(singles[index]!)))),
          singles[index],
        )
        this.#equalJson(`${long} value ${index} to JSON`, jsonOf(json, value), data[index])
        if (blocks !== undefined)
          this.#equal(`${long} value ${index} in blocks`, hexOf(bare.serialize(bare.deserialize(bytes(blocks[index]!)))), hex)
        const back = bare.deserialize(bare.serialize(json.deserialize(Buffer.from(text))))
        this.#equalJson(`${long} value ${index} from JSON`, jsonOf(json, back), data[index])
        if (logical === undefined) return
        const found = logicalValues(parseSchema(this.#vector.schema), value)
        this.#equal(`${long} value ${index} logical`, JSON.stringify(sorted(found)), JSON.stringify(sorted(logical[index] as never)))
      })
    })
  }

  /** Data of the schema, read as the evolved one's. */
  resolution(original: AvroCodec, codec: AvroCodec, long: 'number' | 'bigint'): void {
    const resolved = this.#vector.read('resolved.json') === undefined ? undefined : this.#json('resolved.json', codec)
    const failing = new Set(this.#vector.lines('error.txt').map((line) => Number.parseInt(line, 10)))
    const history: readonly WriterSchema[] = [{ fingerprint: original.fingerprint, schema: this.#vector.schema }]
    const serde = avroSerde(codec, { history })
    const json = avroJsonSerde(codec)
    this.#vector.lines('data.single-object.hex').forEach((hex, index) => {
      const what = `${long} value ${index} resolved`
      if (resolved === undefined || failing.has(index)) {
        this.#fails(what, () => stringifyJson(jsonOf(json, serde.deserialize(bytes(hex)))))
        return
      }
      this.#run(what, stringifyJson(resolved[index] ?? null), long, () =>
        this.#equalJson(what, jsonOf(json, serde.deserialize(bytes(hex))), resolved[index]),
      )
    })
  }

  /** Bytes that are wrong, or only look it. */
  corrupt(codec: AvroCodec): void {
    if (this.#vector.read('bad.tsv') === undefined) return
    const serde = avroBareSerde(codec)
    const json = avroJsonSerde(codec)
    for (const row of this.#vector.lines('bad.tsv')) {
      const [what = '', hex = '', outcome, expected = ''] = row.split('\t')
      const read = () => jsonOf(json, serde.deserialize(bytes(hex)))
      if (outcome === 'error') this.#fails(what, () => stringifyJson(read()))
      else if (/^(good|array|varint)/.test(what))
        this.#run(what, expected, 'bigint', () => this.#equalJson(what, read(), parseJson(expected)))
      else this.#isValueOrError(what, read, parseJson(expected))
    }
  }

  /** Values of the codec's schema. */
  #json(file: string, codec: AvroCodec): readonly Json[] {
    const schema = schemaOf(codec)
    return jsonArray(this.#vector.read(file)).map((value) => withEmptyRecords(schema, value))
  }

  /** A stricter reader may refuse what Java reads. */
  #isValueOrError(what: string, read: () => Json, expected: Json): void {
    let value: Json
    try {
      value = read()
    } catch (error) {
      this.#equal(`${what} is a typed error`, isStreamError(error), true)
      return
    }
    this.#equalJson(what, value, expected)
  }

  /** Runs a check; where longs are numbers, one beyond their range must be the typed error that says so. */
  #run(what: string, text: string, long: 'number' | 'bigint', check: () => void): void {
    try {
      check()
    } catch (error) {
      this.checks += 1
      const refused = long === 'number' && isStreamError(error) && error.message.includes('beyond ±(2^53 − 1)') && /\d{16}/.test(text)
      if (!refused) this.#differs(what, text, `error ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #fails(what: string, read: () => string): void {
    this.checks += 1
    try {
      this.#differs(what, 'an error', read())
    } catch (error) {
      if (!isStreamError(error) || error.code !== 'DESERIALIZATION') this.#differs(what, 'a DESERIALIZATION error', String(error))
    }
  }

  #equal(what: string, actual: unknown, expected: unknown): void {
    this.checks += 1
    if (actual !== expected) this.#differs(what, String(expected), String(actual))
  }

  #equalJson(what: string, actual: Json, expected: Json | undefined): void {
    this.checks += 1
    if (expected === undefined || !isSame(actual, expected)) this.#differs(what, stringifyJson(expected ?? null), stringifyJson(actual))
  }

  #differs(what: string, expected: string, actual: string): void {
    this.differences.push(`${this.#vector.name}: ${what}: expected ${short(expected)}, got ${short(actual)}`)
  }
}

function verdict(direction: string, reader: Generated['root'], writer: Generated['root']): string[] {
  const found = incompatibilities(reader, writer)
  return [
    `${direction} ${found.length === 0 ? 'COMPATIBLE' : 'INCOMPATIBLE'}`,
    ...found.map(({ type, location, message }) => `  ${type} ${location} ${message}`),
  ]
}

function jsonArray(text = '[]'): readonly Json[] {
  const json = parseJson(text)
  return isArray(json) ? json : []
}

/**
 * Java's JSON encoder writes nothing of a value in which there are but records, down to those without fields, and recorders make `{}` of nothing: that
 * value with all its fields.
 */
function withEmptyRecords(schema: Schema, json: Json): Json {
  if (schema.kind !== 'record' || !isObject(json) || Object.keys(json).length > 0) return json
  return Object.fromEntries(schema.fields.map(({ name, type }) => [name, withEmptyRecords(type, {})]))
}

function jsonOf(serde: Serde, value: unknown): Json {
  return parseJson(Buffer.from(serde.serialize(value)).toString())
}

/** Equal but for the order of keys (maps have none in JSON) and the sign of zero (Java's JSON drops it). */
function isSame(a: Json, b: Json): boolean {
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]!))
  if (!isObject(a)) return a === b
  if (!isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(own(a, key)!, own(b, key)!))
}

function sorted(values: readonly { readonly path: string; readonly logicalType: string; readonly value: string }[]): unknown {
  return values.map(({ path, logicalType, value }) => ({ path, logicalType, value })).sort((a, b) => (a.path < b.path ? -1 : 1))
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

function hexOf(data: Uint8Array): string {
  return Buffer.from(data).toString('hex')
}

function short(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text
}
