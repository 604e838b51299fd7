/** Wakes who waits; a wake before the wait is not lost. */
export class Signal {
  #set = false
  #resolve: (() => void) | undefined

  set(): void {
    this.#set = true
    this.#resolve?.()
  }

  /** Until it is set, at most `ms`; unsets it. One may wait at a time. */
  async wait(ms: number): Promise<void> {
    if (!this.#set && ms > 0) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
        timer = setTimeout(resolve, ms)
      })
      clearTimeout(timer)
      this.#resolve = undefined
    }
    this.#set = false
  }
}
