import type { Headers } from '../core/headers.js'
import type { RecordMetadata } from '../core/record.js'
import type { StateStore } from '../stores/state-store.js'
import type { TopologyBuilder } from '../topology/builder.js'
import { StepFailure } from '../topology/problem.js'
import type { AnyRecord, Cancellable, ProcessorContext, PunctuationType } from '../topology/processor.js'
import type { LogicClass, LogicContext } from './step.js'
import type { UserCode } from './user-code.js'

/** A store that user code may open, and the property that it finds it under. */
export interface ConnectedStore {
  readonly store: string
  readonly property: string
}

/** The stores that a step names: of the manifest, or of a step that keeps one, such as a global table. */
export function connectStores(builder: TopologyBuilder, names: readonly string[]): readonly ConnectedStore[] {
  return names.map((name) => {
    const declared = builder.manifestStore(name)
    if (declared !== undefined) {
      builder.useStore(name)
      return { store: name, property: declared.property }
    }
    if (!builder.isStep(name)) throw new StepFailure(`there is no store ${name}.`, 'Add it to stores, or name a step that keeps one.')
    const handle = builder.handle(name)
    const [store] = handle.kind === 'globalTable' ? [handle.store] : handle.kind === 'table' ? handle.values().stores : []
    if (store === undefined) throw new StepFailure(`the step ${name} keeps no store.`, 'Name a table, or a store.')
    return { store, property: camelCase(name) }
  })
}

function camelCase(name: string): string {
  const joined = name.replace(/[-_.]+(.?)/g, (_, letter: string) => letter.toUpperCase())
  return joined.charAt(0).toLowerCase() + joined.slice(1)
}

/** The `context` of user code that processes. How it forwards depends on the operator. */
export class UserContext implements LogicContext {
  readonly applicationId: string
  readonly taskId: string
  readonly step: string
  /** By property. */
  readonly stores: Readonly<Record<string, StateStore>>
  readonly #context: ProcessorContext
  readonly #forward: (record: AnyRecord, child?: string) => void

  constructor(
    context: ProcessorContext,
    step: string,
    stores: readonly ConnectedStore[],
    forward: (record: AnyRecord, child?: string) => void,
  ) {
    this.#context = context
    this.#forward = forward
    this.applicationId = context.applicationId
    this.taskId = context.taskId
    this.step = step
    this.stores = Object.fromEntries(stores.map(({ store, property }) => [property, context.store(store)]))
  }

  forward(record: AnyRecord, child?: string): void {
    this.#forward(record, child)
  }

  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestampMs: number) => void): Cancellable {
    return this.#context.schedule(intervalMs, type, punctuate)
  }

  streamTimeMs(): number {
    return this.#context.streamTimeMs()
  }

  wallClockMs(): number {
    return this.#context.wallClockMs()
  }

  recordMetadata(): RecordMetadata | undefined {
    return this.#context.recordMetadata()
  }

  recordHeaders(): Headers {
    return this.#context.recordHeaders()
  }

  requestCommit(): void {
    this.#context.requestCommit()
  }
}

/** A punctuation that the manifest declares. */
export interface PunctuateSpec {
  readonly method: string
  readonly everyMs: number
  readonly type: PunctuationType
}

/** Makes an instance of the user's class with its context, and schedules the punctuations that the manifest declares. */
export function startProcessing<C>(logic: LogicClass, context: UserContext, punctuate: readonly PunctuateSpec[] = []): UserCode<C> {
  const code = new logic() as UserCode<C> & { context: LogicContext; init(context: UserContext): void }
  code.context = context
  code.init(context)
  const methods = code as unknown as Readonly<Record<string, (timestampMs: number, context: UserContext) => void>>
  for (const { method, everyMs, type } of punctuate) context.schedule(everyMs, type, (now) => methods[method]!(now, context))
  return code
}
