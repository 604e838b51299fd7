import type { Headers } from '#runtime/core/headers.js'
import { StreamRecord, type ValueAndTimestamp } from '#runtime/core/record.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import type { Serde } from '#runtime/serde/serde.js'
import type { TimestampedKeyValueStore } from '#runtime/stores/state-store.js'
import type { StoreSpec } from '#runtime/stores/store-spec.js'
import type { AnyRecord, Processor, ProcessorContext } from '#runtime/topology/processor.js'
import type { ProcessorNode, SinkNode, SourceNode, SubTopology, Topology, TopologyNode, TopologyStore } from '#runtime/topology/topology.js'

/** Small graphs made by hand, to test tasks without the operators. */

export function source(name: string, topics: readonly string[], options: Partial<SourceNode> = {}): SourceNode {
  return { kind: 'source', name, topics, key: stringSerde, value: stringSerde, nullableKey: true, nullableValue: false, ...options }
}

export function processor(
  name: string,
  parents: readonly string[],
  create: () => Processor,
  stores: readonly string[] = [],
): ProcessorNode {
  return { kind: 'processor', name, parents, stores, create }
}

export function sink(name: string, parents: readonly string[], topic: SinkNode['topic'], options: Partial<SinkNode> = {}): SinkNode {
  return { kind: 'sink', name, parents, topic, key: stringSerde, value: stringSerde, ...options }
}

export function store(name: string, value: Serde = longSerde, options: Partial<StoreSpec> = {}): TopologyStore {
  return { spec: { kind: 'timestampedKeyValue', name, key: stringSerde, value, ...options } as StoreSpec, global: false, queryable: true }
}

export function subTopology(id: number, nodes: readonly TopologyNode[], stores: readonly TopologyStore[] = []): SubTopology {
  return { id, nodes, stores, sourceTopics: nodes.flatMap((node) => (node.kind === 'source' ? node.topics : [])) }
}

export function topology(parts: readonly SubTopology[], options: Partial<Topology> = {}): Topology {
  return {
    application: 'test',
    nodes: parts.flatMap(({ nodes }) => nodes),
    stores: parts.flatMap(({ stores }) => stores),
    repartitionTopics: [],
    copartitionGroups: [],
    globals: [],
    subTopologies: parts,
    ...options,
  }
}

/** A processor in one function. */
export function each(process: (record: AnyRecord, context: ProcessorContext) => void, init?: (context: ProcessorContext) => void) {
  return (): Processor => {
    let context: ProcessorContext
    return {
      init(given) {
        context = given
        init?.(given)
      },
      process: (record) => process(record, context),
    }
  }
}

/** Counts records by key in a store, and sends each count on. */
export function counting(storeName: string) {
  return each((record, context) => {
    const counts = context.store<TimestampedKeyValueStore<string, number>>(storeName)
    const before: ValueAndTimestamp<number> | undefined = counts.get(record.key)
    const value = (before?.value ?? 0) + 1
    const timestamp = Math.max(before?.timestamp ?? -1, record.timestamp)
    counts.put(record.key, { value, timestamp })
    context.forward(new StreamRecord(record.key, value, timestamp, record.headers as Headers))
  })
}

/** `in` counted by key into `out`, through a repartition topic if `by` gives another key. */
export function countTopology(by?: (record: AnyRecord) => string): Topology {
  const count = [
    processor('count', [by === undefined ? 'in' : 'by/source'], counting('counts'), ['counts']),
    sink('out', ['count'], 'out', { value: longSerde }),
  ]
  if (by === undefined) return topology([subTopology(0, [source('in', ['in']), ...count], [store('counts')])])
  const rekey = each((record, context) => context.forward(record.withKey(by(record))))
  return topology(
    [
      subTopology(0, [source('in', ['in']), processor('by', ['in'], rekey), sink('by/sink', ['by'], 'by-repartition')]),
      subTopology(1, [source('by/source', ['by-repartition']), ...count], [store('counts')]),
    ],
    { repartitionTopics: [{ name: 'by-repartition', step: 'by', partitions: undefined }] },
  )
}
