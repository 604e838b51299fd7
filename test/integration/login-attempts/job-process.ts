import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ExecutionContext } from 'ava'
import type { JobLine, JobSettings } from './job.js'

/** A running job.ts. */
export class JobProcess {
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown[]>
  readonly #lines: AsyncIterator<string>

  constructor(t: ExecutionContext, settings: JobSettings) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'job.js'), JSON.stringify(settings)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child = child
    this.#exit = once(child, 'exit')
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    t.teardown(() => child.kill('SIGKILL'))
  }

  /** The next line that fits; throws if the process ends before. */
  async line(fits: (line: JobLine) => boolean): Promise<JobLine> {
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done === true) throw new Error(`The job ended with ${await this.#exit}.`)
      const line: JobLine = JSON.parse(value)
      if (fits(line)) return line
    }
  }

  async running(): Promise<void> {
    await this.line(({ state }) => state === 'RUNNING')
  }

  async processed(records: number): Promise<void> {
    await this.line(({ recordsIn = 0 }) => recordsIn >= records)
  }

  /** The rows of its store once all is processed and committed, and how many records it has restored. */
  async rows(): Promise<{ readonly rows: ReadonlyMap<string, number>; readonly recordsRestored: number }> {
    this.#child.stdin!.write('rows\n')
    const { rows = [], recordsRestored = 0 } = await this.line(({ rows }) => rows !== undefined)
    return { rows: new Map(rows), recordsRestored }
  }

  /** How many standbys it keeps, once they are not behind. */
  async standbys(): Promise<number> {
    this.#child.stdin!.write('standbys\n')
    return (await this.line(({ standbys }) => standbys !== undefined)).standbys!
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Sends a signal and waits for the end: `[0, null]`, or `[null, 'SIGKILL']`. */
  async end(signal: NodeJS.Signals): Promise<unknown[]> {
    this.#child.kill(signal)
    return this.#exit
  }
}
