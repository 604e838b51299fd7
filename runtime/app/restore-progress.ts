import type { RestoredTo, RestoreListener } from '../changelog/restorer.js'
import type { Clock } from '../core/clock.js'

/** How far the restore of a store from its changelog is; once at its start, at most once a second, and once when it is done. */
export interface RestoreProgress {
  readonly task: string
  readonly store: string
  readonly topic: string
  readonly partition: number
  /** Offsets read since the start, and to be read in all; compaction leaves gaps, so records are fewer. */
  readonly done: number
  readonly total: number
  /** Offsets a second since the start. */
  readonly rate: number
  /** Milliseconds left at that rate; undefined until there is one. */
  readonly remainingMs: number | undefined
  readonly finished: boolean
}

const reportEveryMs = 1_000

interface Running {
  readonly end: number
  readonly from: number
  readonly startedAt: number
  reportedAt: number
}

/** Turns positions of changelogs into reports. */
export class RestoreReporter implements RestoreListener {
  readonly #clock: Clock
  readonly #report: (progress: RestoreProgress) => void
  readonly #running = new Map<string, Running>()

  constructor(clock: Clock, report: (progress: RestoreProgress) => void) {
    this.#clock = clock
    this.#report = report
  }

  started(store: RestoredTo & { readonly end: number }): void {
    const now = this.#clock.now()
    const running: Running = { from: store.position, end: store.end, startedAt: now, reportedAt: now }
    this.#running.set(keyOf(store), running)
    this.#report(progressOf(store, running, now))
  }

  moved(store: RestoredTo): void {
    const running = this.#running.get(keyOf(store))
    if (running === undefined) return
    const now = this.#clock.now()
    const finished = store.position >= running.end
    if (!finished && now - running.reportedAt < reportEveryMs) return
    running.reportedAt = now
    if (finished) this.#running.delete(keyOf(store))
    this.#report(progressOf(store, running, now))
  }
}

function keyOf({ task, store }: RestoredTo): string {
  return `${task} ${store}`
}

function progressOf(
  { task, store, topicPartition, position }: RestoredTo,
  { from, end, startedAt }: Running,
  now: number,
): RestoreProgress {
  const { topic, partition } = topicPartition
  const total = end - from
  const done = Math.min(total, position - from)
  const elapsedMs = now - startedAt
  const rate = elapsedMs === 0 ? 0 : Math.round((done * 1000) / elapsedMs)
  const remainingMs = done === 0 || elapsedMs === 0 ? undefined : Math.round(((total - done) * elapsedMs) / done)
  return { task, store, topic, partition, done, total, rate, remainingMs, finished: done >= total }
}

/** One line for the log: `Store counts (0_1): 350,000 of 1,000,000, 500,000/s, 1.3 s left`. */
export function describeProgress({ task, store, done, total, rate, remainingMs, finished }: RestoreProgress): string {
  const number = (value: number) => value.toLocaleString('en')
  const rest = finished ? 'done' : remainingMs === undefined ? 'starting' : `${(remainingMs / 1000).toFixed(1)} s left`
  return `Store ${store} (${task}): restored ${number(done)} of ${number(total)} offsets, ${number(rate)}/s, ${rest}`
}
