import { type KeyValue, StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { AnyRecord } from '../topology/processor.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { LogicProcessor } from './user-code.js'

/** A new key and value for each record. Kafka Streams: `KStream.map`. */
export interface MapStep extends StepBase {
  readonly operator: 'map'
  readonly input: string
  readonly logic: LogicClass<MapLogic<unknown, unknown, unknown, unknown>>
}

export abstract class MapLogic<K, V, K2, V2> extends Logic {
  protected abstract map(record: StreamRecord<K, V>): KeyValue<K2, V2>
}

interface MapCode {
  map(record: AnyRecord): KeyValue<unknown, unknown>
}

class MapProcessor extends LogicProcessor<MapCode> {
  process(record: AnyRecord): void {
    const { key, value } = this.code.map(record)
    this.context.forward(new StreamRecord(key, value, record.timestamp, record.headers))
  }
}

export function buildMap(step: MapStep, builder: TopologyBuilder): void {
  const input = builder.stream(step.input)
  builder.processor(step.name, input.nodes, () => new MapProcessor(step.logic))
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
