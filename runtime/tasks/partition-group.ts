import { partitionName } from '../changelog/topic-names.js'
import type { RecordBatch } from '../client/client.js'
import type { Clock } from '../core/clock.js'
import { StreamError } from '../core/errors.js'
import type { TopicPartition } from '../core/record.js'
import { PriorityQueue } from './priority-queue.js'
import type { RecordQueue } from './record-queue.js'

/**
 * The input partitions of a task: gives out the record with the lowest timestamp among their heads, and knows stream time, the highest
 * timestamp given out so far (Kafka Streams' `PartitionGroup`). Of equal timestamps, `java.util.PriorityQueue` decides.
 */
export class PartitionGroup {
  readonly #queues = new Map<string, RecordQueue>()
  readonly #ready = new PriorityQueue<RecordQueue>((queue) => queue.headTimestamp)
  readonly #maxIdleMs: number
  readonly #idleUntil = new Map<RecordQueue, number>()
  /** -1 before the first record. */
  streamTime = -1

  constructor(queues: readonly RecordQueue[], maxIdleMs: number) {
    for (const queue of queues) this.#queues.set(queue.name, queue)
    this.#maxIdleMs = maxIdleMs
  }

  get queues(): Iterable<RecordQueue> {
    return this.#queues.values()
  }

  /** Is a record waiting? */
  get hasRecords(): boolean {
    return this.#ready.size > 0
  }

  queue(partition: TopicPartition): RecordQueue {
    const queue = this.#queues.get(partitionName(partition))
    if (queue === undefined) {
      throw new StreamError('INVALID_ARGUMENT', `${partitionName(partition)} is not an input of this task.`, { ...partition })
    }
    return queue
  }

  add(batch: RecordBatch): void {
    const queue = this.queue(batch)
    const wasEmpty = queue.isEmpty
    queue.add(batch)
    if (wasEmpty && !queue.isEmpty) this.#ready.add(queue)
  }

  /** The queue whose turn it is, for one `take`; to be put back then. */
  poll(): RecordQueue | undefined {
    return this.#ready.poll()
  }

  putBack(queue: RecordQueue): void {
    if (!queue.isEmpty) this.#ready.add(queue)
  }

  /**
   * May a record be processed, though some partitions are empty? With `maxIdleMs` 0 or more it waits until the broker has told that there
   * is nothing more in those, and then so long for what may come (KIP-695); -1 never waits.
   */
  isReady(clock: Clock): boolean {
    if (this.#ready.size === 0) return false
    if (this.#maxIdleMs < 0 || this.#ready.size === this.#queues.size) return true
    const nowMs = clock.now()
    let ready = true
    for (const queue of this.#queues.values()) {
      if (!queue.isEmpty || queue.lag !== 0) {
        this.#idleUntil.delete(queue)
        if (queue.isEmpty) ready = false
        continue
      }
      const until = this.#idleUntil.get(queue) ?? nowMs + this.#maxIdleMs
      this.#idleUntil.set(queue, until)
      if (nowMs < until) ready = false
    }
    return ready
  }

  /** Goes on from what was committed. */
  restoreTime(queue: RecordQueue, partitionTime: number): void {
    queue.partitionTime = partitionTime
    if (partitionTime > this.streamTime) this.streamTime = partitionTime
  }

  clear(): void {
    for (const queue of this.#queues.values()) queue.clear()
    this.#ready.clear()
    this.#idleUntil.clear()
    this.streamTime = -1
  }
}
