import type { StreamError } from '../../core/errors.js'
import type { TopicPartition } from '../../core/record.js'
import type { IsolationLevel, RecordBatch } from '../client.js'
import { isTransient, toFailure, typeOf } from './failures.js'
import { FetchedRecords } from './fetched.js'
import type { Network } from './network.js'
import { listOffsets } from './offsets.js'
import { ProtocolError } from './wire/errors.js'
import { type FetchedPartition, fetchRequest } from './wire/fetch.js'

export interface FetcherOptions {
  readonly isolation: IsolationLevel
  /** Where to go on when the broker does not have the offset (any more); what it throws is told to whoever takes. */
  readonly reset: (at: TopicPartition, offset: number) => 'earliest' | 'latest'
  /** About how much `take` hands out at once. Default 256 KiB. */
  readonly maxTakeBytes?: number
  /** Something can be taken, or has failed. */
  readonly onReady: () => void
}

const maxPartitionBytes = 1024 * 1024
const maxBytes = 16 * 1024 * 1024
/** Records that wait for long are copied around by the garbage collector: a tenth of a job's CPU, and twice its memory, with 1 MiB. */
const defaultTakeBytes = 256 * 1024
const firstPauseMs = 50
const longestPauseMs = 1_000

/** One partition that is read. */
interface Reading extends TopicPartition {
  /** Offset of the next record to hand out; undefined until somebody says. */
  position: number | undefined
  paused: boolean
  /** Raised by every seek: what was asked for before is thrown away. */
  turn: number
  fetched: FetchedRecords | undefined
  /** It was reset: who takes is told where it goes on, even if nothing is there. */
  reset: boolean
  /** It had nothing new, and is not asked for again while others have something ready. */
  quiet: boolean
  failures: number
  /** Not asked for before, after a failure. */
  notBefore: number
  /** What has failed for good, until it is sought elsewhere. */
  failure: StreamError | undefined
}

/**
 * Reads partitions from their leaders ahead of who takes the records: one request to a broker at a time, for all partitions of which
 * nothing lies ready. Group consumer and reader share it.
 */
export class Fetcher {
  readonly #network: Network
  readonly #options: FetcherOptions
  readonly #readings = new Map<string, Map<number, Reading>>()
  /** All of them; those that gave something last are at the end. */
  #inTurn: Reading[] = []
  readonly #asked = new Set<string>()
  #learning = false
  #timer: NodeJS.Timeout | undefined

  constructor(network: Network, options: FetcherOptions) {
    this.#network = network
    this.#options = options
  }

  /** Reads exactly these partitions; those that were read already go on, the others wait for a `seek`. */
  assign(partitions: readonly TopicPartition[]): void {
    this.#inTurn = partitions.map(({ topic, partition }) => this.#find(topic, partition) ?? unread(topic, partition))
    this.#readings.clear()
    for (const reading of this.#inTurn) {
      const ofTopic = this.#readings.get(reading.topic)
      if (ofTopic === undefined) this.#readings.set(reading.topic, new Map([[reading.partition, reading]]))
      else ofTopic.set(reading.partition, reading)
    }
  }

  /** Those that nobody has said the position of. */
  withoutPosition(): TopicPartition[] {
    return this.#inTurn.filter(({ position }) => position === undefined)
  }

