import { StreamError } from '../core/errors.js'
import type { RecordMetadata, StreamRecord } from '../core/record.js'
import type { TopologyBuilder } from '../topology/builder.js'
import { StepFailure } from '../topology/problem.js'
import type { AnyRecord } from '../topology/processor.js'
import type { MakeTaskCode, TopicRouter } from '../topology/topology.js'
import { type PartitionerLogic, partitionerOf } from './repartition.js'
import { Logic, type LogicClass, type StepBase } from './step.js'
import { ToStreamProcessor } from './to-stream.js'
import { taskCode } from './user-code.js'

/** Writes to a topic. Kafka Streams: `KStream.to`; a table is written as its changes. */
export interface SinkStep extends StepBase {
  readonly operator: 'sink'
  readonly input: string
  /** A name in the spec's topics; absent: `logic` routes by record. */
  readonly topic?: string
  /** Routed: the topics (names in the spec) that the logic may choose from, all of the same types. */
  readonly topics?: readonly string[]
  readonly logic?: LogicClass<RouterLogic<unknown, unknown, string>>
  readonly partitioner?: LogicClass<PartitionerLogic<unknown, unknown>>
}

/** Dynamic routing (KIP-303). With `topics: dynamic` `T` is string: any topic that exists. */
export abstract class RouterLogic<K, V, T extends string> extends Logic {
  protected abstract topic(record: StreamRecord<K, V>, metadata: RecordMetadata | undefined): T
}

export function buildSink(step: SinkStep, builder: TopologyBuilder): void {
  const input = builder.streamOrTable(step.input)
  let parents = input.nodes
  if (input.kind === 'table') {
    const changes = `${step.name}/changes`
    builder.processor(changes, parents, () => new ToStreamProcessor())
    parents = [changes]
  }
  const names = step.topic === undefined ? (step.topics ?? []) : [step.topic]
  const [first] = names.map((name) => builder.topic(name))
  builder.sink({
    kind: 'sink',
    name: step.name,
    parents,
    topic: step.topic === undefined ? routerOf(step, builder) : builder.topic(step.topic).name,
    key: first?.key ?? step.key ?? input.key,
    value: first?.value ?? step.value ?? input.value,
    ...(step.topics && { routes: step.topics.map((name) => builder.topic(name).name) }),
    ...(step.partitioner && { partitioner: partitionerOf(step.partitioner) }),
  })
}

interface RouterCode {
  topic(record: AnyRecord, metadata: RecordMetadata | undefined): string
}

/** A topic of the manifest goes by its name on Kafka; with `topics: dynamic` any other name is taken as it is. */
function routerOf(step: SinkStep, builder: TopologyBuilder): MakeTaskCode<TopicRouter> {
  if (step.logic === undefined) throw new StepFailure('it has neither a topic nor a class that routes.', 'Write topic: with its name.')
  const choices = step.topics && new Set(step.topics)
  return taskCode<RouterCode, TopicRouter>(step.logic, (code, context) => (record) => {
    const name = code.topic(record, context.recordMetadata())
    if (typeof name !== 'string' || (choices !== undefined && !choices.has(name))) throw unknownTopic(step, name)
    return builder.hasTopic(name) ? builder.topic(name).name : name
  })
}

function unknownTopic(step: SinkStep, name: unknown): StreamError {
  const hint = step.topics === undefined ? 'Return the name of a topic.' : `Return one of ${step.topics.join(', ')}.`
  return new StreamError('PROCESSING', `${step.name}: ${JSON.stringify(name)} is no topic to write to.`, { step: step.name, hint })
}
