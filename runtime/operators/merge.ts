import type { StepBase } from './step.js'

/** Several streams of the same types as one. Kafka Streams: `KStream.merge`. */
export interface MergeStep extends StepBase {
  readonly operator: 'merge'
  readonly inputs: readonly string[]
}
