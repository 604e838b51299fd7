import { StreamError, toStreamError } from '../core/errors.js'
import type { StateStore } from '../stores/state-store.js'
import { buildTopology } from '../topology/build.js'
import type { TopologySpec } from '../topology/spec.js'
import type { Topology } from '../topology/topology.js'
import { type AppState, checkMove, mayMove } from './app-state.js'
import { type CheckedConfig, checkConfig } from './check-config.js'
import type { AppConfig } from './config.js'
import { Instance } from './instance.js'
import type { AppMetrics } from './metrics.js'
import type { Placement } from './placement.js'
import { ProgressBar } from './progress-bar.js'
import { type QueryableStore, queryable, type StoreLocator } from './queries.js'
import { describeProgress, type RestoreProgress } from './restore-progress.js'
import { closeAtSignals } from './shutdown-signals.js'

/** What listeners hear of, by event. */
export interface AppEvents {
  state: { readonly state: AppState; readonly previous: AppState }
  restore: RestoreProgress
  /** What stopped the app; it is in ERROR then. */
  error: StreamError
}

export type AppListener<E extends keyof AppEvents> = (event: AppEvents[E]) => void

/**
 * A running topology: the class that generated apps extend. `Stores` are the queryable stores by property name.
 *
 * The constructor throws INVALID_CONFIG, INVALID_TOPOLOGY and CODEGEN_VERSION; all else is told by `start`. An error after the start
 * puts the app into ERROR: it has given up its tasks without a commit, and goes to `error` listeners; if there are none, the
 * process will end with exit code 1.
 */
