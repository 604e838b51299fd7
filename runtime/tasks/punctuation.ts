import { StreamError } from '../core/errors.js'
import type { Cancellable } from '../topology/processor.js'
import { PriorityQueue } from './priority-queue.js'

interface Schedule {
  /** When it is due next. */
  time: number
  readonly intervalMs: number
  readonly punctuate: (timeMs: number) => void
  cancelled: boolean
}

/**
 * Schedules of one kind of time. A schedule is due at its start and then every interval; after a gap it runs once, and is due next at the
 * next multiple of its interval from the start (Kafka Streams' `PunctuationQueue`).
 */
export class PunctuationQueue {
  readonly #schedules = new PriorityQueue<Schedule>(({ time }) => time)

  /** When the first is due; undefined if nothing is scheduled. */
  get nextTime(): number | undefined {
    for (;;) {
      const first = this.#schedules.peek()
      if (first === undefined) return undefined
      if (!first.cancelled) return first.time
      this.#schedules.poll()
    }
  }

  schedule(startMs: number, intervalMs: number, punctuate: (timeMs: number) => void): Cancellable {
    if (!(intervalMs >= 1)) throw new StreamError('INVALID_ARGUMENT', `A punctuation every ${intervalMs} ms: the least is 1 ms.`)
    const schedule: Schedule = { time: startMs, intervalMs, punctuate, cancelled: false }
    this.#schedules.add(schedule)
    return {
      cancel() {
        schedule.cancelled = true
      },
    }
  }

  /** Runs what is due at `nowMs`; returns whether anything was. */
  run(nowMs: number): boolean {
    let ran = false
    for (;;) {
      const first = this.#schedules.peek()
      if (first === undefined || first.time > nowMs) return ran
      this.#schedules.poll()
      if (first.cancelled) continue
      first.punctuate(nowMs)
      ran = true
      if (first.cancelled) continue
      first.time += first.intervalMs * (Math.floor((nowMs - first.time) / first.intervalMs) + 1)
      this.#schedules.add(first)
    }
  }

  clear(): void {
    this.#schedules.clear()
  }
}
