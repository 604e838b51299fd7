import type { StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { AnyRecord } from '../topology/processor.js'
import { Logic, type LogicClass, type Nothing, type StepBase } from './step.js'
import { LogicProcessor } from './user-code.js'

/** Looks at each record and passes it on. Kafka Streams: `KStream.peek`. */
export interface PeekStep extends StepBase {
  readonly operator: 'peek'
  readonly input: string
  readonly logic: LogicClass<PeekLogic<unknown, unknown>>
}

export abstract class PeekLogic<K, V> extends Logic {
  protected abstract peek(record: StreamRecord<K, V>): Nothing
}

interface PeekCode {
  peek(record: AnyRecord): void
}

class PeekProcessor extends LogicProcessor<PeekCode> {
  process(record: AnyRecord): void {
    this.code.peek(record)
    this.context.forward(record)
  }
}

export function buildPeek(step: PeekStep, builder: TopologyBuilder): void {
  const input = builder.stream(step.input)
  builder.processor(step.name, input.nodes, () => new PeekProcessor(step.logic))
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
