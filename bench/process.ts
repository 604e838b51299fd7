import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'

export interface Measured {
  readonly stdout: string
  /** User and system, of all threads. */
  readonly cpuSeconds: number
  readonly peakMegabytes: number
}

/** Runs a command, and reads from /proc what it used (so Linux only); throws if it fails. `stderr`: what becomes of what it says there. */
export async function runMeasured(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stderr: 'inherit' | 'ignore' = 'inherit',
): Promise<Measured> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', stderr], env: { ...process.env, ...env } })
  const used = { cpuSeconds: 0, peakMegabytes: 0 }
  const sample = () => {
    try {
      used.cpuSeconds = cpuSecondsOf(child.pid)
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
      if (peak !== undefined) used.peakMegabytes = Math.round(Number(peak) / 1024)
    } catch {
      // It has ended between two samples.
    }
  }
  const sampling = setInterval(sample, 100)
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const stdout = await text(child.stdout)
  const code = await exited
  clearInterval(sampling)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}`)
  return { stdout, ...used }
}

/** What a process has used so far; throws if it has ended. */
export function cpuSecondsOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
