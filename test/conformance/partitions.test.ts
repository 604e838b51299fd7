/**
 * Goal: over three partitions each key sees what it sees on one. Method: run every vector on the driver with three partitions and real tasks, and compare per key
 * - where time decides nothing: with what Kafka Streams sent;
 * - where it does (windows, stream-stream joins, timestamp extractors, suppress, grace, versions), and nothing is repartitioned: with three runs on one partition, each
 *   given the keys of one partition, since tasks of different partitions share no stream time. Behind a repartition topic there is no such oracle.
 * Left out by name, each with why: topologies whose results are not a matter of their keys.
 */
import test from 'ava'
import type { TopologySpec } from 'millrace/codegen'
import { partitionOf as partitionOfKey } from '#runtime/tasks/partitioner.js'
import { buildTopology } from '#runtime/topology/build.js'
import { canonical, type Vector, type VectorRecord, VectorRun, type VectorStep } from './replay.js'
import { specOf } from './topologies.js'
import { loadVectors } from './vectors.js'

const partitions = 3

/** Topologies whose results are not a matter of their keys alone. */
const incomparable: Readonly<Record<string, string>> = {
  'papi-metadata': "it sends offsets and stream time, which are a partition's own",
  'papi-kv-queries': "the key is a command, and the store is the partition's own",
  'papi-session-queries': "the key is a command, and the store is the partition's own",
  'papi-versioned-queries': "the key is a command, and the store is the partition's own",
  'papi-window-queries': "the key is a command, and the store is the partition's own",
  'papi-punctuations': 'it sends stream time of its own accord, under keys of its own',
  'route-record-context': 'it routes by offset',
  'stateless-three-repartitions': 'which of three repartition topics comes first at one timestamp is a matter of all queues of the task',
}

const comparable = loadVectors().filter(({ name }) => incomparable[name] === undefined)
const specs = new Map(await Promise.all(comparable.map(async ({ name }) => [name, (await specOf(name))!] as const)))

for (const vector of comparable) {
  const spec = specs.get(vector.name)!
  const expected = oracle(vector, spec)
  if (expected === undefined) continue
  test(`${vector.name}, seed ${vector.seed}: each key over three partitions as on one`, (t) => {
    const { records, steps } = expected()
    t.deepEqual(perKey(run(vector, spec, { partitions }, steps)), perKey(records))
  })
}

interface Expected {
  readonly records: readonly VectorRecord[]
  readonly steps: readonly VectorStep[]
}

/** What to expect of which steps; undefined where there is nothing to compare with. */
function oracle(vector: Vector, spec: TopologySpec): (() => Expected) | undefined {
  if (!dependsOnTime(spec)) return () => ({ records: vector.expected.flat(), steps: vector.steps })
  if (buildTopology(spec).repartitionTopics.length > 0) return undefined
  const steps = vector.steps.filter((step) => !('pipe' in step) || step.pipe.key !== null)
  return () => ({ records: byPartition(vector, spec, steps), steps })
}

/** Three runs on one partition, each with its share of the keys. */
function byPartition(vector: Vector, spec: TopologySpec, steps: readonly VectorStep[]): readonly VectorRecord[] {
  return Array.from({ length: partitions }, (_, partition) => {
    const share = steps.filter((step) => !('pipe' in step) || isGlobal(spec, step.pipe.topic) || partitionOf(step.pipe, spec) === partition)
    return run(vector, spec, {}, share)
  }).flat()
}

function run(
  vector: Vector,
  spec: TopologySpec,
  options: { readonly partitions?: number },
  steps: readonly VectorStep[],
): readonly VectorRecord[] {
  using played = new VectorRun(vector, spec, options)
  return steps.flatMap((step) => played.play(step))
}

/** Records without a key go round the partitions, so their order says nothing. Timestamps and headers count. */
function perKey(records: readonly VectorRecord[]): Readonly<Record<string, readonly VectorRecord[]>> {
  const keys = new Map<string, VectorRecord[]>()
  for (const record of records.filter(({ key }) => key !== null)) {
    const key = `${record.topic} ${canonical(record.key)}`
    keys.set(key, [...(keys.get(key) ?? []), record])
  }
  return Object.fromEntries([...keys].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function partitionOf({ key, topic }: { readonly key: unknown; readonly topic: string }, spec: TopologySpec): number {
  const { key: serde } = Object.values(spec.topics).find(({ name }) => name === topic)!
  return partitionOfKey(serde.serialize(key), partitions)
}

function isGlobal(spec: TopologySpec, name: string): boolean {
  return spec.steps.some(
    (step) => (step.operator === 'globalTable' || step.operator === 'globalStore') && spec.topics[step.topic]?.name === name,
  )
}

function dependsOnTime(spec: TopologySpec): boolean {
  return (
    Object.values(spec.stores).some(({ kind }) => kind !== 'keyValue' && kind !== 'timestampedKeyValue') ||
    spec.steps.some(
      (step) =>
        ('window' in step && step.window !== undefined) ||
        ('timestampExtractor' in step && step.timestampExtractor !== undefined) ||
        ('punctuate' in step && step.punctuate !== undefined) ||
        ('graceMs' in step && step.graceMs !== undefined) ||
        step.operator === 'suppress' ||
        ('join' in step && step.join === 'streamStream'),
    )
  )
}
