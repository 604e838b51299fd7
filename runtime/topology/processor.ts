import type { Headers } from '../core/headers.js'
import type { RecordMetadata, RecordOrigin, StreamRecord } from '../core/record.js'
import type { StateStore } from '../stores/state-store.js'

export type { RecordOrigin } from '../core/record.js'

/**
 * A node's code, one instance per task. Synchronous: no promise per record.
 * The graph is typed by generated code and the operators; inside it carries `any`.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyRecord = StreamRecord<any, any>

export interface Processor {
  init?(context: ProcessorContext): void
  process(record: AnyRecord): void
  close?(): void
}

export type PunctuationType = 'streamTime' | 'wallClock'

export interface Cancellable {
  cancel(): void
}

export interface KeptNumber {
  value: number
}

/** What a processor sees of its task (Kafka Streams' `ProcessorContext`). */
export interface ProcessorContext {
  readonly applicationId: string
  readonly taskId: string
  readonly step: string
  /** To all children in order of declaration, depth first; or to the one named. */
  forward(record: AnyRecord, child?: string): void
  /** Highest timestamp that the task has seen, -1 before the first record (`currentStreamTimeMs`). */
  streamTimeMs(): number
  /** `currentSystemTimeMs`. */
  wallClockMs(): number
  /** Where the record being processed came from; undefined in a punctuation. */
  recordMetadata(): RecordMetadata | undefined
  /** Timestamp and headers of the record that entered the task (not of what is forwarded); within a punctuation its time, and no headers. */
  recordTimestamp(): number
  recordHeaders(): Headers
  /**
   * Runs `body` as if it came from a record with these headers, timestamp and origin: what suppress and buffers need when
   * they send on a kept record.
   */
  runWith(origin: RecordOrigin, body: () => void): void
  /** The store connected to this step; throws if it is not connected. */
  store<S extends StateStore>(name: string): S
  /** First stream-time punctuation on the first record, first wall-clock one after an interval; after a gap once. */
  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestampMs: number) => void): Cancellable
  /**
   * A number that the task keeps with its state, `initial` at first: the processor writes `value` as it goes, each commit saves it, and
   * a task that starts again has it back. For what a processor knows beside its stores, such as the highest timestamp it has seen.
   */
  keep(name: string, initial: number): KeptNumber
  /** What several nodes of the task share, by `key`: made by the first that asks. */
  shared<T>(key: object, make: () => T): T
  /** Asks for a commit soon. */
  requestCommit(): void
  /** Counts a record dropped here, by reason; `dropped-records` of the metrics, and a warning once per step and reason. */
  drop(reason: string): void
}
