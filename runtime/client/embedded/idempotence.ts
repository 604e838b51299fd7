import { StreamError } from '../../core/errors.js'
import type { PartitionLog } from './partition-log.js'
import type { ProducerIdentity } from './transactions.js'

interface Written {
  readonly sequence: number
  readonly firstOffset: number
}

interface Sequences {
  readonly epoch: number
  next: number
  /** The last few requests, as many as a producer may have in flight. */
  readonly recent: Written[]
}

const remembered = 5

/** So many producers are known in a partition; then those that came first are forgotten (Kafka forgets them by time). */
const maxProducers = 1_000

/** Takes each request of an idempotent producer once, and in order (KIP-98): records are numbered per producer and partition. */
export class Idempotence {
  readonly #byLog = new WeakMap<PartitionLog, Map<number, Sequences>>()

  /** The first offset of a request taken already; undefined if it is new. */
  repeated(log: PartitionLog, { producerId, epoch }: ProducerIdentity, sequence: number): number | undefined {
    const known = this.#byLog.get(log)?.get(producerId)
    if (known === undefined || known.epoch !== epoch || sequence === known.next) return undefined
    const written = known.recent.find((each) => each.sequence === sequence)
    if (written !== undefined) return written.firstOffset
    throw new StreamError('PRODUCTION', `Record ${sequence} of a producer came to ${log.topic}-${log.partition} out of order.`, {
      topic: log.topic,
      partition: log.partition,
    })
  }

  /** Takes in a request that was appended. */
  appended(log: PartitionLog, { producerId, epoch }: ProducerIdentity, sequence: number, count: number, firstOffset: number): void {
    const producers = this.#byLog.get(log) ?? new Map<number, Sequences>()
    this.#byLog.set(log, producers)
    let sequences = producers.get(producerId)
    if (sequences?.epoch !== epoch) {
      sequences = { epoch, next: 0, recent: [] }
      producers.set(producerId, sequences)
      if (producers.size > maxProducers) producers.delete(producers.keys().next().value!)
    }
    sequences.next = sequence + count
    sequences.recent.push({ sequence, firstOffset })
    if (sequences.recent.length > remembered) sequences.recent.shift()
  }
}
