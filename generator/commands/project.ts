import { dirname, relative, resolve } from 'node:path'
import { type Generated, type GenerateOptions, generate } from '../generate.js'
import { inputFolder, readInput } from './input.js'
import { type Io, posixPath } from './io.js'

/** What a project generates from its schema folder as it is now; `given` is the folder that the command names, if it does. */
export async function generateProject(given: string | undefined, io: Io, options: GenerateOptions = {}): Promise<Generated> {
  const folder = await inputFolder(given, io)
  const files = await readInput(folder, io)
  return generate(files, {
    folder: posixPath(relative(io.cwd, resolve(io.cwd, folder))) || '.',
    base: posixPath(io.cwd),
    within: [posixPath(io.cwd), posixPath(dirname(resolve(io.cwd, folder)))],
    typeCheck: true,
    ...options,
  })
}
