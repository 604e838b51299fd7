import type { TopologyBuilder } from '../topology/builder.js'
import { StepFailure } from '../topology/problem.js'
import { PassThrough } from './pass-through.js'
import type { StepBase } from './step.js'

/** Several streams of the same types as one. Kafka Streams: `KStream.merge`. */
export interface MergeStep extends StepBase {
  readonly operator: 'merge'
  readonly inputs: readonly string[]
}

export function buildMerge(step: MergeStep, builder: TopologyBuilder): void {
  const inputs = step.inputs.map((input) => builder.stream(input))
  const [first] = inputs
  if (first === undefined) throw new StepFailure('it names no stream.')
  const nodes = [...new Set(inputs.flatMap((input) => input.nodes))]
  builder.processor(step.name, nodes, () => new PassThrough())
  builder.define(step.name, {
    kind: 'stream',
    nodes: [step.name],
    key: step.key ?? first.key,
    value: step.value ?? first.value,
    keyChanged: inputs.some(({ keyChanged }) => keyChanged),
    topics: [...new Set(inputs.flatMap(({ topics }) => topics))],
  })
}
