import type { Acknowledged, CommittedOffset, FlushResult } from '../client/client.js'
import { after, type MaybePromise, run, type Steps, wait, waitForAll } from '../core/maybe-promise.js'
import type { Task } from './task.js'

/**
 * The one place that knows the order of a commit. Synchronous if all its doors are (the test driver), else a promise (the app).
 * From `commit` until it has ended, none of `tasks` may process.
 */
export interface CommitStrategy {
  /** Commits what the tasks have done; those that have nothing to commit are passed over. */
  commit(tasks: readonly Task[]): MaybePromise<void>
}

/** What runs around every commit: async work is drained and two-phase sinks prepare before, and act after it. */
export interface CommitHook {
  beforeCommit?(tasks: readonly Task[]): MaybePromise<void>
  afterCommit?(tasks: readonly Task[]): MaybePromise<void>
}

interface ProducerDoors {
  /** Waits for all acknowledgements. Records that the broker refused are decided on in there. */
  flush(): MaybePromise<FlushResult>
  /** Looks up a topic that was routed to by record. Throws TOPIC_MISSING. */
  partitionsOf(topic: string): MaybePromise<number>
}

/** The producer that all tasks share, and the consumer group. */
export interface AtLeastOnceDoors extends ProducerDoors {
  commitOffsets(offsets: readonly CommittedOffset[]): MaybePromise<void>
}

/**
 * Outputs and changelogs are acknowledged → state, changelog positions and input positions in one transaction of the store → the group's
 * offsets. A crash on the way repeats outputs, never state: the state's own input positions tell where it stands.
 */
export function atLeastOnce(doors: AtLeastOnceDoors, hooks: readonly CommitHook[] = []): CommitStrategy {
  return strategy(hooks, (tasks) =>
    after(flushAll(tasks, doors), (acknowledged) => {
      for (const task of tasks) task.commitState(acknowledged)
      const offsets = tasks.flatMap((task) => task.consumedOffsets())
      return after(offsets.length > 0 ? doors.commitOffsets(offsets) : undefined, () => {
        for (const task of tasks) task.committed()
      })
    }),
  )
}

/** The transactional producer of one task. */
export interface ExactlyOnceDoors extends ProducerDoors {
  sendOffsets(offsets: readonly CommittedOffset[]): MaybePromise<void>
  /** Commits the transaction, and begins the next. */
  commitTransaction(): MaybePromise<void>
}

/**
 * Within the Kafka transaction outputs, changelogs and offsets → commit it → the state. A crash between the last two replays the
 * committed tail of the changelog.
 */
export function exactlyOnce(doorsOf: (task: Task) => ExactlyOnceDoors, hooks: readonly CommitHook[] = []): CommitStrategy {
  return strategy(hooks, (tasks) => run(waitForAll(tasks.map((task) => () => commitTransaction(task, doorsOf(task))))))
}

function commitTransaction(task: Task, doors: ExactlyOnceDoors): MaybePromise<void> {
  return after(flushAll([task], doors), (acknowledged) => {
    const offsets = task.consumedOffsets()
    return after(offsets.length > 0 ? doors.sendOffsets(offsets) : undefined, () =>
      after(doors.commitTransaction(), () => {
        task.commitState(acknowledged)
        task.committed()
      }),
    )
  })
}

function strategy(hooks: readonly CommitHook[], commit: (tasks: readonly Task[]) => MaybePromise<void>): CommitStrategy {
  return {
    commit(all) {
      const tasks = all.filter((task) => task.hasUncommitted)
      if (tasks.length === 0) return
      return hooks.length === 0 ? commit(tasks) : run(withHooks(hooks, tasks, () => commit(tasks)))
    },
  }
}

function* withHooks(hooks: readonly CommitHook[], tasks: readonly Task[], commit: () => MaybePromise<void>): Steps<void> {
  for (const hook of hooks) yield* wait(hook.beforeCommit?.(tasks))
  yield* wait(commit())
  for (const hook of hooks) yield* wait(hook.afterCommit?.(tasks))
}

function flushAll(tasks: readonly Task[], doors: ProducerDoors): MaybePromise<readonly Acknowledged[]> {
  for (const task of tasks) task.prepareCommit()
  const known = tasks.every((task) => task.collector.unknownTopics.length === 0)
  return after(known ? undefined : run(lookUpTopics(tasks, doors)), () => after(doors.flush(), ({ acknowledged }) => acknowledged))
}

function* lookUpTopics(tasks: readonly Task[], doors: ProducerDoors): Steps<void> {
  for (const { collector } of tasks) {
    for (const topic of collector.unknownTopics) collector.topicKnown(topic, yield* wait(doors.partitionsOf(topic)))
  }
}