export class StreamApp<Stores = Readonly<Record<string, never>>> implements AsyncDisposable {
  readonly #config: CheckedConfig
  readonly #topology: Topology
  readonly #listeners: { [E in keyof AppEvents]: Set<AppListener<E>> } = { state: new Set(), restore: new Set(), error: new Set() }
  readonly #stores: Stores
  readonly #instance: Instance
  readonly #locator: StoreLocator = {
    ofKey: (store, key) => this.#placement(store).ofKey(store, key),
    hosts: (store) => this.#placement(store).hosts(store),
  }
  readonly #progressBar: ProgressBar | undefined
  #state: AppState = 'CREATED'
  /** From `start` until all is closed; rejects with what stopped the app. */
  #life: Promise<void> | undefined
  /** Has it been RUNNING? */
  #started = false
  #stopSignals = () => {}
  #closing: Promise<void> | undefined

  constructor(spec: TopologySpec, config: AppConfig) {
    checkCodegen(spec)
    this.#config = checkConfig(config, spec)
    this.#topology = buildTopology({ ...spec, application: this.#config.application })
    this.#stores = this.#queryableStores(spec) as Stores
    this.#progressBar = this.#config.progressBar ? new ProgressBar(process.stderr) : undefined
    this.#instance = new Instance({
      config: this.#config,
      spec,
      topology: this.#topology,
      onSettled: (settled) => this.#settled(settled),
      onRestore: (progress) => this.#restored(progress),
    })
  }

  get state(): AppState {
    return this.#state
  }

  /** The queryable stores of the manifest, by property. They answer while the app is RUNNING. */
  get stores(): Stores {
    return this.#stores
  }

  metrics(): AppMetrics {
    return { state: this.#state, ...this.#instance.metrics() }
  }

  /** Calls `listener` at each event; returns what takes it away again. */
  on<E extends keyof AppEvents>(event: E, listener: AppListener<E>): () => void {
    this.#listeners[event].add(listener)
    return () => this.#listeners[event].delete(listener)
  }

  /** Joins the group and runs; resolves when the app is RUNNING for the first time, rejects with what stops it before. */
  async start(): Promise<void> {
    this.#move('REBALANCING')
    if (this.#config.handleSignals) this.#stopSignals = closeAtSignals(this)
    const running = new Promise<void>((resolve) => {
      this.on('state', ({ state }) => {
        if (state !== 'RUNNING') return
        this.#started = true
        resolve()
      })
    })
    this.#life = this.#live()
    await Promise.race([running, this.#life])
    if (!this.#started) throw new StreamError('INVALID_STATE', 'The app was closed before it was running.')
  }

  /**
   * Commits, leaves the group, closes stores and connections. Idempotent. Rejects if the last commit or a part of the closing failed, after
   * all has been closed that can be.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #live(): Promise<void> {
    try {
      await this.#instance.open()
      await this.#instance.run()
    } catch (error) {
      const failure = toStreamError(error)
      this.#failed(failure)
      await this.#instance.close().catch((also: unknown) => this.#config.logger.warn(`While closing: ${also}`))
      throw failure
    }
    await this.#instance.close()
  }

  async #close(): Promise<void> {
    const before = this.#state
    this.#move('PENDING_SHUTDOWN')
    this.#instance.stop()
    try {
      await this.#life
    } catch (error) {
      // Told already, by the event or by start.
      if (before !== 'ERROR') throw error
    } finally {
      this.#stopSignals()
      this.#move('NOT_RUNNING')
    }
  }

  #failed(failure: StreamError): void {
    const { logger } = this.#config
    this.#progressBar?.clear()
    if (this.#state === 'PENDING_SHUTDOWN') return
    this.#stopSignals()
    this.#move('ERROR')
    if (this.#listeners.error.size === 0 && this.#started) {
      logger.error(failure.message)
      process.exitCode = 1
    }
    this.#emit('error', failure)
  }

  #settled(settled: boolean): void {
    const state = settled ? 'RUNNING' : 'REBALANCING'
    if (this.#state !== state && mayMove(this.#state, state)) this.#move(state)
  }

  #restored(progress: RestoreProgress): void {
    this.#config.logger.info(describeProgress(progress))
    this.#progressBar?.show(progress)
    this.#emit('restore', progress)
  }

  #move(state: AppState): void {
    const previous = this.#state
    checkMove(previous, state)
    this.#state = state
    this.#config.logger.info(`${this.#config.application} is ${state}.`)
    this.#emit('state', { state, previous })
  }

  #emit<E extends keyof AppEvents>(event: E, value: AppEvents[E]): void {
    for (const listener of this.#listeners[event]) {
      try {
        listener(value)
      } catch (error) {
        this.#config.logger.error(`A listener of ${event} threw: ${error}`)
      }
    }
  }

  #queryableStores(spec: TopologySpec): Readonly<Record<string, QueryableStore<unknown, unknown>>> {
    const rows = Object.entries(spec.stores)
      .filter(([, store]) => store.queryable)
      .map(([name, store]) => {
        // The topology says what is kept: a keyValue store of a table keeps timestamps too.
        const kept = this.#topology.stores.find((one) => one.spec.name === name)?.spec ?? store
        return [store.property, queryable(kept, () => this.#openStores(name), this.#locator)] as const
      })
    return Object.fromEntries(rows)
  }

  #placement(store: string): Placement {
    const { placement } = this.#instance
    if (placement === undefined) throw this.#unavailable(store)
    return placement
  }

  #openStores(store: string): readonly StateStore[] {
    if (this.#state === 'RUNNING') return this.#instance.stores(store)
    throw this.#unavailable(store)
  }

  #unavailable(store: string): StreamError {
    return new StreamError('STORE_UNAVAILABLE', `The store ${store} cannot be asked while the app is ${this.#state}.`, {
      store,
      hint: this.#state === 'REBALANCING' ? 'Ask again when it is RUNNING.' : 'Start the app first.',
    })
  }
}

function checkCodegen(spec: TopologySpec): void {
  if (spec?.codegen === 1) return
  throw new StreamError('CODEGEN_VERSION', `The generated code is of version ${spec?.codegen}; this runtime links version 1.`, {
    hint: 'Run gen again with the @millrace/gen of the same version as millrace.',
  })
}
