import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { compareText } from '../diagnostics.js'
import { manifestFile } from '../input/manifest.js'
import { type InputFile, maxBytes, tooLarge } from '../input/source.js'
import { lockFile } from '../lock/lock-text.js'
import { Memory } from '../memory.js'
import { type Io, posixPath, shown, UsageError } from './io.js'

/** The folder that is meant: the one given, else `schemas` if it is there, else the working directory. */
export async function inputFolder(given: string | undefined, io: Io): Promise<string> {
  const isFolder = async (path: string) => (await stat(resolve(io.cwd, path)).catch(() => undefined))?.isDirectory() === true
  if (given === undefined) return (await isFolder('schemas')) ? 'schemas' : '.'
  if (await isFolder(given)) return given
  throw new UsageError(`There is no folder ${given}.`)
}

/**
 * Schemas and manifests of a folder and those below it, and the folder's lock, their paths from the working directory, in an order that is the same everywhere.
 * Links are not followed: a folder holds what is in it. What is no plain file is never opened, since a pipe may never end.
 */
export async function readInput(folder: string, io: Io, { inputs }: Memory = new Memory()): Promise<readonly InputFile[]> {
  const root = resolve(io.cwd, folder)
  const paths = inputsBelow(root, io)
  if (paths.length === 0) throw new UsageError(`${folder} has neither schemas (*.avsc, *.avdl) nor topologies (*.topology.yaml).`)
  const lock = join(root, lockFile)
  if (lstatSync(lock, { throwIfNoEntry: false })?.isDirectory() === false) paths.push(lock)
  const files = paths.map((path) => ({ path: posixPath(relative(io.cwd, path)), ...contentOf(path, inputs) }))
  return files.sort((a, b) => compareText(a.path, b.path))
}

/** A folder that went away meanwhile has none. */
function inputsBelow(folder: string, io: Io): string[] {
  return entriesOf(folder, io).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return unread.has(entry.name) ? [] : inputsBelow(path, io)
    return isInput(entry.name) ? [path] : []
  })
}

/** No schemas are in there, and much else is. */
const unread: ReadonlySet<string> = new Set(['node_modules', '.git'])

function entriesOf(folder: string, io: Io): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    throw new UsageError(`The folder ${shown(io, folder)} cannot be read (${code}).`)
  }
}

function contentOf(path: string, inputs: Memory['inputs']): Omit<InputFile, 'path'> {
  const unreadable = (reason: string) => ({ content: '', unreadable: reason })
  try {
    const entry = lstatSync(path, { bigint: true })
    if (entry.isSymbolicLink()) return unreadable('it is a link, which gen does not follow')
    if (!entry.isFile()) return unreadable('it is a pipe, a socket or a device')
    return entry.size > maxBytes ? unreadable(tooLarge) : { content: inputs.get(path, entry) }
  } catch (error) {
    return unreadable(`it cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** Is it called as schemas and manifests are? */
export function isInput(name: string): boolean {
  return /\.(?:avsc|avdl)$/.test(name) || manifestFile.test(name)
}
