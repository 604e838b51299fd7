import type { Reader } from './reader.js'
import type { Writer } from './writer.js'

/** How values of a type of Avro become bytes: what `gen` writes for each type, and what serdes are made of. */
// biome-ignore lint/suspicious/noExplicitAny: a codec's references are of all types
export interface AvroCodec<T = any> {
  /** `seed.LoginEvent`. */
  readonly name: string
  /** CRC-64-AVRO of the Parsing Canonical Form, 16 hex digits, the most significant first. */
  readonly fingerprint: string
  /** The schema as JSON; named types within it are references by full name. */
  readonly schema: string
  /** The codecs of those named types. */
  references(): readonly AvroCodec[]
  write(out: Writer, value: T): void
  read(input: Reader): T
}
