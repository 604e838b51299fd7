/** Lines that are redrawn in place on a terminal; elsewhere a summary in one line each time, since nothing can be redrawn there. */
export class LiveView {
  readonly #out: NodeJS.WriteStream
  #drawn = 0

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out
  }

  show(lines: readonly string[], summary: string): void {
    if (!this.#out.isTTY) {
      this.#out.write(`${summary}\n`)
      return
    }
    const width = this.#out.columns
    const shown = lines.slice(0, this.#out.rows - 1).map((line) => line.slice(0, width - 1))
    const up = this.#drawn === 0 ? '' : `\x1b[${this.#drawn}A`
    // Each line is cleared behind its text, and the rest of the screen after the last: nothing flickers.
    this.#out.write(`${up}${shown.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`)
    this.#drawn = shown.length
  }
}

/** A bar of `share` (0 to 1) of a width. */
export function bar(share: number, width: number): string {
  return '█'.repeat(Math.round(share * width))
}
