import type { StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { AnyRecord } from '../topology/processor.js'
import type { MakeTaskCode, Partitioner } from '../topology/topology.js'
import { NullKeyFilter } from './null-keys.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { taskCode } from './user-code.js'

/** Writes the stream to a repartition topic and reads it back. Kafka Streams: `KStream.repartition` (KIP-221). */
export interface RepartitionStep extends StepBase {
  readonly operator: 'repartition'
  readonly input: string
  readonly partitions?: number
  readonly logic?: LogicClass<PartitionerLogic<unknown, unknown>>
}

/** A partitioner of the user's, for `repartition` and `sink`. */
export abstract class PartitionerLogic<K, V> extends Logic {
  /** From 0 to `partitions` - 1. */
  protected abstract partition(record: StreamRecord<K, V>, partitions: number): number
}

export function buildRepartition(step: RepartitionStep, builder: TopologyBuilder): void {
  const input = builder.stream(step.input)
  const nullKeys = { drop: true }
  const filter = `${step.name}/repartition-filter`
  builder.processor(filter, input.nodes, () => new NullKeyFilter(nullKeys))
  const output = builder.repartition({
    step: step.name,
    topic: `${step.name}-repartition`,
    part: 'repartition',
    from: [filter],
    key: step.key ?? input.key,
    value: step.value ?? input.value,
    partitions: step.partitions,
    partitioner: step.logic && partitionerOf(step.logic),
    nullKeys,
  })
  builder.define(step.name, output)
}

interface PartitionerCode {
  partition(record: AnyRecord, partitions: number): number
}

export function partitionerOf(logic: LogicClass): MakeTaskCode<Partitioner> {
  return taskCode<PartitionerCode, Partitioner>(logic, (code) => (record, partitions) => code.partition(record, partitions))
}
