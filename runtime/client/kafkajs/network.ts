import { setTimeout as sleep } from 'node:timers/promises'
import { StreamError } from '../../core/errors.js'
import { isConnectionFailure, isTransient, toFailure, typeOf } from './failures.js'
import { Node } from './node.js'
import type { Settings } from './settings.js'
import { ProtocolError } from './wire/errors.js'
import { type ClusterMetadata, metadataRequest } from './wire/metadata.js'

type CoordinatorType = 'group' | 'transaction'

const firstPauseMs = 20
const longestPauseMs = 1_000

/** How long a topic that was just made may be unknown to a broker. */
export const newTopicMs = 5_000

/** The brokers of a cluster as one component sees them: connections as they are needed, leaders and coordinators as they were last told. */
export class Network {
  readonly settings: Settings
  readonly #nodes = new Map<string, Promise<Node>>()
  readonly #addresses = new Map<number, string>()
  readonly #leaders = new Map<string, readonly number[]>()
  readonly #coordinators = new Map<string, string>()
  #reached = false
  #closed = false

  constructor(settings: Settings) {
    this.settings = settings
  }

  get closed(): boolean {
    return this.#closed
  }

  /**
   * Runs `work` until it gives something, again after connections that broke and errors that pass, for as long as the settings say.
   * What it throws is a StreamError. A topic that does not exist is waited for only as long as a new one may take to be known everywhere.
   */
  async retry<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        return await work()
      } catch (error) {
        const elapsed = performance.now() - start
        if (this.#closed) throw closedError(doing)
        if (!isTransient(error)) throw toFailure(error, doing)
        this.#forget(error)
        if (elapsed > this.patienceMs(error)) throw this.exhausted(error, doing, elapsed)
        if (pauseMs === longestPauseMs) this.settings.logger.warn(`could not ${doing}, trying again: ${(error as Error).message}`)
        await sleep(pauseMs)
      }
    }
  }

  /** For how long to try again after this error. */
  patienceMs(error: unknown): number {
    if (typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return newTopicMs
    return this.#reached ? this.settings.retryTimeoutMs : this.settings.startTimeoutMs
  }

  /** What to throw after that. */
  exhausted(error: unknown, doing: string, elapsedMs: number): StreamError {
    if (!isConnectionFailure(error)) return toFailure(error, doing)
    const tried = [...new Set([...this.settings.brokers, ...this.#addresses.values()])].join(', ')
    return new StreamError('BROKER_UNREACHABLE', `could not ${doing}: no broker answered at ${tried} for ${Math.round(elapsedMs)} ms`, {
      cause: error,
      hint: 'Check that Kafka runs, that the addresses are right, also those that it advertises, and that TLS is on at both ends or at neither.',
    })
  }

  /** What a failure says to be stale. */
  #forget(error: unknown): void {
    const type = typeOf(error) ?? ''
    const broken = isConnectionFailure(error)
    if (broken || type.includes('COORDINATOR')) this.#coordinators.clear()
    if (broken || type.includes('LEADER') || type === 'UNKNOWN_TOPIC_OR_PARTITION') this.#leaders.clear()
  }

  /** A connection to any broker: one that is open, else to those learnt about, else to those of the settings. */
  async any(): Promise<Node> {
    for (const opening of this.#nodes.values()) {
      const node = await opening.catch(() => undefined)
      if (node !== undefined && !node.closed) return node
    }
    let failure: unknown
    for (const address of new Set([...this.#addresses.values(), ...this.settings.brokers])) {
      try {
        return await this.at(address)
      } catch (error) {
        if (!isConnectionFailure(error)) throw error
        failure = error
      }
    }
    throw failure
  }

  async at(address: string): Promise<Node> {
    if (this.#closed) throw closedError(`connect to ${address}`)
    const known = this.#nodes.get(address)
    if (known !== undefined) {
      const node = await known.catch(() => undefined)
      if (node !== undefined && !node.closed) return node
      if (this.#nodes.get(address) === known) this.#nodes.delete(address)
      return this.at(address)
    }
    const opening = Node.connect(address, this.settings)
    this.#nodes.set(address, opening)
    const node = await opening
    this.#reached = true
    if (this.#closed) node.close()
    return node
  }

  async metadata(topics: readonly string[] | null): Promise<ClusterMetadata> {
    const metadata = await (await this.any()).send(metadataRequest(topics))
    if (metadata.brokers.length > 0) this.#addresses.clear()
    for (const { id, address } of metadata.brokers) this.#addresses.set(id, address)
    for (const { name, error, leaders } of metadata.topics) if (error === 0) this.#leaders.set(name, leaders)
    return metadata
  }

  async controller(): Promise<Node> {
    const { controller, brokers } = await this.metadata([])
    const address = brokers.find(({ id }) => id === controller)?.address
    return address === undefined ? this.any() : this.at(address)
  }

  /** Learns the leaders of topics that are not known yet; those that do not exist, or have another fault, come back with their error. */
  async learn(topics: Iterable<string>): Promise<ReadonlyMap<string, Error>> {
    const unknown = [...new Set(topics)].filter((topic) => !this.#leaders.has(topic))
    const faults = new Map<string, Error>()
    if (unknown.length === 0) return faults
    const { topics: answers } = await this.metadata(unknown)
    for (const { name, error } of answers) if (error !== 0) faults.set(name, new ProtocolError(error))
    return faults
  }

  /** Number of partitions, of a topic that was learnt about. */
  partitions(topic: string): number | undefined {
    return this.#leaders.get(topic)?.length
  }

  /** Address of a partition's leader, of a topic that was learnt about; undefined where nobody leads at the moment. */
  leader(topic: string, partition: number): string | undefined {
    const id = this.#leaders.get(topic)?.[partition]
    return id === undefined ? undefined : this.#addresses.get(id)
  }

  /** Learns of a topic anew next time. */
  forgetLeaders(topic: string): void {
    this.#leaders.delete(topic)
  }

  async coordinator(type: CoordinatorType, key: string): Promise<Node> {
    const name = `${type} ${key}`
    const known = this.#coordinators.get(name)
    if (known !== undefined) return this.at(known)
    const coordinatorType = type === 'group' ? 0 : 1
    const { coordinator } = await (await this.any()).use((broker) => broker.findGroupCoordinator({ groupId: key, coordinatorType }))
    const address = `${coordinator.host}:${coordinator.port}`
    this.#coordinators.set(name, address)
    return this.at(address)
  }

  /** Looks for the coordinator anew next time. */
  forgetCoordinator(type: CoordinatorType, key: string): void {
    this.#coordinators.delete(`${type} ${key}`)
  }

  /** At once; what is under way fails. */
  close(): void {
    this.#closed = true
    for (const opening of this.#nodes.values()) {
      opening.then(
        (node) => node.close(),
        () => {},
      )
    }
  }
}

function closedError(doing: string): StreamError {
  return new StreamError('INVALID_STATE', `could not ${doing}: it is closed`)
}
