import type { RecordMetadata } from '../core/record.js'
import type { Serde } from '../serde/serde.js'

/** What the steps of all operators have. */
export interface StepBase {
  readonly name: string
  /** Serdes of the step's output; absent where it has none (forEach, sink). */
  readonly key?: Serde
  readonly value?: Serde
  /** Is null among the output's keys, values? */
  readonly nullableKey?: boolean
  readonly nullableValue?: boolean
}

/** A class of the user's (or of inline logic), made once per task. */
// biome-ignore lint/suspicious/noExplicitAny: generated code types the classes; the graph holds all of them
export type LogicClass<T = any> = new () => T

/** What user code may ask for beside its record: `this.context`, and `context` in inline logic. */
export interface LogicContext {
  readonly applicationId: string
  readonly taskId: string
  readonly step: string
  streamTimeMs(): number
  wallClockMs(): number
  /** Origin of the record being processed; undefined within a punctuation. */
  recordMetadata(): RecordMetadata | undefined
}

/** `void`, but not a promise: user methods are synchronous, and an `async` one does not compile. */
export type Nothing = void | undefined

/** Base of every class with user logic. `init` and `close` are called once per task, before the first record and after the last. */
export abstract class LogicBase {
  protected readonly context!: LogicContext
  protected close(): Nothing {}
}

export abstract class Logic extends LogicBase {
  protected init(): Nothing {}
}

/** Windows of an aggregation, times in milliseconds. */
export type WindowSpec =
  | { readonly kind: 'tumbling'; readonly sizeMs: number; readonly graceMs: number }
  | { readonly kind: 'hopping'; readonly sizeMs: number; readonly advanceMs: number; readonly graceMs: number }
  | { readonly kind: 'sliding'; readonly timeDifferenceMs: number; readonly graceMs: number }
  | { readonly kind: 'session'; readonly gapMs: number; readonly graceMs: number }
  | { readonly kind: 'unlimited'; readonly startMs: number }
