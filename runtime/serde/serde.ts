/**
 * How values of one type become bytes. Null is never given to a serde: on a topic it is Kafka's null, in a store a delete.
 *
 * `serialize` returns bytes that are the caller's own; `deserialize` copies what it keeps, since its input may be reused.
 * Both throw a `StreamError` (SERIALIZATION, DESERIALIZATION) that names the field.
 */
// biome-ignore lint/suspicious/noExplicitAny: the graph of a topology holds serdes of all types
export interface Serde<T = any> {
  /** What it reads and writes, for messages: `string`, `avro seed.LoginEvent`. */
  readonly name: string
  serialize(value: T): Uint8Array
  deserialize(bytes: Uint8Array): T
  /**
   * Can the value stand for its bytes: nobody can change it, `serialize` takes it, and `deserialize` would give it back the same? Then a store
   * may keep it as it is, and serialize it once for many updates. Absent: never.
   */
  isExact?(value: T): boolean
  /** Fetches what `deserialize` of these bytes will need (a schema from a registry); undefined if it is all there. */
  prepare?(bytes: Uint8Array): Promise<void> | undefined
  /** The serdes that it is made of, if any: that of a window's key, those of a change's values. */
  readonly parts?: readonly Serde[]
  /** Do these bytes (and perhaps a window after them) not begin as `serialize` writes them, so that as a key they would not be found? Absent: nobody can tell. */
  isForeign?(bytes: Uint8Array): boolean
}
