import type { AvroNamed, AvroSchema } from '../avro/schema.js'
import type { Diagnostic, Place } from '../diagnostics.js'

/** Kafka's own serdes, by the names of the manifest (docs/manifest.md, Types). */
export type KafkaPrimitive = 'string' | 'int' | 'long' | 'short' | 'float' | 'double' | 'boolean' | 'bytes' | 'uuid'

/** The type of a side of an edge, a topic or a store. */
export type DataType =
  | { readonly kind: 'primitive'; readonly primitive: KafkaPrimitive; readonly nullable: boolean }
  | { readonly kind: 'avro'; readonly schema: AvroSchema; readonly nullable: boolean }
  | { readonly kind: 'timeWindowed'; readonly key: DataType; readonly sizeMs: number; readonly nullable: boolean }
  | { readonly kind: 'sessionWindowed'; readonly key: DataType; readonly nullable: boolean }

export type Encoding = 'avro' | 'avro-bare' | 'confluent' | 'json'

/**
 * Of all that Millrace writes and reads back: stores, changelogs, repartition topics, those of foreign-key joins. Whatever the topics have that the data came
 * from, it tells the schema that it was written with, so that it can be read when that changes. Topics of the user's have encodings of their own.
 */
export const stateEncoding: Encoding = 'avro'

/** Text of generated TypeScript and what it needs imported. */
export interface Code {
  readonly text: string
  readonly imports: readonly Import[]
}

export interface Import {
  /** What the module exports. */
  readonly name: string
  /** Its local name, where that differs: `import { Item as ShopAItem }`. */
  readonly as?: string
  /** A package entry (`millrace/codegen`), or a path within the generated folder from its root, without extension (`types/seed/login-event`). */
  readonly from: string
  readonly typeOnly: boolean
}

/** A schema that data was written with before today's. */
export interface WriterSchema {
  readonly fingerprint: string
  /** JSON, with all named types written out. */
  readonly schema: string
}

/** All types of a folder of schemas: what the topology side of the generator asks of the Avro side. */
export interface TypeSystem {
  readonly diagnostics: readonly Diagnostic[]
  /** All named types, sorted by full name: those of the folder, and those that `resolve` met in place. */
  readonly types: readonly AvroNamed[]
  /** A type as written in a manifest (a plain YAML value); `place` is where it stands. */
  resolve(written: unknown, place: Place): { readonly type: DataType } | { readonly diagnostics: readonly Diagnostic[] }
  /**
   * `string | null`, `LoginEvent`, `Windowed<string>`. Text and imports never use a name of `taken` (what the file declares itself) for a type of
   * the folder: two types of one simple name, or a class of that name, get an import under another local name.
   */
  typescript(type: DataType, taken?: ReadonlySet<string>): Code
  /** An expression that is a `Serde`: `stringSerde`, `avroSerde(loginEventCodec)`. Without the null, which serdes never see. */
  serde(type: DataType, encoding: Encoding, taken?: ReadonlySet<string>): Code
  /** As a manifest would write it, for messages: `string?`, `seed.LoginEvent`. */
  describe(type: DataType): string
  equal(a: DataType, b: DataType): boolean
  /** Tells of older schemas of the types that state and topics have, by `schemaKey`; before code is made. */
  remember(older: ReadonlyMap<string, readonly WriterSchema[]>): void
  /** The generated files of all named types of the folder, and of those defined in place that `resolve` met: path within the generated folder to text. */
  files(): ReadonlyMap<string, string>
}
