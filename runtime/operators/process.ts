import { StreamError } from '../core/errors.js'
import type { Headers } from '../core/headers.js'
import type { StreamRecord } from '../core/record.js'
import type { StateStore } from '../stores/state-store.js'
import type { TopologyBuilder } from '../topology/builder.js'
import type { StreamHandle, TableHandle } from '../topology/handles.js'
import { StepFailure } from '../topology/problem.js'
import type { AnyRecord, Cancellable, Processor, ProcessorContext, PunctuationType } from '../topology/processor.js'
import { PassThrough } from './pass-through.js'
import { type ConnectedStore, connectStores, type PunctuateSpec, startProcessing, UserContext } from './process-context.js'
import { LogicBase, type LogicClass, type LogicContext, type Nothing, type StepBase } from './step.js'
import { materialize, storedValues } from './tables/table-settings.js'
import { TransformTableProcessor, transformedValues } from './tables/transform-table.js'
import type { UserCode } from './user-code.js'

export type { PunctuateSpec } from './process-context.js'

/** Kafka Streams' Processor API. Kafka Streams: `KStream.process` (KIP-820). */
export interface ProcessStep extends StepBase {
  readonly operator: 'process'
  readonly inputs: readonly string[]
  /** Stores of the spec, and steps whose store it reads (global tables). */
  readonly stores: readonly string[]
  /** Named children: step names that later steps take as input. Absent: one output, under the step's own name. */
  readonly into?: readonly string[]
  readonly punctuate?: readonly PunctuateSpec[]
  readonly logic: LogicClass<ProcessLogic<unknown, unknown, unknown, unknown>>
}

/** The key stays: no repartition after it. Kafka Streams: `KStream.processValues`; on a table `KTable.transformValues`. */
export interface ProcessValuesStep extends StepBase {
  readonly operator: 'processValues'
  readonly input: string
  readonly stores: readonly string[]
  readonly punctuate?: readonly PunctuateSpec[]
  /** Tables only. */
  readonly store?: string
  /** Of a table: `TransformValuesLogic`. */
  readonly logic: LogicClass<ProcessValuesLogic<unknown, unknown, unknown> | TransformValuesLogic<unknown, unknown, unknown>>
}

/** `context` of `process`: what all logic has, and forwarding, stores, timers. */
export interface ProcessContext<KOut, VOut, Child extends string = never, Stores = unknown> extends LogicContext {
  /** To all children in order, or to the one named. */
  forward(record: StreamRecord<KOut, VOut>, child?: Child): void
  /** The stores that the manifest connects, typed, by property name. */
  readonly stores: Stores
  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestampMs: number) => Nothing): Cancellable
  recordHeaders(): Headers
  requestCommit(): void
}

/** Punctuations declared in the manifest are methods `punctuate<Name>(timestampMs, context)` of the generated class. */
export abstract class ProcessLogic<K, V, KOut, VOut, Child extends string = string, Stores = unknown> extends LogicBase {
  declare protected readonly context: ProcessContext<KOut, VOut, Child, Stores>
  /** Once per task, before the first record: stores are open, and more punctuations may be scheduled. */
  protected init(_context: ProcessContext<KOut, VOut, Child, Stores>): Nothing {}
  protected abstract process(record: StreamRecord<K, V>, context: ProcessContext<KOut, VOut, Child, Stores>): Nothing
}

export interface ProcessValuesContext<K, VOut, Stores = unknown> extends LogicContext {
  /** The key must be that of the record being processed; anything else is an error. */
  forward(record: StreamRecord<K, VOut>): void
  readonly stores: Stores
  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestampMs: number) => Nothing): Cancellable
  recordHeaders(): Headers
  requestCommit(): void
}

export abstract class ProcessValuesLogic<K, V, VOut, Stores = unknown> extends LogicBase {
  declare protected readonly context: ProcessValuesContext<K, VOut, Stores>
  protected init(_context: ProcessValuesContext<K, VOut, Stores>): Nothing {}
  protected abstract process(record: StreamRecord<K, V>, context: ProcessValuesContext<K, VOut, Stores>): Nothing
}

/** `processValues` on a table: one value in, one out. */
export abstract class TransformValuesLogic<K, V, VOut, Stores = unknown> extends LogicBase {
  declare protected readonly context: ProcessValuesContext<K, never, Stores>
  protected init(_context: ProcessValuesContext<K, never, Stores>): Nothing {}
  protected abstract transform(record: StreamRecord<K, V>, context: ProcessValuesContext<K, never, Stores>): VOut
}

/** What connects a typed property to a store: generated beside the class. */
export type StoreProperties = Readonly<Record<string, StateStore>>

interface ProcessCode {
  process(record: AnyRecord, context: UserContext): void
}

class UserProcessor implements Processor {
  protected readonly step: ProcessStep | ProcessValuesStep
  readonly #stores: readonly ConnectedStore[]
  #user!: UserContext
  #code!: UserCode<ProcessCode>

