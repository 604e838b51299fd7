import { lstatSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Diagnostic } from '../diagnostics.js'
import type { WritePlan } from '../emit/write.js'
import { readSource } from '../input/source.js'
import { type Io, posixPath, shown } from './io.js'
import type { GeneratedProject } from './project.js'

/** What `gen` would add to the user's step classes in a folder, and what it has to say of them. */
export async function planStubs(
  { topologies, folders, options }: GeneratedProject,
  folder: string,
  io: Io,
): Promise<{ readonly plan: WritePlan; readonly diagnostics: readonly Diagnostic[] }> {
  const root = resolve(io.cwd, folder)
  const outputs = folders.map(({ path }) => resolve(io.cwd, path))
  const diagnostics: Diagnostic[] = []
  const files = (await readSources(root, outputs)).flatMap(({ path, content }) => {
    const source = readSource({ path: shown(io, path), content }, diagnostics)
    return source === undefined ? [] : [{ path: posixPath(path), text: source.text, mark: content.subarray(0, 3).equals(byteOrderMark) }]
  })
  // Loaded here, since it brings the TypeScript compiler.
  const { growStubs } = await import('../emit/stubs/grow.js')
  const generated = new Map(folders.map(({ path, files: texts }) => [posixPath(resolve(io.cwd, path)), texts]))
  const growth = growStubs({ folder: posixPath(root), files, generated }, topologies, {
    base: posixPath(io.cwd),
    extension: options.importExtension ?? '.js',
    shown: (path) => shown(io, path),
    isTaken: (path) => isTaken(resolve(path), root),
  })
  const marked = new Set(files.flatMap(({ path, mark }) => (mark ? [path] : [])))
  const write = growth.write.map(({ path, text, before }) => {
    const start = marked.has(path) ? '\uFEFF' : ''
    return { path: relative(root, path), text: start + text, before: before === undefined ? undefined : start + before }
  })
  return {
    plan: { folder: root, write, remove: [], refused: [], leftover: [] },
    diagnostics: [...diagnostics.map(asWarning), ...growth.diagnostics],
  }
}

const byteOrderMark = Buffer.from('\uFEFF')

/** A link is neither read nor replaced, and a folder that is one not written through. */
function isTaken(path: string, root: string): boolean {
  const found = (at: string) => lstatSync(at, { throwIfNoEntry: false })
  const folder = dirname(path)
  return (folder !== root && found(folder)?.isDirectory() === false) || found(path) !== undefined
}

/** All TypeScript below a folder but declarations, packages and what is generated. Links are not followed. */
async function readSources(root: string, outputs: readonly string[]) {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const paths = entries
    .filter((entry) => entry.isFile() && /(?<!\.d)\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(root, path).split(sep).includes('node_modules'))
    .filter((path) => !outputs.some((output) => path.startsWith(output + sep)))
  return Promise.all(paths.sort().map(async (path) => ({ path, content: await readFile(path) })))
}

/** A file of the user's that cannot be read is left alone: that stops nothing. */
function asWarning(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, code: 'stub-syntax', severity: 'warning', message: `The file is left as it is: ${diagnostic.message}.` }
}
