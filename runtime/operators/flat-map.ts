import { type KeyValue, StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { AnyRecord } from '../topology/processor.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { LogicProcessor } from './user-code.js'

/** Any number of new records for each. Kafka Streams: `KStream.flatMap`. */
export interface FlatMapStep extends StepBase {
  readonly operator: 'flatMap'
  readonly input: string
  readonly logic: LogicClass<FlatMapLogic<unknown, unknown, unknown, unknown>>
}

export abstract class FlatMapLogic<K, V, K2, V2> extends Logic {
  protected abstract flatMap(record: StreamRecord<K, V>): Iterable<KeyValue<K2, V2>>
}

interface FlatMapCode {
  flatMap(record: AnyRecord): Iterable<KeyValue<unknown, unknown>>
}

class FlatMapProcessor extends LogicProcessor<FlatMapCode> {
  process(record: AnyRecord): void {
    for (const { key, value } of this.code.flatMap(record)) {
      this.context.forward(new StreamRecord(key, value, record.timestamp, record.headers))
    }
  }
}

export function buildFlatMap(step: FlatMapStep, builder: TopologyBuilder): void {
  const input = builder.stream(step.input)
  builder.processor(step.name, input.nodes, () => new FlatMapProcessor(step.logic))
  const { topics } = input
  builder.define(step.name, {
    kind: 'stream',
    nodes: [step.name],
    key: step.key ?? input.key,
    value: step.value ?? input.value,
    keyChanged: true,
    topics,
  })
}
