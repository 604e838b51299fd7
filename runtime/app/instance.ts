import { topicName } from '../changelog/topic-names.js'
import type { Admin, Client, ProducedRecord } from '../client/client.js'
import { systemClock } from '../core/clock.js'
import { toStreamError } from '../core/errors.js'
import type { TopicPartition } from '../core/record.js'
import { HttpRegistry } from '../registry/http-registry.js'
import type { SchemaRegistry } from '../serde/registry.js'
import { memoryBackend } from '../stores/memory-store.js'
import type { StateStore } from '../stores/state-store.js'
import type { StateBackendFactory } from '../stores/store.js'
import { GlobalState } from '../tasks/global-state.js'
import { RecordCollector } from '../tasks/record-collector.js'
import { connectRegistry, usesRegistry } from '../topology/connect-registry.js'
import type { TopologySpec } from '../topology/spec.js'
import type { Topology } from '../topology/topology.js'
import type { CheckedConfig } from './check-config.js'
import { connect, persistentBackend } from './connect.js'
import { GlobalTables } from './global-tables.js'
import { isolationOf } from './guarantee.js'
import { internalTopics, prepareInternalTopics } from './internal-topics.js'
import { createMember, type Member } from './member.js'
import { type AppMetrics, MetricTotals, reportTask } from './metrics.js'
import { OutputTopics } from './output-topics.js'
import { Outputs, type OutputsOptions, OutputTotals } from './outputs.js'
import { partitionCounts } from './partition-counts.js'
import type { Placement } from './placement.js'
import type { RestoreProgress } from './restore-progress.js'
import { StateDirectory } from './state-directory.js'
import { StateSchemas } from './state-schemas.js'
import { TaskFolders } from './task-folders.js'
import { neededTopics, prepareUserTopics } from './user-topics.js'

export interface InstanceOptions {
  readonly config: CheckedConfig
  readonly spec: TopologySpec
  readonly topology: Topology
  readonly onSettled: (settled: boolean) => void
  readonly onRestore: (progress: RestoreProgress) => void
}

/** What an app has open while it runs, and the loop that runs in it. */
export class Instance {
  readonly #options: InstanceOptions
  /** What was opened, closed in reverse. */
  readonly #closers: (() => unknown)[] = []
  readonly #metrics = new MetricTotals()
  readonly #totals = new OutputTotals()
  #member: Member | undefined
  #globals: GlobalTables | undefined
  #ownClient: Client | undefined
  #ownRegistry: HttpRegistry | undefined
  /** With its serdes tied to the registry, once it is connected. */
  #topology: Topology
  #stopping = false

  constructor(options: InstanceOptions) {
    this.#options = options
    this.#topology = options.topology
  }

