import { type Dirent, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stampOf } from '../file-stamp.js'

/** How a project is at a moment, as far as `gen` reads it: enough to tell later what has changed. */
export interface Snapshot {
  /** All that changes are told of by the system: the schema folder and those below it, and where modules are. */
  readonly folders: ReadonlySet<string>
  /** Schemas and manifests, each with a text that is another after a change. */
  readonly inputs: ReadonlyMap<string, string>
  /** Modules that inline logic leads to, and places where one was looked for in vain. */
  readonly modules: ReadonlyMap<string, string>
}

/** `modules`: paths, whether something is there or not. What cannot be read is not there. */
export function takeSnapshot(root: string, isInput: (name: string) => boolean, modules: Iterable<string>): Snapshot {
  const folders = new Set([nearest(root)])
  const inputs = new Map<string, string>()
  const visit = (folder: string): void => {
    const entries = read(folder)
    if (entries === undefined) return
    folders.add(folder)
    for (const entry of entries) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && !unread.has(entry.name)) visit(path)
      else if (isInput(entry.name)) inputs.set(path, stampOf(path))
    }
  }
  visit(root)
  const stamps = new Map([...modules].map((path) => [path, stampOf(path)]))
  for (const path of stamps.keys()) folders.add(nearest(dirname(path)))
  return { folders, inputs, modules: stamps }
}

/** Paths that are there, gone or another now, sorted. */
export function changedPaths(before: Snapshot, now: Snapshot): readonly string[] {
  const differences = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>) =>
    [...new Set([...a.keys(), ...b.keys()])].filter((path) => a.get(path) !== b.get(path))
  return [...differences(before.inputs, now.inputs), ...differences(before.modules, now.modules)].sort()
}

/** No schemas are in there, and much else is. */
const unread: ReadonlySet<string> = new Set(['node_modules', '.git'])

function read(folder: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return undefined
  }
}

/** The folder, or where it is not there the first above it that is. */
function nearest(folder: string): string {
  return stampOf(folder) !== '' || dirname(folder) === folder ? folder : nearest(dirname(folder))
}
