import { StreamError } from '../core/errors.js'
import { AvroError } from './avro-error.js'
import type { AvroCodec } from './codec.js'
import { explain } from './explain.js'
import { parseJson, stringifyJson } from './json.js'
import { readJson, writeJson } from './json-encoding.js'
import { Reader } from './reader.js'
import { type Resolve, resolver } from './resolution.js'
import { parseSchema, type Schema, schemaOf } from './schema.js'
import type { SchemaSerde, WriterSchema } from './schema-serde.js'
import { schemaText } from './schema-text.js'
import type { Serde } from './serde.js'
import { Writer } from './writer.js'

export type { WriterSchema } from './schema-serde.js'

export interface AvroSerdeOptions {
  /** Older schemas whose data is still about: it is read by Avro's schema resolution. */
  readonly history?: readonly WriterSchema[]
}

/**
 * Avro's single-object encoding (Avro 1.12, "Single-object encoding"): C3 01, the CRC-64-AVRO fingerprint of the writer's schema (little endian),
 * the value. Data of a schema of `history`, or learnt of later, is read as the codec's own type; data of any other is an error that names its
 * fingerprint.
 */
export function avroSerde<T>(codec: AvroCodec<T>, options: AvroSerdeOptions = {}): SchemaSerde<T> {
  return new SingleObjectSerde(codec, options.history ?? [])
}

/** Avro's binary encoding without any header: the reader must know the writer's schema to be the codec's. */
export function avroBareSerde<T>(codec: AvroCodec<T>): Serde<T> {
  const body = new AvroBody(codec)
  return {
    name: `avro-bare ${codec.name}`,
    serialize: (value) => body.write(value, noHeader),
    deserialize: (bytes) => body.read(bytes, 0),
  }
}

/** Avro's JSON encoding (Avro 1.12, "JSON Encoding"), as UTF-8. */
export function avroJsonSerde<T>(codec: AvroCodec<T>): Serde<T> {
  return new JsonSerde(codec)
}

const noHeader = new Uint8Array(0)

/** Writes and reads the values of a codec in the binary encoding, with errors that name the place. */
export class AvroBody<T> {
  readonly codec: AvroCodec<T>
  readonly #out = new Writer()
  readonly #input = new Reader()
  #schema: Schema | undefined
  /** Readers of other writers' data. */
  readonly #resolvers = new Map<string, Resolve>()

  constructor(codec: AvroCodec<T>) {
    this.codec = codec
  }

  get schema(): Schema {
    this.#schema ??= schemaOf(this.codec)
    return this.#schema
  }

  /** The header and the value's bytes. Throws SERIALIZATION. */
  write(value: T, header: Uint8Array): Uint8Array {
    const out = this.#out
    out.reset()
    out.raw(header)
    try {
      this.codec.write(out, value)
    } catch (error) {
      throw this.#failed('SERIALIZATION', explain(this.schema, value) ?? error)
    }
    return out.finish()
  }

  /** The value from the byte `from` on. Throws DESERIALIZATION. */
  read(bytes: Uint8Array, from: number): T {
    const input = this.#input
    try {
      input.reset(bytes, from)
      const value = this.codec.read(input)
      input.finish()
      return value
    } catch (error) {
      throw this.#failed('DESERIALIZATION', this.#explainRead(bytes, from) ?? error)
    }
  }

  /** The value from the byte `from` on, that was written with another schema. Throws DESERIALIZATION. */
  readAs(writer: WriterSchema, bytes: Uint8Array, from: number): T {
    let resolve = this.#resolvers.get(writer.fingerprint)
    if (resolve === undefined) {
      resolve = resolver(parseSchema(writer.schema, writer.references), this.schema)
      this.#resolvers.set(writer.fingerprint, resolve)
    }
    const input = this.#input
    try {
      input.reset(bytes, from)
      const value = resolve(input)
      input.finish()
      return value as T
    } catch (error) {
      throw this.#failed('DESERIALIZATION', error, writer.fingerprint)
    }
  }

  /** Generated code keeps no path; the resolver does. */
  #explainRead(bytes: Uint8Array, from: number): AvroError | undefined {
    try {
      this.#input.reset(bytes, from)
      resolver(this.schema, this.schema)(this.#input)
      return undefined
    } catch (error) {
      return error instanceof AvroError ? error : undefined
    }
  }