  /** Checks and prepares all that the job needs, and restores global tables. If it throws, `close` closes what was opened before. */
  async open(): Promise<void> {
    try {
      await this.#open()
    } catch (error) {
      if (!this.#stopping) throw error
    }
  }

  async #open(): Promise<void> {
    const { config } = this.#options
    const { logger, application } = config
    const topology = this.#topology
    const stores = topology.stores.map(({ spec }) => spec)
    const directory = this.#closing(await StateDirectory.open(config.stateDir, application, stores))
    for (const task of config.stateCleanupDelayMs === undefined ? [] : directory.cleanUp(config.stateCleanupDelayMs)) {
      logger.info(`Removed the old state of task ${task}.`)
    }
    const onDisk = stores.some(({ persistence }) => persistence !== 'memory') ? await persistentBackend(config) : memoryBackend
    const folders = new TaskFolders(directory, onDisk, topology)
    folders.scan(logger)

    const client = await connect(config)
    if (config.client === undefined) this.#ownClient = this.#closing(client)
    if (this.#stopping) return
    await this.#connectRegistry()
    if (this.#stopping) return
    const counts = await this.#prepareTopics(client.admin())
    logger.info(`${application} is connected to ${client.description}.`)
    const schemas = this.#stateSchemas(client)
    await schemas.open()
    if (this.#stopping) return
    const outputs = this.#outputs(client.admin(), counts)
    await this.#startGlobals(client, counts, outputs, directory, onDisk)
    if (this.#stopping) return
    const { onSettled, onRestore } = this.#options
    this.#member = createMember({
      config,
      topology: this.#topology,
      client,
      counts,
      outputs,
      folders,
      schemas,
      processId: directory.processId,
      globals: this.#globals,
      metrics: this.#metrics,
      onSettled,
      onRestore,
      closing: (part) => this.#closing(part),
    })
  }

  /** Runs until `stop`, then commits; rejects with what stops it before. */
  async run(): Promise<void> {
    await this.#member?.loop.run()
  }

  stop(): void {
    this.#stopping = true
    this.#member?.loop.stop()
    // Still opening, perhaps waiting for a broker or a registry: that fails now.
    if (this.#member !== undefined) return
    this.#ownClient?.close().catch(() => {})
    this.#ownRegistry?.close()
  }

  /** Closes all, also if a part fails to; throws the first failure then. */
  async close(): Promise<void> {
    const failures: unknown[] = []
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  /** Where stores are, of all instances; undefined until all is connected. */
  get placement(): Placement | undefined {
    return this.#member?.placement
  }

  /** The stores of that name that are open here. */
  stores(name: string): readonly StateStore[] {
    const global = this.#globals?.store(name)
    return global === undefined ? (this.#member?.manager.stores(name) ?? []) : [global]
  }

  metrics(): Omit<AppMetrics, 'state'> {
    const { loop, manager, standbys, inputs } = this.#member ?? {}
    return {
      ...this.#metrics.totals(),
      recordsOut: this.#totals.sent,
      recordsRefused: this.#totals.refused,
      processRatio: loop?.processRatio ?? 0,
      recordsFollowed: standbys?.restored ?? 0,
      standbys: standbys?.reports() ?? [],
      tasks: inputs === undefined ? [] : (manager?.tasks.map((task) => reportTask(task, inputs)) ?? []),
    }
  }

  async #connectRegistry(): Promise<void> {
    const { schemaRegistry, connectTimeoutMs, logger } = this.#options.config
    if (schemaRegistry === undefined || !usesRegistry(this.#topology)) return
    let registry: SchemaRegistry
    if ('idOf' in schemaRegistry) {
      registry = schemaRegistry
    } else {
      this.#ownRegistry = this.#closing(new HttpRegistry({ ...schemaRegistry, startTimeoutMs: connectTimeoutMs, logger }))
      await this.#ownRegistry.open()
      registry = this.#ownRegistry
    }
    this.#topology = await connectRegistry(this.#topology, registry)
  }

  /** Partitions of all topics that the topology names, as it calls them. */
  async #prepareTopics(admin: Admin): Promise<ReadonlyMap<string, number>> {
    const { config, spec } = this.#options
    const topology = this.#topology
    const needed = neededTopics(spec.topics, config.deadLetterTopic)
    const counts = partitionCounts(topology, await prepareUserTopics(admin, needed, config.createTopics, config.replicationFactor))
    await prepareInternalTopics(admin, internalTopics(topology, counts), config.replicationFactor)
    return counts
  }

  #outputs(admin: Admin, counts: ReadonlyMap<string, number>): OutputsOptions {
    const { application, handlers, logger } = this.#options.config
    const topology = this.#topology
    const names = [...counts].map(([topic, count]) => [topicName(topology, application, topic), count] as const)
    const changelogs = internalTopics(topology, counts).filter(({ purpose }) => purpose === 'changelog')
    return {
      topics: new OutputTopics(admin, new Map(names)),
      changelogs: new Set(changelogs.map(({ name }) => name)),
      totals: this.#totals,
      handlers,
      logger,
    }
  }

  #stateSchemas(client: Client): StateSchemas {
    const { config } = this.#options
    const admin = client.admin()
    const reader = this.#closing(client.createReader({ clientId: `${config.clientId}-schemas` }))
    return new StateSchemas({
      topology: this.#topology,
      source: {
        endOffsets: (partitions) => admin.endOffsets(partitions),
        assign: (partitions) => reader.assign(partitions),
        poll: (maxWaitMs) => reader.poll(maxWaitMs),
      },
      write: (records) => writeAll(client, records),
      now: () => systemClock.now(),
    })
  }

  async #startGlobals(
    client: Client,
    counts: ReadonlyMap<string, number>,
    outputs: OutputsOptions,
    directory: StateDirectory,
    onDisk: StateBackendFactory,
  ): Promise<void> {
    const { config } = this.#options
    const topology = this.#topology
    if (topology.globals.length === 0) return
    const { application, handlers, logger } = config
    const partitions = topology.globals.flatMap(({ source }) => source.topics.flatMap((topic) => partitionsOf(topic, counts)))
    const folder = directory.acquireTask(globalFolder)
    const backends = { lmdb: () => onDisk(folder), memory: memoryBackend }
    const metrics = this.#metrics.of(globalFolder)
    const isolation = isolationOf[config.processingGuarantee]
    const reader = this.#closing(client.createReader({ clientId: `${config.clientId}-global`, isolation }))
    const letters = new Outputs(this.#closing(client.createProducer()), outputs)
    this.#globals = this.#closing(
      await GlobalTables.start({
        create: () =>
          new GlobalState({
            application,
            topology,
            partitions,
            backends,
            clock: systemClock,
            logger,
            handlers,
            metrics,
            collector: new RecordCollector(letters),
          }),
        wipe() {
          directory.releaseTask(globalFolder)
          directory.wipeTask(globalFolder)
          directory.acquireTask(globalFolder)
        },
        admin: client.admin(),
        reader,
        isolation,
        flush: () => letters.flush(),
        isStopping: () => this.#stopping,
      }),
    )
  }

  #closing<T extends { close(): unknown }>(part: T): T {
    this.#closers.push(() => part.close())
    return part
  }
}

/** Throws what the first that is refused was refused for. */
async function writeAll(client: Client, records: readonly ProducedRecord[]): Promise<void> {
  const producer = client.createProducer()
  try {
    for (const record of records) producer.send(record)
    const [failed] = (await producer.flush()).failed
    if (failed !== undefined) throw toStreamError(failed.error, 'PRODUCTION', { topic: failed.record.topic })
  } finally {
    await producer.close()
  }
}

/** Beside the folders of tasks in the state directory. */
const globalFolder = 'global'

function partitionsOf(topic: string, counts: ReadonlyMap<string, number>): readonly TopicPartition[] {
  return Array.from({ length: counts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition }))
}
