import type { MaybePromise } from '../core/maybe-promise.js'
import type { AvroCodec } from './codec.js'
import type { Serde } from './serde.js'

/** Keys or values of a topic, by its name on Kafka: what a schema is registered for. */
export interface TopicSide {
  readonly topic: string
  readonly side: 'key' | 'value'
}

/** A schema as a registry keeps it. */
export interface RegisteredSchema {
  /** JSON. */
  readonly schema: string
  /** The schemas that it refers to, and those that they refer to. */
  readonly references: readonly string[]
}

/** What serdes need of a schema registry; how subjects are named is the registry's. */
export interface SchemaRegistry {
  /** The id to write a side of a topic with: registers the schema where the registry is told to, else it must be there already. */
  idOf(side: TopicSide, codec: AvroCodec): MaybePromise<number>
  /**
   * Looks up the schema of an id, for `schemaOf`; undefined if there is nothing to wait for. Rejects if the registry does not answer, and not
   * if it has none of that id: that is told by `schemaOf`.
   */
  fetch(id: number): Promise<void> | undefined
  /** The schema of an id that was looked up. Throws DESERIALIZATION if there is none, or it is none of Avro. */
  schemaOf(id: number): RegisteredSchema
}

/**
 * A serde whose bytes refer to a schema registry. It is not used itself: tasks use what `reader` and `writer` make of it for the registry of
 * their app. State and internal topics have the values in `stored`, which needs no registry.
 */
export interface RegistrySerde<T> extends Serde<T> {
  readonly stored: Serde<T>
  reader(registry: SchemaRegistry): Serde<T>
  /** Reads too. */
  writer(registry: SchemaRegistry, side: TopicSide): MaybePromise<Serde<T>>
}

// biome-ignore lint/suspicious/noExplicitAny: as of `Serde`
export function isRegistrySerde(serde: Serde): serde is RegistrySerde<any> {
  return 'stored' in serde
}

/** The serde for state and internal topics. */
export function storedSerde<T>(serde: Serde<T>): Serde<T> {
  return isRegistrySerde(serde) ? serde.stored : serde
}

/** A serde around another: `wrap` makes it, also of what a registry makes of the inner one. */
export function around<K, T>(inner: Serde<K>, wrap: (inner: Serde<K>) => Serde<T>): Serde<T> {
  if (!isRegistrySerde(inner)) return wrap(inner)
  const serde: RegistrySerde<T> = {
    ...wrap(inner),
    stored: wrap(inner.stored),
    reader: (registry) => wrap(inner.reader(registry)),
    writer(registry, side) {
      const writer = inner.writer(registry, side)
      return writer instanceof Promise ? writer.then(wrap) : wrap(writer)
    },
  }
  return serde
}
