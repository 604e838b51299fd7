import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { cpuSecondsOf } from './process.js'

export interface Change {
  /** From the writing of a file to the end of the run that follows. */
  readonly seconds: number
  readonly cpuSeconds: number
}

/** What each of `count` changes to one file takes under `gen --watch`. */
export async function measureChanges(bin: string, schemas: string, files: readonly string[], count: number): Promise<readonly Change[]> {
  const child = spawn(process.execPath, [bin, schemas, '--watch'], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const runs = endsOfRuns(child)
    await runs.next()
    const changes: Change[] = []
    for (let change = 0; change < count; change += 1) {
      const file = files[Math.floor(((change + 0.5) * files.length) / count)]!
      const text = readFileSync(file, 'utf8').replace('"doc": "', `"doc": "Change ${change}. `)
      const [start, cpuSeconds] = [process.hrtime.bigint(), cpuSecondsOf(child.pid)]
      // In one step, so that no run meets half of it.
      writeFileSync(`${file}.new`, text)
      renameSync(`${file}.new`, file)
      await runs.next()
      const seconds = Number(process.hrtime.bigint() - start) / 1e9
      changes.push({ seconds, cpuSeconds: cpuSecondsOf(child.pid) - cpuSeconds })
    }
    return changes
  } finally {
    const exited = once(child, 'exit')
    child.kill()
    await exited
  }
}

async function* endsOfRuns(child: ChildProcess): AsyncGenerator<void> {
  for await (const line of createInterface({ input: child.stdout! })) if (line.endsWith('until Ctrl-C.')) yield
}
