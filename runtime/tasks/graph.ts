import { StreamError } from '../core/errors.js'
import type { AnyRecord, Processor } from '../topology/processor.js'
import type {
  MakeTaskCode,
  Partitioner,
  ProcessorNode,
  SinkNode,
  SourceNode,
  TimestampExtractor,
  TopicRouter,
  TopologyNode,
} from '../topology/topology.js'
import type { GraphNode } from './graph-node.js'
import type { Processing } from './processing.js'
import { NodeContext } from './processor-context.js'

/** A node as its task starts and ends it; user code is made at each start. */
interface LifeCycle {
  readonly name: string
  init(): void
  close(): void
}

/** The nodes of a task, made anew for it: user code is per task. */
export class Graph {
  readonly #sources = new Map<SourceNode, SourceRuntime>()
  readonly #nodes: LifeCycle[] = []
  readonly #started: LifeCycle[] = []
  readonly #taskId: string

  /** `topicName` gives a topic's name on Kafka. */
  constructor(nodes: readonly TopologyNode[], processing: Processing, topicName: (topic: string) => string) {
    this.#taskId = processing.options.taskId
    const parents = new Map<string, SourceRuntime | ProcessorRuntime>()
    for (const node of nodes) {
      const runtime = createRuntime(node, processing, topicName)
      this.#nodes.push(runtime)
      if (!(runtime instanceof SinkRuntime)) parents.set(node.name, runtime)
      if (runtime instanceof SourceRuntime) this.#sources.set(runtime.node, runtime)
      else if (node.kind !== 'source') for (const parent of node.parents) childrenOf(parents, parent, node.name).push(runtime)
    }
  }

  source(node: SourceNode): SourceRuntime {
    return this.#sources.get(node)!
  }

  /** Starts the nodes' code in order of the topology. */
  init(): void {
    for (const node of this.#nodes) {
      this.#started.push(node)
      this.#attempt('start', node, () => node.init())
    }
  }