  constructor(step: ProcessStep | ProcessValuesStep, stores: readonly ConnectedStore[]) {
    this.step = step
    this.#stores = stores
  }

  init(context: ProcessorContext): void {
    const { name, logic, punctuate } = this.step
    this.#user = new UserContext(context, name, this.#stores, this.forwarding(context))
    this.#code = startProcessing<ProcessCode>(logic, this.#user, punctuate)
  }

  process(record: AnyRecord): void {
    this.#code.process(record, this.#user)
  }

  close(): void {
    this.#code?.close()
  }

  protected forwarding(context: ProcessorContext): (record: AnyRecord, child?: string) => void {
    const children = new Set('into' in this.step ? this.step.into : [])
    return (record, child) => {
      if (child !== undefined && !children.has(child)) throw unknownChild(this.step.name, child, children)
      context.forward(record, child)
    }
  }
}

function unknownChild(step: string, child: string, children: ReadonlySet<string>): StreamError {
  const hint = children.size === 0 ? 'Leave the child out, or name children with into.' : `Forward to one of ${[...children].join(', ')}.`
  return new StreamError('PROCESSING', `${step}: there is no child ${JSON.stringify(child)}.`, { step, hint })
}

/** Keeps the key, so that what follows needs no repartition. */
class UserValuesProcessor extends UserProcessor {
  #key: unknown
  #processing = false

  override process(record: AnyRecord): void {
    const before = this.#processing
    this.#key = record.key
    this.#processing = true
    try {
      super.process(record)
    } finally {
      this.#processing = before
    }
  }

  protected override forwarding(context: ProcessorContext): (record: AnyRecord) => void {
    return (record) => {
      if (this.#processing && record.key !== this.#key) {
        const hint = 'Use a process step to change keys.'
        throw new StreamError('PROCESSING', `${this.step.name}: processValues forwards another key than the record's.`, {
          step: this.step.name,
          hint,
        })
      }
      context.forward(record)
    }
  }
}

export function buildProcess(step: ProcessStep, builder: TopologyBuilder): void {
  const inputs = step.inputs.map((input) => builder.stream(input))
  const [first] = inputs
  if (first === undefined) throw new StepFailure('it names no stream.')
  const stores = connectStores(builder, step.stores)
  const nodes = [...new Set(inputs.flatMap((input) => input.nodes))]
  builder.processor(
    step.name,
    nodes,
    () => new UserProcessor(step, stores),
    stores.map(({ store }) => store),
  )
  const output: StreamHandle = {
    kind: 'stream',
    nodes: [step.name],
    key: step.key ?? first.key,
    value: step.value ?? first.value,
    keyChanged: true,
    topics: [...new Set(inputs.flatMap(({ topics }) => topics))],
  }
  if (step.into === undefined) builder.define(step.name, output)
  for (const child of step.into ?? []) {
    builder.processor(child, [step.name], () => new PassThrough())
    builder.define(child, { ...output, nodes: [child] })
  }
}

export function buildProcessValues(step: ProcessValuesStep, builder: TopologyBuilder): void {
  const input = builder.streamOrTable(step.input)
  const stores = connectStores(builder, step.stores)
  builder.define(
    step.name,
    input.kind === 'stream' ? processStream(step, builder, input, stores) : transformTable(step, builder, input, stores),
  )
}

function processStream(
  step: ProcessValuesStep,
  builder: TopologyBuilder,
  input: StreamHandle,
  stores: readonly ConnectedStore[],
): StreamHandle {
  builder.processor(
    step.name,
    input.nodes,
    () => new UserValuesProcessor(step, stores),
    stores.map(({ store }) => store),
  )
  return { ...input, nodes: [step.name], key: step.key ?? input.key, value: step.value ?? input.value }
}

function transformTable(
  step: ProcessValuesStep,
  builder: TopologyBuilder,
  input: TableHandle,
  stores: readonly ConnectedStore[],
): TableHandle {
  const key = step.key ?? input.key
  const value = step.value ?? input.value
  const settings = materialize(builder, step.name, step.store, key, value)
  const names = stores.map(({ store }) => store)
  const transform = { name: step.name, logic: step.logic, stores, punctuate: step.punctuate ?? [] }
  const own = settings.store === undefined ? [] : [settings.store]
  builder.processor(step.name, input.nodes, () => new TransformTableProcessor(transform, settings), [...names, ...own])
  return {
    ...input,
    nodes: [step.name],
    key,
    value,
    versioned: settings.store === undefined ? input.versioned : settings.versioned,
    sendOldValues(force) {
      if (settings.store !== undefined || input.sendOldValues(force)) settings.sendOldValues = true
      return settings.sendOldValues
    },
    values: () =>
      settings.store === undefined ? transformedValues(transform, input.values()) : storedValues(settings.store, settings.versioned),
  }
}
