import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { ExecutionContext } from 'ava'
import { run } from '#generator/cli.js'

const bin = resolve(import.meta.dirname, '../../../generator/dist/bin.js')

type Files = Readonly<Record<string, string>>

/** A project of a user's of `gen`, in a folder of its own that goes when the test ends; `gen` is the real program. */
export function project(t: ExecutionContext, files: Files) {
  const made = folderWith(t, files)
  return {
    ...made,
    gen: (...args: string[]) => spawnSync(process.execPath, [bin, ...args], { cwd: made.folder, encoding: 'utf8' }),
    git: (...args: string[]) => git(made.folder, ...args),
  }
}

/** The same, but `gen` runs in this process, as the program does. */
export function genProject(t: ExecutionContext, files: Files) {
  const made = folderWith(t, files)
  return { ...made, gen: (...args: string[]) => genIn(made.folder, ...args) }
}

export interface GenResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** `gen` with these arguments in a folder, in this process. */
export async function genIn(cwd: string, ...args: string[]): Promise<GenResult> {
  const [out, err]: [string[], string[]] = [[], []]
  const io = { cwd, stdout: (text: string) => void out.push(text), stderr: (text: string) => void err.push(text), colour: false }
  const status = await run(args, io)
  return { status, stdout: out.join(''), stderr: err.join('') }
}

function folderWith(t: ExecutionContext, files: Files) {
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
    remove: (path: string) => rmSync(join(folder, path), { recursive: true }),
  }
}

const identity = { 'user.name': 'test', 'user.email': 'test@example.org', 'commit.gpgsign': 'false', 'init.defaultBranch': 'main' }

function git(folder: string, ...args: string[]): void {
  const settings = Object.entries(identity).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { status, stderr } = spawnSync('git', [...settings, ...args], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
}
