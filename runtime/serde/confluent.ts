import { StreamError } from '../core/errors.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import { AvroBody, type AvroSerdeOptions, avroSerde, type WriterSchema } from './avro.js'
import type { AvroCodec } from './codec.js'
import type { RegistrySerde, SchemaRegistry, TopicSide } from './registry.js'
import { sameSchema } from './same-schema.js'
import { parseSchema } from './schema.js'
import type { Serde } from './serde.js'

/**
 * The framing of schema registries: a zero byte, the id of the writer's schema (4 bytes, big endian), the value in Avro's binary encoding. Data of
 * any id is read as the codec's type. `history` is of the state that holds such values.
 */
export function confluentSerde<T>(codec: AvroCodec<T>, options: AvroSerdeOptions = {}): RegistrySerde<T> {
  return new ConfluentSerde(codec, options)
}

const headerLength = 5

class ConfluentSerde<T> implements RegistrySerde<T> {
  readonly name: string
  readonly stored: Serde<T>
  readonly #codec: AvroCodec<T>

  constructor(codec: AvroCodec<T>, options: AvroSerdeOptions) {
    this.name = nameOf(codec)
    this.stored = avroSerde(codec, options)
    this.#codec = codec
  }

  reader(registry: SchemaRegistry): Serde<T> {
    return new ConnectedSerde(this.#codec, registry, undefined)
  }

  writer(registry: SchemaRegistry, side: TopicSide): MaybePromise<Serde<T>> {
    const id = registry.idOf(side, this.#codec)
    if (id instanceof Promise) return id.then((known) => new ConnectedSerde(this.#codec, registry, known))
    return new ConnectedSerde(this.#codec, registry, id)
  }

  serialize(): Uint8Array {
    throw this.#unconnected('SERIALIZATION')
  }

  deserialize(): T {
    throw this.#unconnected('DESERIALIZATION')
  }

  #unconnected(code: 'SERIALIZATION' | 'DESERIALIZATION'): StreamError {
    return new StreamError(code, `${this.name}: no schema registry is connected`, {
      hint: 'Give the app a schemaRegistry in its configuration.',
    })
  }
}

/** Of one registry, and where it writes of one id. */
class ConnectedSerde<T> implements Serde<T> {
  readonly name: string
  readonly #registry: SchemaRegistry
  readonly #body: AvroBody<T>
  readonly #header: Uint8Array | undefined
  /** By id; undefined: values of that id are written as the codec writes them. */
  readonly #writers = new Map<number, WriterSchema | undefined>()

  constructor(codec: AvroCodec<T>, registry: SchemaRegistry, id: number | undefined) {
    this.name = nameOf(codec)
    this.#registry = registry
    this.#body = new AvroBody(codec)
    if (id === undefined) return
    this.#writers.set(id, undefined)
    const header = Buffer.alloc(headerLength)
    header.writeInt32BE(id, 1)
    this.#header = header
  }

  serialize(value: T): Uint8Array {
    if (this.#header !== undefined) return this.#body.write(value, this.#header)
    throw new StreamError('SERIALIZATION', `${this.name}: it was connected to read only`)
  }

  deserialize(bytes: Uint8Array): T {
    if (!isFramed(bytes)) {
      throw new StreamError('DESERIALIZATION', `${this.name}: the bytes do not start with a registry's header, 00 and an id`, {
        hint: 'Data in the single-object encoding is read with the encoding avro, data without a header with avro-bare.',
      })
    }
    const id = idOf(bytes)
    const writer = this.#writers.has(id) ? this.#writers.get(id) : this.#learn(id)
    return writer === undefined ? this.#body.read(bytes, headerLength) : this.#body.readAs(writer, bytes, headerLength)
  }

  prepare(bytes: Uint8Array): Promise<void> | undefined {
    if (!isFramed(bytes)) return undefined
    const id = idOf(bytes)
    return this.#writers.has(id) ? undefined : this.#registry.fetch(id)
  }

  #learn(id: number): WriterSchema | undefined {
    const { schema, references } = this.#registry.schemaOf(id)
    const same = sameSchema(parseSchema(schema, references), this.#body.schema)
    const writer = same ? undefined : { fingerprint: `registry ${id}`, schema, references }
    this.#writers.set(id, writer)
    return writer
  }
}

function nameOf(codec: AvroCodec): string {
  return `confluent ${codec.name}`
}

function isFramed(bytes: Uint8Array): boolean {
  return bytes.length >= headerLength && bytes[0] === 0
}

function idOf(bytes: Uint8Array): number {
  return (bytes[1]! << 24) | (bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!
}
