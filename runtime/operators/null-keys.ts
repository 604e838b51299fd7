import type { NullKeyPolicy, TopologyBuilder } from '../topology/builder.js'
import type { StreamHandle } from '../topology/handles.js'
import type { AnyRecord, Processor, ProcessorContext } from '../topology/processor.js'

/** Stands before a repartition topic: records without a key would only be dropped after it, unless a join takes them (KIP-962). */
export class NullKeyFilter implements Processor {
  readonly #drop: boolean
  #context!: ProcessorContext

  constructor(policy: NullKeyPolicy) {
    this.#drop = policy.drop
  }

  init(context: ProcessorContext): void {
    this.#context = context
  }

  process(record: AnyRecord): void {
    if (record.key == null && this.#drop) return
    this.#context.forward(record)
  }
}

/**
 * The stream as it is if its records lie by their key, else through a repartition topic: `<step>-repartition`, or of a join of two streams
 * `<step>-left-repartition` and `<step>-right-repartition`.
 */
export function byKey(builder: TopologyBuilder, step: string, stream: StreamHandle, side?: 'left' | 'right'): StreamHandle {
  if (!stream.keyChanged) return stream
  const nullKeys = { drop: true }
  const part = side === undefined ? 'repartition' : `${side}-repartition`
  const filter = `${step}/${part}-filter`
  builder.processor(filter, stream.nodes, () => new NullKeyFilter(nullKeys))
  const { key, value } = stream
  return builder.repartition({ step, topic: `${step}-${part}`, part, from: [filter], key, value, nullKeys })
}
