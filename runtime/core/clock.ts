/** The wall clock, in milliseconds since the epoch; passed in, so that tests turn it by hand. */
export interface Clock {
  now(): number
}

/** A clock that also rings: for what waits (a poll, a session, a transaction's timeout). */
export interface AlarmClock extends Clock {
  /** Calls `ring` once, when `ms` have passed; returns what takes it back. A `background` alarm keeps no process alive. */
  alarm(ms: number, ring: () => void, options?: { readonly background?: boolean }): () => void
}

export const systemClock: AlarmClock = {
  now: () => Date.now(),
  alarm(ms, ring, options) {
    const timer = setTimeout(ring, ms)
    if (options?.background) timer.unref()
    return () => clearTimeout(timer)
  },
}

/** A clock that stands until it is moved; alarms ring while it moves, in order of their time. */
export class ManualClock implements AlarmClock {
  #now: number
  readonly #alarms = new Set<{ readonly at: number; readonly ring: () => void }>()

  constructor(startMs = 0) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  alarm(ms: number, ring: () => void): () => void {
    const alarm = { at: this.#now + ms, ring }
    this.#alarms.add(alarm)
    return () => this.#alarms.delete(alarm)
  }

  advance(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#alarms.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.ring()
    }
    this.#now = end
  }

  /** The first alarm until `end`; of the same time, the one set first. */
  #next(end: number) {
    let first: { readonly at: number; readonly ring: () => void } | undefined
    for (const alarm of this.#alarms) {
      if (alarm.at <= end && (first === undefined || alarm.at < first.at)) first = alarm
    }
    return first
  }
}