  /** Reads from `offset` on, and drops what was fetched before. Of partitions not assigned, nothing. */
  seek({ topic, partition }: TopicPartition, offset: number): void {
    const reading = this.#find(topic, partition)
    if (reading === undefined) return
    Object.assign(reading, unread(topic, partition), { position: offset, paused: reading.paused, turn: reading.turn + 1 })
    this.start()
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const reading = this.#find(topic, partition)
      if (reading !== undefined) reading.paused = true
    }
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const reading = this.#find(topic, partition)
      if (reading === undefined) continue
      reading.paused = false
      if (reading.fetched !== undefined) this.#options.onReady()
    }
    this.start()
  }

  /**
   * What lies ready, of partitions in turn, and nothing that is paused. Throws what has failed for good, for as long as that partition is
   * assigned and not sought.
   */
  take(): RecordBatch[] {
    for (const { failure } of this.#inTurn) if (failure !== undefined) throw failure
    const batches: RecordBatch[] = []
    const served = new Set<Reading>()
    let room = this.#options.maxTakeBytes ?? defaultTakeBytes
    for (const reading of this.#inTurn) {
      const { topic, partition, fetched, position, paused } = reading
      reading.quiet = false
      if (reading.reset && position !== undefined && !paused) {
        reading.reset = false
        batches.push({ topic, partition, records: [], nextOffset: position, highWatermark: undefined })
      }
      if (fetched === undefined || position === undefined || paused || room <= 0) continue
      const { records, nextOffset, bytes } = fetched.take(position, room)
      room -= bytes
      served.add(reading)
      if (fetched.empty) reading.fetched = undefined
      reading.position = nextOffset
      if (nextOffset > position) batches.push({ topic, partition, records, nextOffset, highWatermark: fetched.end })
    }
    if (served.size > 0) this.#inTurn = [...this.#inTurn.filter((reading) => !served.has(reading)), ...served]
    this.start()
    return batches
  }

  /** Asks the brokers for what is missing, now that positions, pauses or partitions have changed. */
  start(): void {
    if (this.#network.closed) return
    const now = performance.now()
    const ready = this.#inTurn.some(({ fetched, paused }) => fetched !== undefined && !paused)
    const missing = this.#inTurn.filter((reading) => isMissing(reading) && !(ready && reading.quiet))
    const due = missing.filter(({ notBefore }) => notBefore <= now)
    if (due.length < missing.length) this.#startLater()

    const byBroker = new Map<string, Reading[]>()
    const leaderless: Reading[] = []
    for (const reading of due) {
      const address = this.#network.leader(reading.topic, reading.partition)
      if (address === undefined) leaderless.push(reading)
      else if (!this.#asked.has(address)) byBroker.set(address, [...(byBroker.get(address) ?? []), reading])
    }
    if (leaderless.length > 0 && !this.#learning) this.#learn(leaderless)
    for (const [address, readings] of byBroker) this.#fetch(address, readings, ready)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#readings.clear()
    this.#inTurn = []
  }

  /**
   * How long a broker waits for records before it answers with none, milliseconds. Requests queue up behind one that waits, so it does not
   * while other partitions have records ready, and hardly while some are paused, as both may be asked for at any moment.
   */
  #waitMs(ready: boolean): number {
    if (ready) return 0
    return this.#inTurn.some(({ paused }) => paused) ? 20 : 250
  }

  async #fetch(address: string, readings: readonly Reading[], ready: boolean): Promise<void> {
    this.#asked.add(address)
    const turns = new Map(readings.map((reading) => [reading, reading.turn]))
    try {
      const positions = readings.map(({ topic, partition, position }) => ({ topic, partition, offset: position! }))
      const options = { isolation: this.#options.isolation, maxWaitMs: this.#waitMs(ready), maxBytes, maxPartitionBytes }
      const answers = await (await this.#network.at(address)).send(fetchRequest(positions, options))
      for (const answer of answers) {
        const reading = this.#find(answer.topic, answer.partition)
        // Sought elsewhere, or given up, while the request was under way?
        if (reading !== undefined && reading.turn === turns.get(reading)) await this.#receive(reading, answer)
      }
    } catch (error) {
      for (const reading of readings) this.#fail(reading, error)
    } finally {
      this.#asked.delete(address)
      this.start()
    }
  }

  async #receive(reading: Reading, answer: FetchedPartition): Promise<void> {
    const { turn } = reading
    try {
      if (answer.error !== 0) throw new ProtocolError(answer.error)
      reading.failures = 0
      reading.quiet = answer.records.length === 0
      if (reading.quiet) return
      const fetched = await FetchedRecords.of(answer, this.#options.isolation)
      if (reading.turn !== turn || fetched.empty) return
      reading.fetched = fetched
      this.#options.onReady()
    } catch (error) {
      if (typeOf(error) === 'OFFSET_OUT_OF_RANGE') await this.#reset(reading).catch((failure) => this.#fail(reading, failure))
      else this.#fail(reading, error)
    }
  }

  /** After a failure that passes, the partition is asked for again a little later; another one is told to whoever takes. */
  #fail(reading: Reading, error: unknown): void {
    const { topic, partition } = reading
    if (this.#network.closed || this.#find(topic, partition) !== reading) return
    if (!isTransient(error)) {
      reading.failure = toFailure(error, `read ${topic} [${partition}]`, { topic, partition })
      this.#options.onReady()
      return
    }
    if (reading.failures === 0) {
      this.#network.settings.logger.warn(`could not read ${topic} [${partition}], trying again: ${(error as Error).message}`)
    }
    reading.notBefore = performance.now() + Math.min(firstPauseMs * 2 ** reading.failures, longestPauseMs)
    reading.failures += 1
    this.#network.forgetLeaders(topic)
  }

  async #reset(reading: Reading): Promise<void> {
    const { topic, partition, position, turn } = reading
    const which = this.#options.reset(reading, position!)
    this.#network.settings.logger.warn(`${topic} [${partition}] does not have offset ${position} any more: going on at the ${which}`)
    const [start] = await listOffsets(this.#network, [{ topic, partition }], which, this.#options.isolation)
    if (reading.turn !== turn || start === undefined) return
    this.seek(reading, start.offset)
    reading.reset = true
    this.#options.onReady()
  }

  async #learn(readings: readonly Reading[]): Promise<void> {
    this.#learning = true
    try {
      const faults = await this.#network.learn(readings.map(({ topic }) => topic))
      for (const reading of readings) {
        const leader = this.#network.leader(reading.topic, reading.partition)
        if (leader === undefined) this.#fail(reading, faults.get(reading.topic) ?? new ProtocolError(5)) // LEADER_NOT_AVAILABLE
      }
    } catch (error) {
      for (const reading of readings) this.#fail(reading, error)
    } finally {
      this.#learning = false
      this.start()
    }
  }

  #startLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.start()
    }, firstPauseMs)
  }

  #find(topic: string, partition: number): Reading | undefined {
    return this.#readings.get(topic)?.get(partition)
  }
}

function unread(topic: string, partition: number): Reading {
  return {
    topic,
    partition,
    position: undefined,
    paused: false,
    turn: 0,
    fetched: undefined,
    reset: false,
    quiet: false,
    failures: 0,
    notBefore: 0,
    failure: undefined,
  }
}

function isMissing({ position, paused, fetched, failure }: Reading): boolean {
  return position !== undefined && !paused && fetched === undefined && failure === undefined
}
