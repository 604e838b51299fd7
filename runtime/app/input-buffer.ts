import { partitionName } from '../changelog/topic-names.js'
import type { GroupConsumer, RecordBatch } from '../client/client.js'
import type { TopicPartition } from '../core/record.js'
import type { TaskManager } from './task-manager.js'

/** Bounds what is read and not yet processed: each partition has its share, and is paused while it holds more. */
export class InputBuffer {
  readonly #consumer: Pick<GroupConsumer, 'pause' | 'resume'>
  readonly #maxBytes: number
  #partitions: readonly TopicPartition[] = []
  readonly #paused = new Set<string>()
  /** Next offset read, and the end of the partition as last told. */
  readonly #read = new Map<string, { readonly next: number; readonly end: number | undefined }>()

  constructor(consumer: Pick<GroupConsumer, 'pause' | 'resume'>, maxBytes: number) {
    this.#consumer = consumer
    this.#maxBytes = maxBytes
  }

  assigned(partitions: readonly TopicPartition[]): void {
    this.#partitions = partitions
    this.#paused.clear()
    this.#read.clear()
  }

  received(batch: RecordBatch): void {
    const before = this.#read.get(partitionName(batch))
    this.#read.set(partitionName(batch), { next: batch.nextOffset, end: batch.highWatermark ?? before?.end })
  }

  /** Records of the partition that are there and not yet processed; undefined if it was not read yet, or the broker tells no end. */
  lag(partition: TopicPartition, bufferedRecords: number): number | undefined {
    const read = this.#read.get(partitionName(partition))
    return read?.end === undefined ? undefined : Math.max(0, read.end - read.next) + bufferedRecords
  }

  /** Pauses what is full, and resumes what is half empty again. */
  balance(manager: Pick<TaskManager, 'taskOf'>): void {
    const share = this.#maxBytes / Math.max(1, this.#partitions.length)
    for (const partition of this.#partitions) {
      const task = manager.taskOf(partition)
      if (task?.state !== 'running') continue
      const name = partitionName(partition)
      const bytes = task.bufferedBytes(partition)
      if (bytes > share && !this.#paused.has(name)) {
        this.#paused.add(name)
        this.#consumer.pause([partition])
      } else if (bytes <= share / 2 && this.#paused.delete(name)) {
        this.#consumer.resume([partition])
      }
    }
  }
}
