/** Days since 1970-01-01 (Avro `date`). */
export type EpochDays = number
/** Milliseconds since midnight (Avro `time-millis`). */
export type TimeMillis = number
/** Microseconds since midnight (Avro `time-micros`). */
export type TimeMicros = number
/** Milliseconds since 1970-01-01T00:00Z (Avro `timestamp-millis`): what `Date.now()` gives and `new Date(…)` takes. */
export type TimestampMillis = number
/** Microseconds since 1970-01-01T00:00Z (Avro `timestamp-micros`). */
export type TimestampMicros = bigint
/** Nanoseconds since 1970-01-01T00:00Z (Avro `timestamp-nanos`). */
export type TimestampNanos = bigint
/** Milliseconds since 1970-01-01T00:00 of some local clock (Avro `local-timestamp-millis`). */
export type LocalTimestampMillis = number
/** Microseconds since 1970-01-01T00:00 of some local clock (Avro `local-timestamp-micros`). */
export type LocalTimestampMicros = bigint
/** Nanoseconds since 1970-01-01T00:00 of some local clock (Avro `local-timestamp-nanos`). */
export type LocalTimestampNanos = bigint
/** A UUID of 36 characters (Avro `uuid`). */
export type Uuid = string

/** An amount of time (Avro `duration`), each part an integer of 32 bits without sign; none can be turned into another. */
export interface Duration {
  readonly months: number
  readonly days: number
  readonly milliseconds: number
}
