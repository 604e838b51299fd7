import type { StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { AnyRecord } from '../topology/processor.js'
import { Logic, type LogicClass, type Nothing, type StepBase } from './step.js'
import { LogicProcessor } from './user-code.js'

/** Ends a stream in user code. Kafka Streams: `KStream.foreach`. */
export interface ForEachStep extends StepBase {
  readonly operator: 'forEach'
  readonly input: string
  readonly logic: LogicClass<ForEachLogic<unknown, unknown>>
}

export abstract class ForEachLogic<K, V> extends Logic {
  protected abstract forEach(record: StreamRecord<K, V>): Nothing
}

interface ForEachCode {
  forEach(record: AnyRecord): void
}

class ForEachProcessor extends LogicProcessor<ForEachCode> {
  process(record: AnyRecord): void {
    this.code.forEach(record)
  }
}

export function buildForEach(step: ForEachStep, builder: TopologyBuilder): void {
  const input = builder.stream(step.input)
  builder.processor(step.name, input.nodes, () => new ForEachProcessor(step.logic))
}
