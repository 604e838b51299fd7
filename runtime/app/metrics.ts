import { TaskMetrics } from '../tasks/metrics.js'
import type { Task } from '../tasks/task.js'
import type { TaskState } from '../tasks/task-state.js'
import type { AppState } from './app-state.js'
import type { InputBuffer } from './input-buffer.js'
import type { StandbyReport } from './standbys.js'

/** What an app has done since it started, in totals, and where it stands. */
export interface AppMetrics {
  readonly state: AppState
  /** Records processed. */
  readonly recordsIn: number
  /** Records sent: to topics of the user's, repartition topics and changelogs. */
  readonly recordsOut: number
  /** Records that a broker refused, dropped by the production handler. */
  readonly recordsRefused: number
  readonly recordsDropped: number
  /** `step: reason` to how many. */
  readonly droppedByReason: Readonly<Record<string, number>>
  /** Records read from changelogs. */
  readonly recordsRestored: number
  readonly commits: number
  readonly punctuations: number
  /** Share of the time that went into processing records, 0 to 1. */
  readonly processRatio: number
  readonly tasks: readonly TaskReport[]
  /** Records of changelogs that standbys have taken. */
  readonly recordsFollowed: number
  readonly standbys: readonly StandbyReport[]
}

export interface TaskReport {
  readonly id: string
  readonly state: TaskState
  readonly recordsIn: number
  readonly bufferedRecords: number
  readonly bufferedBytes: number
  /** Records of its inputs that are there and not yet processed; undefined as long as a partition was not read. */
  readonly lag: number | undefined
}

type Totals = Omit<AppMetrics, 'state' | 'recordsOut' | 'recordsRefused' | 'processRatio' | 'tasks' | 'recordsFollowed' | 'standbys'>

/** The counters of tasks; a task that leaves and comes back goes on counting. */
export class MetricTotals {
  readonly #all = new Map<string, TaskMetrics>()

  of(task: string): TaskMetrics {
    let metrics = this.#all.get(task)
    if (metrics === undefined) {
      metrics = new TaskMetrics()
      this.#all.set(task, metrics)
    }
    return metrics
  }

  totals(): Totals {
    const sum = (of: (metrics: TaskMetrics) => number) => [...this.#all.values()].reduce((total, metrics) => total + of(metrics), 0)
    const droppedByReason: Record<string, number> = {}
    for (const { droppedByReason: reasons } of this.#all.values()) {
      for (const [reason, count] of reasons) droppedByReason[reason] = (droppedByReason[reason] ?? 0) + count
    }
    return {
      recordsIn: sum(({ processed }) => processed),
      recordsDropped: sum(({ dropped }) => dropped),
      droppedByReason,
      recordsRestored: sum(({ restored }) => restored),
      commits: sum(({ commits }) => commits),
      punctuations: sum(({ punctuated }) => punctuated),
    }
  }
}

export function reportTask(task: Task, inputs: InputBuffer): TaskReport {
  const lags = task.inputPartitions.map((partition) => inputs.lag(partition, task.bufferedRecords(partition)))
  return {
    id: task.id,
    state: task.state,
    recordsIn: task.metrics.processed,
    bufferedRecords: task.bufferedRecords(),
    bufferedBytes: task.bufferedBytes(),
    lag: lags.some((lag) => lag === undefined) ? undefined : lags.reduce<number>((sum, lag) => sum + lag!, 0),
  }
}
