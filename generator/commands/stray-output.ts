import { lstat, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { type Config, configFile } from '../config.js'
import type { Diagnostic, Place } from '../diagnostics.js'
import type { Generated } from '../generate.js'
import type { Io } from './io.js'

/** Where `gen` writes for a project, beside what the command says. */
interface Written {
  /** As the configuration file has them, relative to `root`. */
  readonly config: Pick<Config, 'output' | 'stubs'>
  readonly root: string
  /** Absolute: folders that those of generated code have to lie in. */
  readonly within: readonly string[]
}

/** What was generated, or an error for each folder that links would lead to where `gen` may not write. */
export async function withoutStray(generated: Generated, io: Io, { config, root, within }: Written): Promise<Generated> {
  const problems: Diagnostic[] = []
  for (const { path } of generated.folders) {
    if (!(await leadsOut(resolve(io.cwd, path), within))) continue
    const topology = generated.topologies.find(({ output }) => output === path)
    const place = topology?.manifest.output?.place ?? config.output?.place ?? { file: topology?.file ?? path, line: 1, column: 1 }
    problems.push(
      outside(`the output folder \`${path}\``, place, 'gen writes below the folder that it runs in, and beside the schema folder.'),
    )
  }
  const { stubs } = config
  if (stubs !== undefined && (await leadsOut(resolve(root, stubs.name), [root]))) {
    problems.push(
      outside(`\`${stubs.name}\``, stubs.place, `Name a folder below ${configFile}; that of the option --stubs may be anywhere.`),
    )
  }
  return problems.length === 0 ? generated : { ...generated, folders: [], diagnostics: [...generated.diagnostics, ...problems] }
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

function outside(folder: string, place: Place, hint: string): Diagnostic {
  return { code: 'invalid-option', severity: 'error', place, message: `Links lead from ${folder} out of the project.`, hint }
}
