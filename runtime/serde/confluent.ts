import { StreamError } from '../core/errors.js'
import { AvroBody, type WriterSchema } from './avro.js'
import type { AvroCodec } from './codec.js'
import type { Serde } from './serde.js'

/** What serdes need of a schema registry; ids and subjects are the registry's. */
export interface SchemaRegistry {
  /** The id of a schema under a subject; registers it where the registry is told to, else it must be there already. */
  idOf(subject: string, codec: AvroCodec): Promise<number>
  /** The schema of an id, as JSON with all named types written out; undefined if it has not been fetched yet. */
  schemaOf(id: number): string | undefined
  /** Fetches the schema of an id, so that `schemaOf` knows it. */
  fetch(id: number): Promise<void>
}

/** A serde that must be tied to a registry before it is used; the app does so at start, with the subject of the topic. */
export interface RegistrySerde<T> extends Serde<T> {
  connect(registry: SchemaRegistry, subject: string): Promise<void>
}

/** Is it a serde that needs a registry? */
export function isRegistrySerde(serde: Serde): serde is RegistrySerde<unknown> {
  return 'connect' in serde
}

/** The framing of schema registries: a zero byte, the id of the writer's schema (4 bytes, big endian), the value in Avro's binary encoding. */
export function confluentSerde<T>(codec: AvroCodec<T>): RegistrySerde<T> {
  return new ConfluentSerde(codec)
}

class ConfluentSerde<T> implements RegistrySerde<T> {
  readonly name: string
  readonly #body: AvroBody<T>
  readonly #writers = new Map<number, WriterSchema>()
  #registry: SchemaRegistry | undefined
  #id = -1
  #header: Uint8Array | undefined

  constructor(codec: AvroCodec<T>) {
    this.name = `confluent ${codec.name}`
    this.#body = new AvroBody(codec)
  }

  async connect(registry: SchemaRegistry, subject: string): Promise<void> {
    this.#id = await registry.idOf(subject, this.#body.codec)
    const header = Buffer.alloc(5)
    header.writeInt32BE(this.#id, 1)
    this.#header = header
    this.#registry = registry
  }

  serialize(value: T): Uint8Array {
    if (this.#header === undefined) throw this.#unconnected('SERIALIZATION')
    return this.#body.write(value, this.#header)
  }

  deserialize(bytes: Uint8Array): T {
    const id = this.#idOf(bytes)
    if (id === this.#id) return this.#body.read(bytes, 5)
    let writer = this.#writers.get(id)
    if (writer === undefined) {
      const schema = this.#registry?.schemaOf(id)
      if (this.#registry === undefined) throw this.#unconnected('DESERIALIZATION')
      if (schema === undefined)
        throw new StreamError('DESERIALIZATION', `${this.name}: the schema ${id} of the registry has not been fetched`)
      writer = { fingerprint: `registry ${id}`, schema }
      this.#writers.set(id, writer)
    }
    return this.#body.readAs(writer, bytes, 5)
  }

  isForeign(bytes: Uint8Array): boolean {
    return bytes.length < 5 || bytes[0] !== 0 || this.#idOf(bytes) !== this.#id
  }

  prepare(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length < 5 || bytes[0] !== 0 || this.#registry === undefined) return undefined
    const id = this.#idOf(bytes)
    return id === this.#id || this.#writers.has(id) || this.#registry.schemaOf(id) !== undefined ? undefined : this.#registry.fetch(id)
  }

  #idOf(bytes: Uint8Array): number {
    if (bytes.length < 5 || bytes[0] !== 0) {
      throw new StreamError('DESERIALIZATION', `${this.name}: the bytes do not start with a registry's header, 00 and an id`, {
        hint: 'Data in the single-object encoding is read with the encoding avro, data without a header with avro-bare.',
      })
    }
    return (bytes[1]! << 24) | (bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!
  }

  #unconnected(code: 'SERIALIZATION' | 'DESERIALIZATION'): StreamError {
    return new StreamError(code, `${this.name}: no schema registry is connected`, {
      hint: 'Give the app a schema registry in its configuration.',
    })
  }
}
