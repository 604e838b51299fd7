import type { Serde } from './serde.js'

/** A schema that values are, or were, written with. */
export interface WriterSchema {
  /** CRC-64-AVRO, 16 hex digits, the most significant first. */
  readonly fingerprint: string
  /** JSON, with all named types written out, here or in `references`. */
  readonly schema: string
  readonly references?: readonly string[]
}

/** A serde of data that names the schema it was written with. */
export interface SchemaSerde<T = unknown> extends Serde<T> {
  /** The schema that it writes with. */
  readonly writer: WriterSchema
  /** Makes schemas known whose data it may meet; those that it knows stay as they are. */
  learn(writers: Iterable<WriterSchema>): void
}

/** The serdes with schemas that a serde is made of, itself among them. */
export function schemaSerdes(serde: Serde): readonly SchemaSerde[] {
  const parts = (serde.parts ?? []).flatMap(schemaSerdes)
  return isSchemaSerde(serde) ? [serde, ...parts] : parts
}

/** What a serde writes, so that two of the same text write the same bytes: `avro seed.UserId (3f1c…)`. */
export function formatOf(serde: Serde): string {
  const fingerprints = schemaSerdes(serde).map(({ writer }) => writer.fingerprint)
  return fingerprints.length === 0 ? serde.name : `${serde.name} (${fingerprints.join(', ')})`
}

function isSchemaSerde(serde: Serde): serde is SchemaSerde {
  return 'writer' in serde && 'learn' in serde
}
