/** Counters of one task, as totals since it was made. */
export class TaskMetrics {
  /** Records taken from the queues and run through the topology. */
  processed = 0
  /** Kafka Streams: `dropped-records-total`. */
  dropped = 0
  punctuated = 0
  commits = 0
  /** Records restored from changelogs. */
  restored = 0
  readonly #reasons = new Map<string, number>()

  /** Counts a dropped record; returns whether it is the first of its step and reason. */
  drop(step: string, reason: string): boolean {
    this.dropped += 1
    const key = `${step}: ${reason}`
    const count = this.#reasons.get(key) ?? 0
    this.#reasons.set(key, count + 1)
    return count === 0
  }

  /** `step: reason` to how many were dropped. */
  get droppedByReason(): ReadonlyMap<string, number> {
    return this.#reasons
  }
}
