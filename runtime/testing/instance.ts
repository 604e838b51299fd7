import { StateSchemas } from '../app/state-schemas.js'
import { Restorer } from '../changelog/restorer.js'
import { partitionName } from '../changelog/topic-names.js'
import type { ProducedRecord, RecordBatch } from '../client/client.js'
import type { EmbeddedBroker } from '../client/embedded/broker.js'
import type { Clock } from '../core/clock.js'
import { isStreamError, StreamError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { TopicPartition } from '../core/record.js'
import { memoryBackend } from '../stores/memory-store.js'
import type { StateStore } from '../stores/state-store.js'
import { atLeastOnce, type CommitHook, type CommitStrategy, exactlyOnce } from '../tasks/commit-strategy.js'
import { GlobalState } from '../tasks/global-state.js'
import type { ErrorHandlers } from '../tasks/handlers.js'
import { TaskMetrics } from '../tasks/metrics.js'
import { RecordCollector } from '../tasks/record-collector.js'
import { Task, type TaskBackends } from '../tasks/task.js'
import { formatTaskId } from '../tasks/task-id.js'
import type { SourceNode } from '../topology/topology.js'
import type { Disk } from './disks.js'
import type { Layout, TaskPlan } from './layout.js'
import { TestProducer } from './test-producer.js'

export interface InstanceOptions {
  readonly broker: EmbeddedBroker
  readonly layout: Layout
  readonly disk: Disk
  readonly clock: Clock
  readonly logger: Logger
  readonly handlers: ErrorHandlers
  readonly random: () => number
  readonly exactlyOnce: boolean
  /** Records after which to commit; `pipe`: when all is processed. */
  readonly commit: number | 'pipe' | 'manual'
  readonly storeCacheBytes: number
  readonly maxTaskIdleMs: number
  readonly hooks: readonly CommitHook[]
  readonly sent: (record: ProducedRecord, offset: number) => void
}

interface Input {
  readonly partition: TopicPartition
  position: number
}

interface Running {
  readonly task: Task
  readonly producer: TestProducer
  readonly inputs: readonly Input[]
}

/** A running app without its poll loop: all tasks of a topology, driven by hand. */
export class Instance {
  readonly metrics: TaskMetrics[] = []
  readonly #options: InstanceOptions
  readonly #group: string
  readonly #strategy: CommitStrategy
  readonly #shared: TestProducer
  #running: readonly Running[] = []
  tasks: readonly Task[] = []
  #globals: GlobalState | undefined
  #globalInputs: Input[] = []
  #sinceCommit = 0

  constructor(options: InstanceOptions) {
    this.#options = options
    this.#group = options.layout.topology.application
    this.#shared = this.#createProducer()
    this.#strategy = options.exactlyOnce ? this.#exactlyOnce() : this.#atLeastOnce()
  }

  /** Fills the global stores, restores the tasks' own, and starts the tasks. */
  start(): void {
    const { broker, layout, clock } = this.#options
    const source = new BrokerSource(broker, this.#options.exactlyOnce)
    new StateSchemas({
      topology: layout.topology,
      source,
      write: (records) => {
        for (const record of records) broker.append(record.topic, record.partition, record)
      },
      now: () => clock.now(),
    }).open()
    this.#startGlobals()
    this.#running = layout.tasks.map((plan) => this.#createTask(plan))
    this.tasks = this.#running.map(({ task }) => task)
    const restorer = new Restorer(source)
    restorer.add(this.tasks)
    while (restorer.isActive) restorer.poll(0)
    for (const { task, inputs } of this.#running) {
      for (const input of inputs) {
        const { topic, partition } = input.partition
        input.position = this.#startPosition(task, input.partition)
        task.noteStart(input.partition, input.position)
        task.noteEnd(input.partition, broker.endOffset(topic, partition))
      }
      task.completeRestore()
    }
  }

  /** The stores of that name: one a task, or the global one. */
  stores(name: string): readonly StateStore[] {
    const global = this.#globals?.store(name)
    if (global !== undefined) return [global]
    return this.tasks.map((task) => task.store(name)).filter((store) => store !== undefined)
  }

  /** Processes until nothing is left to do; commits as the options say. */
  run(): void {
    const { commit } = this.#options
    for (;;) {
      this.poll()
      if (this.#processEach() > 0) continue
      if (commit !== 'pipe' || !this.tasks.some((task) => task.hasUncommitted)) return
      this.commit()
    }
  }

  /** Wall-clock punctuations that are due. */
  punctuate(): void {
    let ran = false
    for (const task of this.tasks) ran = task.punctuate() || ran
    if (ran && this.#options.commit !== 'manual') this.commit()
  }

  commit(): void {
    this.#sinceCommit = 0
    this.#strategy.commit(this.tasks)
    this.#globals?.commit()
  }

  /** Reads what has come. */
  poll(): void {
    for (const input of this.#globalInputs) this.#fetch(input, (batch) => this.#globals!.update(batch))
    for (const { task, inputs } of this.#running) for (const input of inputs) this.#fetch(input, (batch) => task.enqueue(batch))
  }

  /** Without a commit. */
  close(): void {
    for (const task of this.tasks) task.close()
    this.#globals?.close()
    this.#running = []
    this.tasks = []
    this.#globals = undefined
  }

  /** One record of each task; returns how many. */
  #processEach(): number {
    const { commit } = this.#options
    let processed = 0
    for (const task of this.tasks) {
      if (task.process(1) === 0) continue
      processed += 1
      this.#sinceCommit += 1
      const due = typeof commit === 'number' && this.#sinceCommit >= commit
      if (due || (commit !== 'manual' && task.needsCommit)) this.commit()
    }
    return processed
  }

  #fetch(input: Input, take: (batch: RecordBatch) => void): void {
    const { broker, exactlyOnce } = this.#options
    const { topic, partition } = input.partition
    const log = broker.log(topic, partition)
    const end = exactlyOnce ? log.lastStableOffset : log.endOffset
    while (input.position < end) {
      const batch = log.read(input.position, { isolation: exactlyOnce ? 'readCommitted' : 'readUncommitted' })
      input.position = batch.nextOffset
      take(batch)
    }
  }

  #startGlobals(): void {
    const { layout } = this.#options
    if (layout.topology.globals.length === 0) return
    const metrics = this.#newMetrics()
    this.#globals = new GlobalState({
      ...this.#options,
      application: this.#group,
      topology: layout.topology,
      partitions: layout.globals,
      backends: this.#backends('global'),
      collector: new RecordCollector(this.#shared),
      metrics,
    })
    this.#globals.open()
    this.#globalInputs = [...this.#globals.positions()].map(([partition, position]) => ({
      partition,
      position: this.#inRange(partition, position),
    }))
    for (const input of this.#globalInputs) this.#fetch(input, (batch) => this.#globals!.update(batch))
    this.#globals.commit()
  }

  /** As in the app, a state that does not fit is wiped. */
  #createTask(plan: TaskPlan): Running {
    const { exactlyOnce, broker, disk } = this.#options
    const { partitions } = plan
    const name = formatTaskId(plan.id)
    const producer = exactlyOnce ? this.#createProducer(`${this.#group}-${name}`) : this.#shared
    const committed = partitions.flatMap((partition) => broker.committedOffset(this.#group, partition) ?? [])
    let task = this.#newTask(plan, producer)
    try {
      task.initialize(committed)
    } catch (error) {
      if (!isStreamError(error) || error.reaction !== 'restore') throw error
      task.close()
      disk.wipe(name)
      task = this.#newTask(plan, producer)
      task.initialize(committed)
    }
    return { task, producer, inputs: partitions.map((partition) => ({ partition, position: 0 })) }
  }

  #newTask({ id, subTopology, partitions }: TaskPlan, producer: TestProducer): Task {
    const { layout } = this.#options
    return new Task({
      ...this.#options,
      id,
      application: this.#group,
      topology: layout.topology,
      subTopology,
      partitions,
      backends: this.#backends(formatTaskId(id)),
      collector: new RecordCollector(producer),
      metrics: this.#newMetrics(),
      ...(this.#globals && { globals: this.#globals }),
    })
  }

  #startPosition(task: Task, partition: TopicPartition): number {
    const { broker, layout } = this.#options
    const known = task.inputPositions().get(partitionName(partition))
    if (known !== undefined) return this.#inRange(partition, known)
    const source = layout.topology.nodes.find((node): node is SourceNode => node.kind === 'source' && node.topics.includes(partition.topic))
    if (source?.offsetReset === 'none') {
      throw new StreamError('INVALID_STATE', `There is no committed offset for ${partitionName(partition)}, and its step resets to none.`, {
        ...partition,
        step: source.name,
      })
    }
    const { topic, partition: number } = partition
    return source?.offsetReset === 'latest' ? broker.endOffset(topic, number) : broker.beginningOffset(topic, number)
  }

  #inRange({ topic, partition }: TopicPartition, position: number): number {
    return Math.max(position, this.#options.broker.beginningOffset(topic, partition))
  }

  #backends(task: string): TaskBackends {
    return { lmdb: () => this.#options.disk.open(task), memory: () => memoryBackend() }
  }

  #newMetrics(): TaskMetrics {
    const metrics = new TaskMetrics()
    this.metrics.push(metrics)
    return metrics
  }

  #createProducer(transactionalId?: string): TestProducer {
    const { broker, layout, sent } = this.#options
    const partitions = Math.max(1, ...layout.topics.map((topic) => topic.partitions))
    return new TestProducer({ broker, partitions, sent, ...(transactionalId !== undefined && { transactionalId }) })
  }

  #atLeastOnce(): CommitStrategy {
    const { broker, hooks } = this.#options
    return atLeastOnce(
      {
        flush: () => this.#shared.flush(),
        partitionsOf: (topic) => this.#shared.partitionsOf(topic),
        commitOffsets: (offsets) => broker.commitOffsets(this.#group, offsets),
      },
      hooks,
    )
  }

  #exactlyOnce(): CommitStrategy {
    return exactlyOnce((task) => {
      const { producer } = this.#running.find((running) => running.task === task)!
      return {
        flush: () => producer.flush(),
        partitionsOf: (topic) => producer.partitionsOf(topic),
        sendOffsets: (offsets) => producer.sendOffsets(this.#group, offsets),
        commitTransaction: () => producer.commitTransaction(),
      }
    }, this.#options.hooks)
  }
}

/** Changelogs read from the broker at once. */
class BrokerSource {
  readonly #broker: EmbeddedBroker
  readonly #isolation: 'readCommitted' | 'readUncommitted'
  #positions = new Map<TopicPartition, number>()

  constructor(broker: EmbeddedBroker, readCommitted: boolean) {
    this.#broker = broker
    this.#isolation = readCommitted ? 'readCommitted' : 'readUncommitted'
  }

  beginningOffsets(partitions: readonly TopicPartition[]) {
    return partitions.map(({ topic, partition }) => ({ topic, partition, offset: this.#broker.beginningOffset(topic, partition) }))
  }

  endOffsets(partitions: readonly TopicPartition[]) {
    return partitions.map(({ topic, partition }) => {
      return { topic, partition, offset: this.#broker.endOffset(topic, partition, this.#isolation) }
    })
  }

  assign(partitions: ReadonlyMap<TopicPartition, number>): void {
    this.#positions = new Map(partitions)
  }

  poll(): readonly RecordBatch[] {
    return [...this.#positions].map(([at, position]) => {
      const batch = this.#broker.read(at.topic, at.partition, position, { isolation: this.#isolation })
      this.#positions.set(at, batch.nextOffset)
      return batch
    })
  }
}
