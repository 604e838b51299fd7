import { join, resolve } from 'node:path'
import { configFile } from '../config.js'
import type { Diagnostic } from '../diagnostics.js'
import { lockFile } from '../lock/lock-text.js'
import { Memory } from '../memory.js'
import { FolderWatcher } from '../watch/folder-watcher.js'
import { changedPaths, type Snapshot, takeSnapshot } from '../watch/snapshot.js'
import { isInput } from './input.js'
import { exitCodes, type Io, shown, UsageError } from './io.js'
import type { Project } from './project.js'

/** What a run of `gen` came to. */
export interface Outcome {
  readonly code: number
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * `gen --watch`: a run now, and one after each change of the schema folder, of the configuration file or of a module that inline logic imports, until the user ends it. No
 * problem ends it, a folder that goes away neither.
 */
export async function watchProject(folder: string, { root }: Project, io: Io, run: (memory: Memory) => Promise<Outcome>): Promise<number> {
  const memory = new Memory()
  const watcher = new FolderWatcher()
  io.onInterrupt?.(() => watcher.close())
  const config = join(root, configFile)
  const isWatched = (name: string) => isInput(name) || name === lockFile
  const look = (modules: ReadonlyMap<string, string>) => takeSnapshot(resolve(io.cwd, folder), isWatched, [...modules.keys(), config])
  let seen = look(new Map())
  while (watcher.watch(seen.folders)) seen = look(new Map())
  while (!watcher.isClosed) {
    const summary = await attempt(run, memory, io)
    io.stdout(`${clock()} ${summary} Watching ${shown(io, folder) || '.'}, until Ctrl-C.\n`)
    const modules = memory.compiler.takeAsked()
    const before = { ...seen, modules: new Map([...modules, [config, seen.modules.get(config)!]]) }
    const next = await nextChange(before, watcher, () => look(modules))
    if (next === undefined) break
    io.stdout(`\n${clock()} ${named(next.changed, io)} changed.\n`)
    seen = next.now
  }
  watcher.close()
  return exitCodes.ok
}

/** Undefined if the watcher was closed before something changed. */
async function nextChange(before: Snapshot, watcher: FolderWatcher, look: () => Snapshot) {
  for (;;) {
    let now = look()
    while (watcher.watch(now.folders)) now = look()
    if (watcher.isClosed) return undefined
    const changed = changedPaths(before, now)
    if (changed.length > 0) return { now, changed }
    await watcher.change()
  }
}

/** Runs, and gives the summary. What is thrown is told as any other problem: the next change may mend it. */
async function attempt(run: (memory: Memory) => Promise<Outcome>, memory: Memory, io: Io): Promise<string> {
  try {
    const { code, diagnostics } = await run(memory)
    const found = (['error', 'warning'] as const).flatMap((kind) => {
      const count = diagnostics.filter(({ severity }) => severity === kind).length
      return count === 0 ? [] : [`${count} ${kind}${count === 1 ? '' : 's'}`]
    })
    if (code === exitCodes.ok) return `Done${found.map((each) => `, ${each}`).join('')}.`
    return found.length > 0 ? `${found.join(', ')}; generated code stays as it was.` : 'Nothing was written.'
  } catch (error) {
    io.stderr(`gen: ${error instanceof UsageError ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
    return 'Nothing was written.'
  }
}

function named(paths: readonly string[], io: Io): string {
  const [first, second, ...rest] = paths.map((path) => shown(io, path))
  if (second === undefined) return `${first}`
  return rest.length === 0 ? `${first} and ${second}` : `${first} and ${rest.length + 1} others`
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}
