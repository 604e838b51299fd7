import type { Headers } from '../core/headers.js'
import type { StreamRecord } from '../core/record.js'
import type { StateStore } from '../stores/state-store.js'
import type { Cancellable, PunctuationType } from '../topology/processor.js'
import { Logic, type LogicClass, type LogicContext, type Nothing, type StepBase } from './step.js'

/** A punctuation that the manifest declares. */
export interface PunctuateSpec {
  readonly method: string
  readonly everyMs: number
  readonly type: PunctuationType
}

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
export abstract class ProcessLogic<K, V, KOut, VOut, Child extends string = string, Stores = unknown> extends Logic {
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

export abstract class ProcessValuesLogic<K, V, VOut, Stores = unknown> extends Logic {
  protected abstract process(record: StreamRecord<K, V>, context: ProcessValuesContext<K, VOut, Stores>): Nothing
}

/** `processValues` on a table: one value in, one out. */
export abstract class TransformValuesLogic<K, V, VOut, Stores = unknown> extends Logic {
  protected abstract transform(record: StreamRecord<K, V>, context: ProcessValuesContext<K, never, Stores>): VOut
}

/** What connects a typed property to a store: generated beside the class. */
export type StoreProperties = Readonly<Record<string, StateStore>>
