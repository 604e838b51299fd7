import type { StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { AnyRecord } from '../topology/processor.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { LogicProcessor } from './user-code.js'

/** Any number of new values for each record, under its key. Kafka Streams: `KStream.flatMapValues`. */
export interface FlatMapValuesStep extends StepBase {
  readonly operator: 'flatMapValues'
  readonly input: string
  readonly logic: LogicClass<FlatMapValuesLogic<unknown, unknown, unknown>>
}

export abstract class FlatMapValuesLogic<K, V, V2> extends Logic {
  protected abstract flatMapValues(record: StreamRecord<K, V>): Iterable<V2>
}

interface FlatMapValuesCode {
  flatMapValues(record: AnyRecord): Iterable<unknown>
}

class FlatMapValuesProcessor extends LogicProcessor<FlatMapValuesCode> {
  process(record: AnyRecord): void {
    for (const value of this.code.flatMapValues(record)) this.context.forward(record.withValue(value))
  }
}

export function buildFlatMapValues(step: FlatMapValuesStep, builder: TopologyBuilder): void {
  const input = builder.stream(step.input)
  builder.processor(step.name, input.nodes, () => new FlatMapValuesProcessor(step.logic))
  const { topics } = input
  builder.define(step.name, {
    kind: 'stream',
    nodes: [step.name],
    key: step.key ?? input.key,
    value: step.value ?? input.value,
    keyChanged: input.keyChanged,
    topics,
  })
}
