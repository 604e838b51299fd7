import type { StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { AnyRecord } from '../topology/processor.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { LogicProcessor } from './user-code.js'

/** A new key for each record. Kafka Streams: `KStream.selectKey`. */
export interface SelectKeyStep extends StepBase {
  readonly operator: 'selectKey'
  readonly input: string
  readonly logic: LogicClass<SelectKeyLogic<unknown, unknown, unknown>>
}

export abstract class SelectKeyLogic<K, V, K2> extends Logic {
  protected abstract selectKey(record: StreamRecord<K, V>): K2
}

interface SelectKeyCode {
  selectKey(record: AnyRecord): unknown
}

class SelectKeyProcessor extends LogicProcessor<SelectKeyCode> {
  process(record: AnyRecord): void {
    this.context.forward(record.withKey(this.code.selectKey(record)))
  }
}

export function buildSelectKey(step: SelectKeyStep, builder: TopologyBuilder): void {
  const input = builder.stream(step.input)
  builder.processor(step.name, input.nodes, () => new SelectKeyProcessor(step.logic))
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