  #failed(code: 'SERIALIZATION' | 'DESERIALIZATION', error: unknown, fingerprint?: string): StreamError {
    const reason =
      error instanceof AvroError
        ? error.describe()
        : error instanceof RangeError
          ? `nested too deeply (${error.message})`
          : error instanceof Error
            ? error.message
            : String(error)
    if (fingerprint === undefined) return new StreamError(code, `avro ${this.codec.name}: ${reason}`, { cause: error })
    return new StreamError(code, `avro ${this.codec.name} (written with the schema ${fingerprint}): ${reason}`, {
      fingerprint,
      cause: error,
    })
  }
}

class SingleObjectSerde<T> implements SchemaSerde<T> {
  readonly name: string
  readonly #body: AvroBody<T>
  readonly #header: Uint8Array
  readonly #history: Map<string, WriterSchema>

  constructor(codec: AvroCodec<T>, history: readonly WriterSchema[]) {
    this.name = `avro ${codec.name}`
    this.#body = new AvroBody(codec)
    this.#header = headerOf(codec.fingerprint)
    this.#history = new Map(history.map((writer) => [writer.fingerprint, writer]))
  }

  get writer(): WriterSchema {
    const { codec } = this.#body
    return { fingerprint: codec.fingerprint, schema: schemaText(codec) }
  }

  learn(writers: Iterable<WriterSchema>): void {
    for (const writer of writers) if (!this.#history.has(writer.fingerprint)) this.#history.set(writer.fingerprint, writer)
  }

  serialize(value: T): Uint8Array {
    return this.#body.write(value, this.#header)
  }

  deserialize(bytes: Uint8Array): T {
    return this.isForeign(bytes) ? this.#deserializeOther(bytes) : this.#body.read(bytes, 10)
  }

  isForeign(bytes: Uint8Array): boolean {
    const header = this.#header
    for (let at = 0; at < 10; at += 1) if (bytes[at] !== header[at]) return true
    return false
  }

  #deserializeOther(bytes: Uint8Array): T {
    if (bytes.length < 10 || bytes[0] !== 0xc3 || bytes[1] !== 0x01) {
      throw new StreamError('DESERIALIZATION', `${this.name}: the bytes do not start with the mark of the single-object encoding, C3 01`, {
        hint: 'Data without a header is read with the encoding avro-bare, data of a schema registry with confluent.',
      })
    }
    const fingerprint = Buffer.from(bytes.subarray(2, 10)).reverse().toString('hex')
    const writer = this.#history.get(fingerprint)
    if (writer !== undefined) return this.#body.readAs(writer, bytes, 10)
    throw new StreamError('DESERIALIZATION', `${this.name}: written with a schema of the fingerprint ${fingerprint}, which is not known`, {
      fingerprint,
      hint: `Known are ${[this.#body.codec.fingerprint, ...this.#history.keys()].join(', ')}. Generate with a lock that has the schema in its history.`,
    })
  }
}

function headerOf(fingerprint: string): Uint8Array {
  const header = Buffer.alloc(10)
  header.writeUInt16BE(0xc301)
  Buffer.from(fingerprint, 'hex').reverse().copy(header, 2)
  return header
}

/** By way of the binary encoding, so that values meet the generated code's checks. */
class JsonSerde<T> implements Serde<T> {
  readonly name: string
  readonly #body: AvroBody<T>
  readonly #out = new Writer()
  readonly #input = new Reader()

  constructor(codec: AvroCodec<T>) {
    this.name = `avro json ${codec.name}`
    this.#body = new AvroBody(codec)
  }

  serialize(value: T): Uint8Array {
    const input = this.#input
    input.reset(this.#body.write(value, noHeader))
    return Buffer.from(stringifyJson(readJson(input, this.#body.schema)), 'utf8')
  }

  deserialize(bytes: Uint8Array): T {
    const out = this.#out
    out.reset()
    try {
      writeJson(out, this.#body.schema, parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')), 'tagged')
    } catch (error) {
      const reason = error instanceof AvroError ? error.describe() : (error as Error).message
      throw new StreamError('DESERIALIZATION', `${this.name}: ${reason}`, { cause: error })
    }
    return this.#body.read(out.finish(), 0)
  }
}
