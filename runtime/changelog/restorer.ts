import type { CommittedOffset, RecordBatch } from '../client/client.js'
import { StreamError } from '../core/errors.js'
import { type MaybePromise, run, type Steps, wait } from '../core/maybe-promise.js'
import type { TopicPartition } from '../core/record.js'
import { partitionName } from './topic-names.js'

/** A task, as far as it is restored. */
export interface RestoreTarget {
  readonly id: string
  readonly changelogs: readonly RestoreChangelog[]
  restore(batch: RecordBatch): void
}

/** `end` is exclusive; undefined: the end of the partition at start. */
export interface RestoreChangelog {
  readonly store: string
  readonly topicPartition: TopicPartition
  readonly position: number
  readonly end: number | undefined
}

/** How changelogs are read: a client's `PartitionReader` and `Admin`, or the like that answers at once. */
export interface ChangelogSource {
  beginningOffsets(partitions: readonly TopicPartition[]): MaybePromise<readonly CommittedOffset[]>
  endOffsets(partitions: readonly TopicPartition[]): MaybePromise<readonly CommittedOffset[]>
  assign(partitions: ReadonlyMap<TopicPartition, number>): MaybePromise<void>
  poll(maxWaitMs: number): MaybePromise<readonly RecordBatch[]>
}

/** What is told of each changelog: where it starts and is to end, and how far it has come. */
export interface RestoreListener {
  started?(progress: RestoredTo & { readonly end: number }): void
  moved?(progress: RestoredTo): void
}

export interface RestoredTo {
  readonly task: string
  readonly store: string
  readonly topicPartition: TopicPartition
  readonly position: number
}

interface Running {
  readonly target: RestoreTarget
  /** By `partitionName`. */
  readonly open: Map<string, Open>
}

interface Open {
  readonly topicPartition: TopicPartition
  readonly stores: readonly string[]
  position: number
  readonly end: number
}

/**
 * Reads the changelogs of tasks up to their ends at the time they were added. Done is what has reached its end: compaction, control records
 * and aborted transactions leave gaps, so records are not counted.
 */
export class Restorer {
  readonly #source: ChangelogSource
  readonly #listener: RestoreListener
  readonly #running = new Set<Running>()

  constructor(source: ChangelogSource, listener: RestoreListener = {}) {
    this.#source = source
    this.#listener = listener
  }

  /** Is anything left to restore? */
  get isActive(): boolean {
    return this.#running.size > 0
  }

  /**
   * Takes tasks in; returns those that have nothing to restore. Throws STATE_CORRUPTED for a state that is ahead of its changelog: the topic was
   * made anew.
   */
  add(targets: readonly RestoreTarget[]): MaybePromise<readonly RestoreTarget[]> {
    return run(this.#add(targets))
  }

  /** Takes out a task that was closed. */
  remove(target: RestoreTarget): MaybePromise<void> {
    for (const running of this.#running) if (running.target === target) this.#running.delete(running)
    return run(this.#assign())
  }

  /** Restores what comes within `maxWaitMs`; returns the tasks that are done by that. */
  poll(maxWaitMs: number): MaybePromise<readonly RestoreTarget[]> {
    return run(this.#poll(maxWaitMs))
  }

  *#add(targets: readonly RestoreTarget[]): Steps<readonly RestoreTarget[]> {
    const partitions = distinct(targets.flatMap((target) => target.changelogs.map(({ topicPartition }) => topicPartition)))
    if (partitions.length === 0) return targets
    const beginnings = byName(yield* wait(this.#source.beginningOffsets(partitions)))
    const ends = byName(yield* wait(this.#source.endOffsets(partitions)))
    const done: RestoreTarget[] = []
    for (const target of targets) {
      const running = { target, open: openChangelogs(target, beginnings, ends) }
      this.#report('started', running, running.open.values())
      if (running.open.size === 0) done.push(target)
      else this.#running.add(running)
    }
    yield* this.#assign()
    return done
  }

  *#poll(maxWaitMs: number): Steps<readonly RestoreTarget[]> {
    const batches = yield* wait(this.#source.poll(maxWaitMs))
    const done: RestoreTarget[] = []
    for (const batch of batches) {
      for (const running of this.#running) {
        const open = running.open.get(partitionName(batch))
        if (open === undefined) continue
        running.target.restore(batch)
        open.position = batch.nextOffset
        this.#report('moved', running, [open])
        if (open.position >= open.end) running.open.delete(partitionName(batch))
        if (running.open.size > 0) continue
        this.#running.delete(running)
        done.push(running.target)
      }
    }
    if (done.length > 0) yield* this.#assign()
    return done
  }

  #assign(): Steps<void> {
    const partitions = new Map<TopicPartition, number>()
    for (const { open } of this.#running) for (const { topicPartition, position } of open.values()) partitions.set(topicPartition, position)
    return wait(this.#source.assign(partitions))
  }

  #report(event: 'started' | 'moved', { target }: Running, changelogs: Iterable<Open>): void {
    for (const { topicPartition, stores, position, end } of changelogs) {
      for (const store of stores) this.#listener[event]?.({ task: target.id, store, topicPartition, position, end })
    }
  }
}

function openChangelogs(
  target: RestoreTarget,
  beginnings: ReadonlyMap<string, number>,
  ends: ReadonlyMap<string, number>,
): Map<string, Open> {
  const open = new Map<string, Open>()
  for (const { store, topicPartition, position, end } of target.changelogs) {
    const name = partitionName(topicPartition)
    const partitionEnd = ends.get(name) ?? 0
    if (end === undefined && position > partitionEnd) {
      throw new StreamError(
        'STATE_CORRUPTED',
        `The state of store ${store} has come to offset ${position} of ${name}, which ends at ${partitionEnd}.`,
        {
          task: target.id,
          store,
          ...topicPartition,
          hint: 'The changelog was deleted and made anew; the state is dropped and restored from it.',
        },
      )
    }
    const from = Math.max(position, beginnings.get(name) ?? 0)
    const to = Math.min(end ?? partitionEnd, partitionEnd)
    const same = open.get(name)
    const stores = [...(same?.stores ?? []), store]
    if (from < to)
      open.set(name, { topicPartition, stores, position: Math.min(from, same?.position ?? from), end: Math.max(to, same?.end ?? to) })
  }
  return open
}

function distinct(partitions: readonly TopicPartition[]): readonly TopicPartition[] {
  return [...new Map(partitions.map((partition) => [partitionName(partition), partition])).values()]
}

function byName(offsets: readonly CommittedOffset[]): ReadonlyMap<string, number> {
  return new Map(offsets.map((offset) => [partitionName(offset), offset.offset]))
}
