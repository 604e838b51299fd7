import { Restorer } from '../changelog/restorer.js'
import type { Client, CommittedOffset, GroupConsumer } from '../client/client.js'
import { systemClock } from '../core/clock.js'
import type { TopicPartition } from '../core/record.js'
import { memoryBackend } from '../stores/memory-store.js'
import { RecordCollector } from '../tasks/record-collector.js'
import { StandbyTask } from '../tasks/standby-task.js'
import { Task } from '../tasks/task.js'
import { formatTaskId, parseTaskId, type TaskId } from '../tasks/task-id.js'
import type { Topology } from '../topology/topology.js'
import { AtLeastOnce } from './at-least-once.js'
import type { CheckedConfig } from './check-config.js'
import { ExactlyOnce } from './exactly-once.js'
import type { GlobalTables } from './global-tables.js'
import { type Guarantee, isolationOf } from './guarantee.js'
import { InputBuffer } from './input-buffer.js'
import type { MetricTotals } from './metrics.js'
import type { OutputsOptions } from './outputs.js'
import { taskCount } from './partition-counts.js'
import { Placement } from './placement.js'
import { PollLoop } from './poll-loop.js'
import { type RestoreProgress, RestoreReporter } from './restore-progress.js'
import { sourceTopics } from './source-topics.js'
import { Standbys } from './standbys.js'
import type { StateSchemas } from './state-schemas.js'
import { TaskAssignor } from './task-assignor.js'
import type { TaskFolders } from './task-folders.js'
import { TaskManager } from './task-manager.js'

export interface MemberOptions {
  readonly config: CheckedConfig
  /** With its serdes tied to the registry. */
  readonly topology: Topology
  readonly client: Client
  /** Partitions of each topic, as the topology calls it. */
  readonly counts: ReadonlyMap<string, number>
  readonly outputs: OutputsOptions
  readonly folders: TaskFolders
  readonly schemas: StateSchemas
  readonly processId: string
  readonly globals: GlobalTables | undefined
  readonly metrics: MetricTotals
  readonly onSettled: (settled: boolean) => void
  readonly onRestore: (progress: RestoreProgress) => void
  /** Sees that a part is closed, before those that were named earlier. */
  readonly closing: <T extends { close(): unknown }>(part: T) => T
}

/** An instance as a member of the group: the loop, and what runs in it. */
export interface Member {
  readonly loop: PollLoop
  readonly manager: TaskManager
  readonly standbys: Standbys
  readonly inputs: InputBuffer
  readonly placement: Placement
}