  /** Ends all that was started, also if one throws; the first error is thrown then. Idempotent. */
  close(): void {
    const errors: unknown[] = []
    for (const node of this.#started.splice(0)) {
      try {
        this.#attempt('close', node, () => node.close())
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  #attempt(what: 'start' | 'close', { name }: LifeCycle, run: () => void): void {
    try {
      run()
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      const task = this.#taskId
      throw new StreamError('PROCESSING', `Step ${name} failed to ${what} in task ${task}: ${message}`, { step: name, task, cause })
    }
  }
}

function createRuntime(node: TopologyNode, processing: Processing, topicName: (topic: string) => string) {
  switch (node.kind) {
    case 'source':
      return new SourceRuntime(node, processing)
    case 'processor':
      return new ProcessorRuntime(node, processing)
    case 'sink':
      return new SinkRuntime(node, processing, topicName)
  }
}

function childrenOf(parents: ReadonlyMap<string, SourceRuntime | ProcessorRuntime>, parent: string, child: string): GraphNode[] {
  const node = parents.get(parent)
  if (node === undefined) throw new StreamError('UNEXPECTED', `Node ${child} stands before its parent ${parent} in the topology.`)
  return node.children
}

/** User code of a source or a sink, made at the start of the task. */
class TaskCode<F> {
  readonly #make: MakeTaskCode<F>
  readonly #context: NodeContext
  #code: { readonly run: F; readonly close?: () => void } | undefined

  constructor(make: MakeTaskCode<F>, context: NodeContext) {
    this.#make = make
    this.#context = context
  }

  get run(): F {
    return this.#code!.run
  }

  init(): void {
    this.#code = this.#make(this.#context)
  }

  close(): void {
    this.#code?.close?.()
    this.#code = undefined
  }
}

export class SourceRuntime implements GraphNode, LifeCycle {
  readonly name: string
  readonly node: SourceNode
  readonly children: GraphNode[] = []
  readonly #extractor: TaskCode<TimestampExtractor> | undefined

  constructor(node: SourceNode, processing: Processing) {
    this.name = node.name
    this.node = node
    if (node.timestampExtractor !== undefined) {
      this.#extractor = new TaskCode(node.timestampExtractor, new NodeContext(node.name, [], processing))
    }
  }

  get extractor(): TimestampExtractor | undefined {
    return this.#extractor?.run
  }

  init(): void {
    this.#extractor?.init()
  }

  accept(record: AnyRecord): void {
    const { children } = this
    for (let index = 0; index < children.length; index++) children[index]!.accept(record)
  }

  close(): void {
    this.#extractor?.close()
  }
}

class ProcessorRuntime implements GraphNode, LifeCycle {
  readonly name: string
  readonly #node: ProcessorNode
  readonly #processing: Processing
  readonly #context: NodeContext
  #processor: Processor | undefined

  constructor(node: ProcessorNode, processing: Processing) {
    this.name = node.name
    this.#node = node
    this.#processing = processing
    this.#context = new NodeContext(node.name, node.stores, processing)
  }

  get children(): GraphNode[] {
    return this.#context.children
  }

  init(): void {
    this.#processor = this.#node.create()
    this.#processor.init?.(this.#context)
  }

  accept(record: AnyRecord): void {
    try {
      this.#processor!.process(record)
    } catch (error) {
      this.#processing.processingFailed(this.#context.step, error)
    }
  }

  close(): void {
    this.#processor?.close?.()
    this.#processor = undefined
  }
}

class SinkRuntime implements GraphNode, LifeCycle {
  readonly name: string
  readonly #node: SinkNode
  readonly #step: string
  readonly #processing: Processing
  /** Undefined: decided by the record. */
  readonly #topic: string | undefined
  readonly #router: TaskCode<TopicRouter> | undefined
  readonly #partitioner: TaskCode<Partitioner> | undefined

  constructor(node: SinkNode, processing: Processing, topicName: (topic: string) => string) {
    const context = new NodeContext(node.name, [], processing)
    this.name = node.name
    this.#node = node
    this.#step = context.step
    this.#processing = processing
    if (typeof node.topic === 'string') this.#topic = topicName(node.topic)
    else this.#router = new TaskCode(node.topic, context)
    if (node.partitioner !== undefined) this.#partitioner = new TaskCode(node.partitioner, context)
  }

  init(): void {
    this.#router?.init()
    this.#partitioner?.init()
  }

  accept(record: AnyRecord): void {
    const collector = this.#processing.options.collector!
    const topic = this.#topic ?? this.#route(record)
    if (topic === undefined) return
    const { timestamp } = record
    try {
      if (!(timestamp >= 0)) throw new StreamError('SERIALIZATION', `its timestamp is ${timestamp}`)
      const serdes = this.#node.routeSerdes?.get(topic) ?? this.#node
      const key = record.key === null ? null : serdes.key.serialize(record.key)
      const value = record.value === null ? null : serdes.value.serialize(record.value)
      const headers = record.headers.toArray()
      if (this.#partitioner === undefined) collector.send(topic, key, value, timestamp, headers)
      else collector.place(topic, (partitions) => this.#choose(record, partitions), key, value, timestamp, headers)
    } catch (error) {
      this.#processing.productionFailed(this.#step, topic, error)
    }
  }

  close(): void {
    this.#router?.close()
    this.#partitioner?.close()
  }

  /** User code; undefined if it failed and the handler goes on. */
  #route(record: AnyRecord): string | undefined {
    try {
      return this.#router!.run(record)
    } catch (error) {
      this.#processing.processingFailed(this.#step, error)
      return undefined
    }
  }

  #choose(record: AnyRecord, partitions: number): number | undefined {
    const partition = this.#partitioner!.run(record, partitions)
    if (partition === undefined || (Number.isInteger(partition) && partition >= 0 && partition < partitions)) return partition
    throw new StreamError('PRODUCTION', `its partitioner chose ${partition}, but there are partitions 0 to ${partitions - 1}`)
  }
}
