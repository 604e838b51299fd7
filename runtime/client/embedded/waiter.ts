import type { AlarmClock } from '../../core/clock.js'

/** One who waits for news, or for the time to be over. */
export class Waiter {
  readonly #clock: AlarmClock
  #wakeUp: (() => void) | undefined

  constructor(clock: AlarmClock) {
    this.#clock = clock
  }

  /** Ends a wait, if there is one. */
  readonly wake = (): void => this.#wakeUp?.()

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.alarm(ms, this.wake)
      this.#wakeUp = () => {
        this.#wakeUp = undefined
        cancel()
        resolve()
      }
    })
  }
}

/** Lets timers, sockets and other members have their turn: a poll that always finds data would never end the current one. */
export function takeTurns(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
