import { lstat, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import type { Diagnostic } from '../diagnostics.js'
import type { Generated } from '../generate.js'
import type { Io } from './io.js'

/** What was generated, or an error for each folder that links would lead out of `within`. */
export async function withoutStray(generated: Generated, io: Io, within: readonly string[]): Promise<Generated> {
  const led = await Promise.all(generated.folders.map(({ path }) => leadsOut(resolve(io.cwd, path), within)))
  const astray = generated.folders.filter((_, index) => led[index])
  if (astray.length === 0) return generated
  return { ...generated, folders: [], diagnostics: [...generated.diagnostics, ...astray.map(({ path }) => outside(path, generated))] }
}

/** Do links lead from a folder's path to somewhere that `gen` may not write to? */
async function leadsOut(folder: string, within: readonly string[]): Promise<boolean> {
  const [real, ...roots] = await Promise.all([folder, ...within].map(realPath))
  return !roots.some((root) => real === root || real!.startsWith(root.endsWith(sep) ? root : `${root}${sep}`))
}

/** Where a path is, links followed, even if its last folders are still to be made. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    // A link to what is not there is no folder to be made.
    if ((await lstat(path).catch(() => undefined))?.isSymbolicLink() === true) return resolve(dirname(path), await readlink(path))
    return join(await realPath(dirname(path)), basename(path))
  }
}

function outside(path: string, { topologies }: Generated): Diagnostic {
  const file = topologies.find(({ output }) => output === path)?.file ?? path
  return {
    code: 'invalid-option',
    severity: 'error',
    place: { file, line: 1, column: 1 },
    message: `Links lead from the output folder \`${path}\` out of the project.`,
    hint: 'gen writes below the folder that it runs in, and beside the schema folder.',
  }
}
