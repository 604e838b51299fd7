import { setTimeout as delay } from 'node:timers/promises'
import { NoAnswer } from './http.js'

const firstPauseMs = 100
const longestPauseMs = 5_000

export interface Retry {
  readonly timeoutMs: number
  readonly closed: AbortSignal
  /** Told of the first failure. */
  readonly onWait: (reason: string) => void
  /** Told after an answer that came late. */
  readonly onAnswer: () => void
  readonly gaveUp: (reason: string) => Error
}

/** Does it again, at growing intervals, for as long as the registry does not answer. */
export async function retrying<T>(action: () => Promise<T>, { timeoutMs, closed, onWait, onAnswer, gaveUp }: Retry): Promise<T> {
  const end = Date.now() + timeoutMs
  for (let pauseMs = firstPauseMs, waited = false; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      const result = await action()
      if (waited) onAnswer()
      return result
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      const leftMs = end - Date.now()
      if (leftMs <= 0) throw gaveUp(error.message)
      if (!waited) onWait(error.message)
      waited = true
      // Between half of it and all, so that instances do not ask all at once.
      await delay(Math.min(leftMs, pauseMs * (0.5 + Math.random() / 2)), undefined, { signal: closed })
    }
  }
}