/** Wires the parts together. Nothing is read or joined before the loop runs. */
export function createMember(options: MemberOptions): Member {
  const { config, topology, client, counts, folders, schemas, processId, globals, metrics, onSettled, onRestore, closing } = options
  const { application, clientId, handlers, logger, sessionTimeoutMs, rebalanceTimeoutMs } = config
  const isolation = isolationOf[config.processingGuarantee]
  const admin = client.admin()
  const guarantee: Guarantee = closing(guaranteeOf(options, (offsets) => consumer.commit(offsets)))
  const self = () => ({
    processId,
    active: manager.tasks.map(({ id }) => id),
    standbys: standbys.tasks.map(({ id }) => id),
    positions: folders.positions([...manager.tasks, ...standbys.tasks]),
    ...(config.applicationServer === undefined ? {} : { host: config.applicationServer }),
  })
  const assignor = new TaskAssignor(topology, self, config.numStandbyReplicas)
  const offsetReset = offsetResets(topology)
  const consumer: GroupConsumer = closing(
    client.createGroupConsumer({
      groupId: application,
      clientId,
      topics: topology.subTopologies.flatMap((subTopology) => sourceTopics(topology, subTopology)),
      assignor,
      isolation,
      offsetReset,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
    }),
  )
  const reader = closing(client.createReader({ clientId: `${clientId}-restore`, isolation }))
  const reporter = new RestoreReporter(systemClock, onRestore)
  const restorer = new Restorer(
    {
      beginningOffsets: (partitions) => admin.beginningOffsets(partitions),
      endOffsets: (partitions) => admin.endOffsets(partitions, isolation),
      assign: (partitions) => reader.assign(partitions),
      poll: (maxWaitMs) => reader.poll(maxWaitMs),
    },
    reporter,
  )
  const cacheBytes = shareOfCache(topology, counts, config.storeCacheBytes)
  const createTask = (id: TaskId, partitions: readonly TopicPartition[]) =>
    new Task({
      id,
      application,
      topology,
      subTopology: topology.subTopologies[id.subTopology]!,
      partitions,
      backends: { lmdb: () => folders.backend(formatTaskId(id)), memory: memoryBackend },
      collector: new RecordCollector(guarantee.outputOf(formatTaskId(id))),
      ...(globals === undefined ? {} : { globals }),
      clock: systemClock,
      logger,
      handlers,
      metrics: metrics.of(formatTaskId(id)),
      random: Math.random,
      storeCacheBytes: cacheBytes,
      maxTaskIdleMs: config.maxTaskIdleMs,
    })
  const createStandby = (task: string) => {
    const id = parseTaskId(task)
    const subTopology = topology.subTopologies[id.subTopology]!
    const partitions = sourceTopics(topology, subTopology).map((topic) => ({ topic, partition: id.partition }))
    const backends = { lmdb: () => folders.backend(task), memory: memoryBackend }
    return new StandbyTask({ id, application, topology, subTopology, partitions, backends })
  }
  const standbys: Standbys = closing(
    new Standbys({
      create: createStandby,
      groupId: application,
      admin,
      reader: closing(client.createReader({ clientId: `${clientId}-standby`, isolation })),
      isolation,
      folders,
      clock: systemClock,
      logger,
    }),
  )
  const manager = closing(
    new TaskManager({
      topology,
      groupId: application,
      counts,
      admin,
      consumer,
      folders,
      restorer,
      standbys,
      guarantee,
      isolation,
      schemas,
      offsetReset,
      createTask,
      logger,
    }),
  )
  const placement = new Placement({ topology, counts, host: config.applicationServer })
  const inputs = new InputBuffer(consumer, config.inputBufferBytes)
  const loop = new PollLoop({
    consumer,
    manager,
    restorer,
    guarantee,
    inputs,
    globals,
    standbys,
    placement,
    purge: (offsets) => admin.deleteRecords(offsets),
    commitIntervalMs: config.commitIntervalMs,
    purgeIntervalMs: config.repartitionPurgeIntervalMs,
    heartbeatMs: Math.min(3_000, sessionTimeoutMs / 3),
    clock: systemClock,
    logger,
    onSettled,
  })
  return { loop, manager, standbys, inputs, placement }
}

function guaranteeOf(
  { config, client, outputs }: MemberOptions,
  commitOffsets: (offsets: readonly CommittedOffset[]) => Promise<void>,
): Guarantee {
  const { processingGuarantee, application, commitIntervalMs } = config
  if (processingGuarantee === 'atLeastOnce') return new AtLeastOnce(client, commitOffsets, outputs)
  return new ExactlyOnce({ client, groupId: application, transactionTimeoutMs: commitIntervalMs + transactionMarginMs, outputs })
}

/** How much longer than the commit interval a transaction may stay open before the broker aborts it. Kafka Streams: 10 s in all. */
const transactionMarginMs = 10_000

/** Where a topic is read from at first: `earliest`, as Kafka Streams, if the step does not say. */
function offsetResets(topology: Topology): (topic: string) => 'earliest' | 'latest' | 'none' {
  const resets = new Map(
    topology.nodes.flatMap((node) =>
      node.kind === 'source' ? node.topics.map((topic) => [topic, node.offsetReset ?? 'earliest'] as const) : [],
    ),
  )
  return (topic) => resets.get(topic) ?? 'earliest'
}

/** Of each task with stores, if this instance had to run them all. */
function shareOfCache(topology: Topology, counts: ReadonlyMap<string, number>, bytes: number): number {
  const stateful = topology.subTopologies.filter(({ stores }) => stores.length > 0)
  const tasks = stateful.reduce((sum, subTopology) => sum + taskCount(subTopology, counts), 0)
  return Math.floor(bytes / Math.max(1, tasks))
}
