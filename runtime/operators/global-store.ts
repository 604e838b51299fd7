import type { ProcessLogic } from './process.js'
import type { LogicClass, StepBase } from './step.js'
import type { TimestampExtractorLogic } from './stream.js'

/** A global store that user code fills from a topic. Kafka Streams: `StreamsBuilder.addGlobalStore`. */
export interface GlobalStoreStep extends StepBase {
  readonly operator: 'globalStore'
  readonly topic: string
  readonly store: string
  readonly logic: LogicClass<ProcessLogic<unknown, unknown, never, never>>
  readonly timestampExtractor?: LogicClass<TimestampExtractorLogic<unknown, unknown>>
}
