import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { run } from '#generator/cli.js'

export interface GenResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** A project in a folder of its own, which goes when the test ends; `gen` runs in this process, as the program does. */
export function genProject(t: ExecutionContext, files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-gen-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const write = (path: string, text: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  for (const [path, text] of Object.entries(files)) write(path, text)
  return {
    folder,
    write,
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    has: (path: string) => existsSync(join(folder, path)),
    gen: (...args: string[]) => genIn(folder, ...args),
  }
}

/** `gen` with these arguments in a folder. */
export async function genIn(cwd: string, ...args: string[]): Promise<GenResult> {
  const [out, err]: [string[], string[]] = [[], []]
  const io = { cwd, stdout: (text: string) => void out.push(text), stderr: (text: string) => void err.push(text), colour: false }
  const status = await run(args, io)
  return { status, stdout: out.join(''), stderr: err.join('') }
}
