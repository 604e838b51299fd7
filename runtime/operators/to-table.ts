import type { StepBase } from './step.js'

/** A stream as a table: the last value of each key; null deletes. Kafka Streams: `KStream.toTable` (KIP-523). */
export interface ToTableStep extends StepBase {
  readonly operator: 'toTable'
  readonly input: string
  readonly store?: string
}
