import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { ExecutionContext } from 'ava'

const bin = resolve(import.meta.dirname, '../../../generator/dist/bin.js')

/** A project of a user's of `gen`, in a folder of its own that goes when the test ends; `gen` is the real program. */
export function project(t: ExecutionContext, files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-gen-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const write = (path: string, text: string) => {
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
    gen: (...args: string[]) => spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: 'utf8' }),
    git: (...args: string[]) => {
      const identity = [
        '-c',
        'user.name=test',
        '-c',
        'user.email=test@example.org',
        '-c',
        'commit.gpgsign=false',
        '-c',
        'init.defaultBranch=main',
      ]
      const { status, stderr } = spawnSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' })
      if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
    },
  }
}
