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
  readonly task: string
  readonly store: string
  readonly topic: string
  readonly partition: number
  readonly from: number
  readonly to: number
  readonly startedAt: number
  reportedAt: number
}

/** Turns positions of changelogs into reports. */
export class RestoreReporter {
  readonly #clock: Clock
  readonly #report: (progress: RestoreProgress) => void
  readonly #running = new Map<string, Running>()

  constructor(clock: Clock, report: (progress: RestoreProgress) => void) {
    this.#clock = clock
    this.#report = report
  }

  started(changelog: Pick<Running, 'task' | 'store' | 'topic' | 'partition' | 'from' | 'to'>): void {
    const now = this.#clock.now()
    const running: Running = { ...changelog, startedAt: now, reportedAt: now }
    this.#running.set(keyOf(changelog), running)
    this.#report(progressOf(running, changelog.from, now))
  }

  /** The next offset to read; at the end the last report is made. */
  moved(changelog: { readonly task: string; readonly store: string }, position: number): void {
    const running = this.#running.get(keyOf(changelog))
    if (running === undefined) return
    const now = this.#clock.now()
    if (position < running.to && now - running.reportedAt < reportEveryMs) return
    running.reportedAt = now
    if (position >= running.to) this.#running.delete(keyOf(changelog))
    this.#report(progressOf(running, position, now))
  }

  /** The task is gone: its restores end without a report. */
  abandoned(task: string): void {
    for (const [key, running] of this.#running) if (running.task === task) this.#running.delete(key)
  }
}

function keyOf({ task, store }: { readonly task: string; readonly store: string }): string {
  return `${task} ${store}`
}

function progressOf({ task, store, topic, partition, from, to, startedAt }: Running, position: number, now: number): RestoreProgress {
  const total = to - from
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
