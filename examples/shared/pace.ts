import { setTimeout as wait } from 'node:timers/promises'

/** Calls `make` `perSecond` times a second, in small bursts, with `flush` after each burst; until `stopped`. */
export async function atRate(perSecond: number, stopped: AbortSignal, make: () => void, flush: () => Promise<void>): Promise<void> {
  const start = performance.now()
  for (let made = 0; !stopped.aborted; ) {
    const due = Math.floor(((performance.now() - start) * perSecond) / 1_000)
    for (; made < due; made++) make()
    await flush()
    await tick(50, stopped)
  }
}

/** Waits, but not longer than until `stopped`. */
export async function tick(ms: number, stopped: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal: stopped }).catch(() => {})
}
