import type { Change, StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { AnyRecord, Processor, ProcessorContext } from '../topology/processor.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { LogicProcessor } from './user-code.js'

/** The changes of a table as a stream, tombstones as null. Kafka Streams: `KTable.toStream`, with a new key if there is logic. */
export interface ToStreamStep extends StepBase {
  readonly operator: 'toStream'
  readonly input: string
  readonly logic?: LogicClass<ToStreamLogic<unknown, unknown, unknown>>
}

export abstract class ToStreamLogic<K, V, K2> extends Logic {
  protected abstract selectKey(record: StreamRecord<K, V | null>): K2
}

/** Each change as a record of its new value, a tombstone as null. */
export class ToStreamProcessor implements Processor {
  #context!: ProcessorContext

  init(context: ProcessorContext): void {
    this.#context = context
  }

  process(record: AnyRecord): void {
    this.#context.forward(record.withValue((record.value as Change<unknown>).newValue))
  }
}

interface ToStreamCode {
  selectKey(record: AnyRecord): unknown
}

class ToStreamByKeyProcessor extends LogicProcessor<ToStreamCode> {
  process(record: AnyRecord): void {
    const change = record.withValue((record.value as Change<unknown>).newValue)
    this.context.forward(change.withKey(this.code.selectKey(change)))
  }
}

export function buildToStream(step: ToStreamStep, builder: TopologyBuilder): void {
  const input = builder.table(step.input)
  const { logic } = step
  builder.processor(step.name, input.nodes, () => (logic === undefined ? new ToStreamProcessor() : new ToStreamByKeyProcessor(logic)))
  builder.define(step.name, {
    kind: 'stream',
    nodes: [step.name],
    key: step.key ?? input.key,
    value: step.value ?? input.value,
    keyChanged: logic !== undefined,
    topics: input.topics,
  })
}
