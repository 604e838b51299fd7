import type { StepBase } from './step.js'

/** Holds a table's updates back (KIP-328). Kafka Streams: `KTable.suppress`. */
export interface SuppressStep extends StepBase {
  readonly operator: 'suppress'
  readonly input: string
  /** Window close: the window's end and `graceMs` (sessions: gap and grace); else so long after the first update, milliseconds. */
  readonly until: { readonly kind: 'windowClose'; readonly graceMs: number } | { readonly kind: 'timeLimit'; readonly limitMs: number }
  readonly maxRecords?: number
  readonly maxBytes?: number
  /** `spill`: what is over the bound goes to disk. Default with a bound: `emitEarly` for time limits, `shutDown` for window close. */
  readonly whenFull?: 'emitEarly' | 'shutDown' | 'spill'
}
