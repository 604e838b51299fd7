import type { RestoreProgress } from './restore-progress.js'

const width = 30

/** What of a terminal the bar needs: `process.stderr`. */
export interface Terminal {
  write(text: string): unknown
}

/** One line on a terminal for all stores that are being restored; it is gone when they are done. */
export class ProgressBar {
  readonly #terminal: Terminal
  readonly #running = new Map<string, RestoreProgress>()

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(progress: RestoreProgress): void {
    this.#running.set(`${progress.task} ${progress.store}`, progress)
    const all = [...this.#running.values()]
    if (all.every(({ finished }) => finished)) {
      this.clear()
      return
    }
    const done = sum(all, (one) => one.done)
    const total = sum(all, (one) => one.total)
    const rate = sum(all, (one) => (one.finished ? 0 : one.rate))
    const left = Math.max(...all.map(({ remainingMs }) => remainingMs ?? 0)) / 1000
    const share = total === 0 ? 1 : done / total
    const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░')
    const stores = all.length === 1 ? all[0]!.store : `${all.length} stores`
    this.#terminal.write(
      `\r\u001b[2KRestoring ${stores} ${bar} ${Math.floor(share * 100)}% ${rate.toLocaleString('en')}/s ${left.toFixed(1)} s left`,
    )
  }

  clear(): void {
    if (this.#running.size === 0) return
    this.#running.clear()
    this.#terminal.write('\r\u001b[2K')
  }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
