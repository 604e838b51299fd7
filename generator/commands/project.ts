import { access, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { type Config, configFile, importExtensions, readConfig } from '../config.js'
import { type Diagnostic, hasErrors, sortDiagnostics } from '../diagnostics.js'
import { type Generated, type GenerateOptions, generate } from '../generate.js'
import type { InputFile } from '../input/source.js'
import { Memory } from '../memory.js'
import { inputFolder, readInput } from './input.js'
import { type Io, posixPath, shown } from './io.js'
import { withoutStray } from './stray-output.js'

/** Where `gen` runs, and what the configuration file says there. */
export interface Project {
  /** Absolute: the folder of the configuration file, else the working directory. */
  readonly root: string
  readonly config: Config
  /** What is wrong with the file. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Finds and reads the configuration file: in the working directory, or above it up to the nearest package.json. */
export async function openProject(io: Io): Promise<Project> {
  const root = await configFolder(io.cwd)
  if (root === undefined) return { root: io.cwd, config: {}, diagnostics: [] }
  const path = join(root, configFile)
  const diagnostics: Diagnostic[] = []
  const config = readConfig({ path: shown(io, path), content: await readFile(path) }, (diagnostic) => diagnostics.push(diagnostic))
  const { schemas } = config
  if (schemas !== undefined && !(await isFolder(resolve(root, schemas.name)))) {
    diagnostics.push({
      code: 'invalid-option',
      severity: 'error',
      place: schemas.place,
      message: `There is no folder \`${schemas.name}\`.`,
    })
  }
  return { root, config, diagnostics }
}

export interface GeneratedProject extends Generated {
  readonly project: Project
  /** What command and configuration file say together. */
  readonly options: GenerateOptions
  /** The schemas and manifests that were read. */
  readonly files: readonly InputFile[]
}

/**
 * What a project generates from its schema folder as it is now. `folder`: the one that the command names, if it does; `given`: what the command
 * says, which wins over the configuration file; `memory`: of earlier runs.
 */
export async function generateProject(
  folder: string | undefined,
  io: Io,
  given: GenerateOptions = {},
  memory: Memory = new Memory(),
): Promise<GeneratedProject> {
  const project = await openProject(io)
  const { root, config, diagnostics } = project
  if (hasErrors(diagnostics)) {
    return { folders: [], topologies: [], types: [], diagnostics: sortDiagnostics(diagnostics), project, options: given, files: [] }
  }
  const input = await schemaFolder(folder, project, io)
  const absolute = resolve(io.cwd, input)
  const options: GenerateOptions = {
    folder: posixPath(relative(io.cwd, absolute)) || '.',
    base: posixPath(io.cwd),
    within: [posixPath(root), posixPath(dirname(absolute))],
    typeCheck: true,
    ...(config.output && { output: posixPath(relative(absolute, resolve(root, config.output.name))) }),
    ...(config.long && { long: config.long }),
    ...(config.importExtension && { importExtension: importExtensions[config.importExtension] }),
    ...given,
  }
  const files = await readInput(input, io, memory)
  const generated = await withoutStray(generate(files, options, memory), io, { config, root, within: [root, dirname(absolute)] })
  return { ...generated, project, options, files }
}

/** From the working directory: the folder that the command names, else the configuration file's, else the usual one. */
export function schemaFolder(given: string | undefined, { root, config }: Project, io: Io): Promise<string> {
  return inputFolder(given ?? (config.schemas && relative(io.cwd, resolve(root, config.schemas.name))), io)
}

async function configFolder(folder: string): Promise<string | undefined> {
  const has = async (name: string) =>
    access(join(folder, name)).then(
      () => true,
      () => false,
    )
  if (await has(configFile)) return folder
  return (await has('package.json')) || dirname(folder) === folder ? undefined : configFolder(dirname(folder))
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}
