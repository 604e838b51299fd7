import { StreamError } from '../core/errors.js'
import { Headers } from '../core/headers.js'
import type { RecordMetadata, RecordOrigin } from '../core/record.js'
import type { StateStore } from '../stores/state-store.js'
import type { AnyRecord, Cancellable, KeptNumber, ProcessorContext, PunctuationType } from '../topology/processor.js'
import { stepOf } from '../topology/topology.js'
import type { GraphNode } from './graph-node.js'
import type { Processing } from './processing.js'

/** The context of one node in one task. */
export class NodeContext implements ProcessorContext {
  readonly applicationId: string
  readonly taskId: string
  readonly step: string
  readonly children: GraphNode[] = []
  readonly #node: string
  readonly #processing: Processing
  readonly #stores: readonly string[]

  constructor(node: string, stores: readonly string[], processing: Processing) {
    this.#node = node
    this.applicationId = processing.options.application
    this.taskId = processing.options.taskId
    this.step = stepOf(node)
    this.#stores = stores
    this.#processing = processing
  }

  forward(record: AnyRecord, child?: string): void {
    const { children } = this
    if (child !== undefined) this.#child(child).accept(record)
    else for (let index = 0; index < children.length; index++) children[index]!.accept(record)
  }

  streamTimeMs(): number {
    return this.#processing.options.streamTimeMs()
  }

  wallClockMs(): number {
    return this.#processing.options.clock.now()
  }

  recordMetadata(): RecordMetadata | undefined {
    return this.#processing.origin.metadata
  }

  recordTimestamp(): number {
    return this.#processing.origin.timestamp
  }

  recordHeaders(): Headers {
    return this.#processing.origin.headers
  }

  runWith(origin: RecordOrigin, body: () => void): void {
    this.#processing.runWith(origin, body)
  }

  store<S extends StateStore>(name: string): S {
    const store = this.#stores.includes(name) ? this.#processing.options.store(name) : undefined
    if (store !== undefined) return store as S
    const connected = this.#stores.length === 0 ? 'it has none' : `it has ${this.#stores.join(', ')}`
    throw new StreamError('INVALID_ARGUMENT', `Step ${this.step} has no store ${name}: ${connected}.`, {
      step: this.step,
      store: name,
      hint: 'Name it under stores: of the step in the manifest.',
    })
  }

  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestampMs: number) => void): Cancellable {
    return this.#processing.options.schedule(intervalMs, type, (timestamp) => {
      const origin: RecordOrigin = { metadata: undefined, timestamp, headers: Headers.empty }
      this.#processing.runWith(origin, () => {
        try {
          punctuate(timestamp)
        } catch (error) {
          this.#processing.processingFailed(this.step, error)
        }
      })
    })
  }

  keep(name: string, initial: number): KeptNumber {
    return this.#processing.keep(`${this.#node}:${name}`, initial)
  }

  shared<T>(key: object, make: () => T): T {
    return this.#processing.shared(key, make)
  }

  requestCommit(): void {
    this.#processing.options.requestCommit()
  }

  drop(reason: string): void {
    this.#processing.drop(this.step, reason)
  }

  #child(name: string): GraphNode {
    const child = this.children.find((node) => node.name === name)
    if (child !== undefined) return child
    throw new StreamError('INVALID_ARGUMENT', `Step ${this.step} has no child ${name} to forward to.`, {
      step: this.step,
      hint: `It has ${this.children.map((node) => node.name).join(', ') || 'none'}.`,
    })
  }
}
