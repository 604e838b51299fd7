import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Stub, stubsOf } from '../emit/stubs.js'
import { type Io, posixPath, shown } from './io.js'
import type { GeneratedProject } from './project.js'

/** `--stubs`: a subclass for each abstract class that no file of the folder extends yet. Never touches a file that is there. */
export async function writeStubs({ topologies, options }: GeneratedProject, folder: string, io: Io): Promise<void> {
  const extension = options.importExtension ?? '.js'
  const root = resolve(io.cwd, folder)
  const written = await sources(root)
  const isWritten = ({ className }: Stub) => written.some((text) => new RegExp(`\\bextends\\s+${className}\\b`).test(text))
  for (const topology of topologies) {
    const own = topologies.length > 1 ? join(root, topology.name) : root
    const stubs = stubsOf(topology, { folder: posixPath(own), base: posixPath(io.cwd), extension })
    for (const stub of stubs.filter((each) => !isWritten(each))) {
      const path = join(own, stub.path)
      await mkdir(dirname(path), { recursive: true })
      const isNew = await writeFile(path, stub.text, { flag: 'wx' }).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false
          throw error
        },
      )
      if (isNew) io.stdout(`wrote ${shown(io, path)}\n`)
      else io.stderr(`${shown(io, path)}: it is there, but has no class that extends ${stub.className}\n`)
    }
  }
}

async function sources(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const paths = entries
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(paths.map((path) => readFile(path, 'utf8')))
}
