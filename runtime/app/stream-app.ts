import { StreamError } from '../core/errors.js'
import type { TopologySpec } from '../topology/spec.js'
import { type AppState, checkMove } from './app-state.js'
import type { AppConfig } from './config.js'

/** What listeners hear of, by event. */
export interface AppEvents {
  state: { readonly state: AppState; readonly previous: AppState }
  error: StreamError
}

export type AppListener<E extends keyof AppEvents> = (event: AppEvents[E]) => void

/** A running topology: the class that generated apps extend. `Stores` are the queryable stores by property name. */
export class StreamApp<Stores = Readonly<Record<string, never>>> implements AsyncDisposable {
  readonly spec: TopologySpec
  readonly #listeners: { [E in keyof AppEvents]: Set<AppListener<E>> } = { state: new Set(), error: new Set() }
  #state: AppState = 'CREATED'

  constructor(spec: TopologySpec, _config: AppConfig) {
    this.spec = spec
  }

  get state(): AppState {
    return this.#state
  }

  /** The queryable stores of the manifest, by property. */
  get stores(): Stores {
    throw new StreamError('INVALID_STATE', 'The app is not running.')
  }

  /** Calls `listener` at each event; returns what takes it away again. */
  on<E extends keyof AppEvents>(event: E, listener: AppListener<E>): () => void {
    this.#listeners[event].add(listener)
    return () => this.#listeners[event].delete(listener)
  }

  /** Joins the group and runs; resolves when the app is RUNNING for the first time, rejects with what stops it before. */
  async start(): Promise<void> {
    throw new StreamError('INVALID_STATE', 'The app cannot run yet.')
  }

  /** Commits, leaves the group, closes stores and connections. Idempotent. */
  async close(): Promise<void> {
    if (this.#state === 'NOT_RUNNING') return
    this.#move('PENDING_SHUTDOWN')
    this.#move('NOT_RUNNING')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #move(state: AppState): void {
    const previous = this.#state
    checkMove(previous, state)
    this.#state = state
    for (const listener of this.#listeners.state) listener({ state, previous })
  }
}
