import { ManualClock } from 'millrace'
import type { ProducedRecord, RecordBatch } from '#runtime/client/client.js'
import { silentLogger } from '#runtime/core/logger.js'
import { memoryBackend } from '#runtime/stores/memory-store.js'
import type { StateBackendFactory } from '#runtime/stores/store.js'
import { failingHandlers } from '#runtime/tasks/handlers.js'
import { TaskMetrics } from '#runtime/tasks/metrics.js'
import { RecordCollector } from '#runtime/tasks/record-collector.js'
import { Task } from '#runtime/tasks/task.js'
import type { Topology } from '#runtime/topology/topology.js'
import { durableMemory } from './breaking.js'
import { countTopology } from './topologies.js'

export interface TaskParts {
  readonly graph?: Topology
  readonly subTopology?: number
  readonly partition?: number
  readonly disk?: StateBackendFactory
  readonly partitions?: (topic: string) => number | undefined
}

/** A task without a driver: what it sends is in `sent`. */
export function createTask({
  graph = countTopology(),
  subTopology: id = 0,
  partition = 0,
  disk = durableMemory(),
  partitions = () => 1,
}: TaskParts = {}) {
  const sent: ProducedRecord[] = []
  const subTopology = graph.subTopologies[id]!
  const topics = subTopology.sourceTopics.map((topic) => (topic.endsWith('-repartition') ? `test-${topic}` : topic))
  const task = new Task({
    id: { subTopology: id, partition },
    application: 'test',
    topology: graph,
    subTopology,
    partitions: topics.map((topic) => ({ topic, partition })),
    backends: { lmdb: () => disk(`${id}_${partition}`), memory: memoryBackend },
    collector: new RecordCollector({ send: (record) => sent.push(record), partitions }),
    clock: new ManualClock(),
    logger: silentLogger,
    handlers: failingHandlers,
    metrics: new TaskMetrics(),
    random: Math.random,
    storeCacheBytes: 1_000_000,
    maxTaskIdleMs: -1,
  })
  return { task, sent }
}

/** The same, running. */
export function runningTask(parts: TaskParts = {}) {
  const made = createTask(parts)
  made.task.initialize([])
  made.task.completeRestore()
  return made
}

/** Records with the same key and value, at the times of their offsets. */
export function batchOf(from: number, values: readonly string[], topic = 'in', partition = 0): RecordBatch {
  const records = values.map((value, index) => {
    const bytes = Buffer.from(value)
    return { offset: from + index, timestamp: from + index, key: bytes, value: bytes, headers: [] }
  })
  return { topic, partition, records, nextOffset: from + values.length, highWatermark: undefined }
}
